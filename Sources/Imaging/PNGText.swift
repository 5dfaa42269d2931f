import CImageCodecs

/// Text inside PNG files: international text chunks (`iTXt`, PNG specification 11.3.3.4), not compressed.
package enum PNGText {
    /// Of the text that says how a generated picture came about.
    package static let recipeKeyword = "flawsmith"

    private static let signature: [UInt8] = [0x89, 0x50, 0x4E, 0x47, 0x0D, 0x0A, 0x1A, 0x0A]
    /// The signature and the header chunk, which comes first.
    private static let head = 8 + 12 + 13

    /// The file with a text put behind its header; its pixels stay as they are.
    ///
    /// - Parameter keyword: 1 to 79 ASCII characters.
    /// - Returns: nil for anything else than a PNG.
    package static func adding(_ text: String, keyword: String, to png: [UInt8]) -> [UInt8]? {
        precondition((1...79).contains(keyword.utf8.count) && keyword.utf8.allSatisfy { 32 < $0 && $0 < 127 })
        guard png.count >= head, png.starts(with: signature), Array(png[12..<16]) == Array("IHDR".utf8) else {
            return nil
        }
        // Behind the keyword: not compressed, method 0, no language, no translated keyword.
        let body = Array("iTXt".utf8) + Array(keyword.utf8) + [0, 0, 0, 0, 0] + Array(text.utf8)
        let length = big(UInt32(body.count - 4)), sum = big(imgc_png_checksum(body, body.count))
        return Array(png[..<head]) + length + body + sum + png[head...]
    }

    /// The first text under this keyword; nil when there is none, or the file isn't a whole PNG up to it.
    package static func text(keyword: String, in png: [UInt8]) -> String? {
        guard png.starts(with: signature) else { return nil }
        let start = Array(keyword.utf8) + [0, 0, 0]
        var at = 8
        while at + 12 <= png.count {
            let length = png[at..<at + 4].reduce(0) { $0 << 8 | Int($1) }
            guard length <= png.count - at - 12 else { return nil }
            let name = Array(png[at + 4..<at + 8]), body = png[at + 8..<at + 8 + length]
            if name == Array("IEND".utf8) { return nil }
            if name == Array("iTXt".utf8), body.starts(with: start) {
                let checked = Array(png[at + 4..<at + 8 + length])
                let sum = Array(png[at + 8 + length..<at + 12 + length])
                guard big(imgc_png_checksum(checked, checked.count)) == sum else { return nil }
                // The language and the translated keyword each end with a zero.
                let rest = body.dropFirst(start.count).split(
                    separator: 0, maxSplits: 2, omittingEmptySubsequences: false)
                return rest.count == 3 ? String(validating: rest[2], as: UTF8.self) : nil
            }
            at += length + 12
        }
        return nil
    }

    private static func big(_ value: UInt32) -> [UInt8] {
        [24, 16, 8, 0].map { UInt8(truncatingIfNeeded: value >> UInt32($0)) }
    }
}
