import Imaging
import Testing

@Suite struct PNGTextTests {
    private let picture = Image(width: 5, height: 4, channels: 3, pixels: (0..<60).map { UInt8($0 * 3) })

    @Test(arguments: ["", "plain", "ünïcode 缺陷 \"quoted\" \n{\"a\": 1}"])
    func whatIsPutInIsReadAndThePixelsStay(_ text: String) throws {
        let png = try picture.png()
        let with = try #require(PNGText.adding(text, keyword: "recipe", to: png))
        #expect(PNGText.text(keyword: "recipe", in: with) == text)
        #expect(PNGText.text(keyword: "other", in: with) == nil && PNGText.text(keyword: "recipe", in: png) == nil)
        #expect(try Image(bytes: with, name: "with") == picture)
        #expect(with.count == png.count + 12 + "recipe".utf8.count + 5 + text.utf8.count)
    }

    @Test func otherFilesAreLeftAlone() throws {
        #expect(PNGText.adding("x", keyword: "k", to: try picture.jpeg()) == nil)
        #expect(PNGText.adding("x", keyword: "k", to: []) == nil)
        #expect(PNGText.text(keyword: "k", in: [1, 2, 3]) == nil)
    }

    /// No length, checksum or cut makes it read beyond the file.
    @Test func damagedFilesHaveNoText() throws {
        let with = try #require(PNGText.adding("recipe text", keyword: "k", to: try picture.png()))
        for cut in 0..<60 { #expect(PNGText.text(keyword: "k", in: Array(with.prefix(cut))) == nil) }
        for place in 33..<63 {
            for bit in 0..<8 {
                var bytes = with
                bytes[place] ^= UInt8(1 << bit)
                let found = PNGText.text(keyword: "k", in: bytes)
                #expect(found == nil || found == "recipe text")
            }
        }
    }
}
