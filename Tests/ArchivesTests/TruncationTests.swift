import Archives
import Foundation
import Testing

@Suite struct TruncationTests {
    /// Where the last byte that matters ends: a tar is whole with one zero block, everything else only at its end.
    private func wholeLength(_ name: String, _ count: Int) -> Int { name == "good.tar" ? count - 512 : count }

    @Test(arguments: ["good.tar", "good.tar.gz", "good.tar.xz", "good.tar.zst", "good.zip", "good-stored.zip"])
    func aCutAnywhereIsAnError(name: String) throws {
        let whole = try bytes(at: fixture(name))
        let folder = try TemporaryFolder()
        let step = max(1, whole.count / 120)
        var cuts = Array(stride(from: 0, to: whole.count, by: step)) + [whole.count - 1]
        if name == "good.tar" { cuts += stride(from: 0, to: whole.count, by: 512) }
        for cut in cuts {
            let path = try folder.write("cut", Array(whole[..<cut]))
            let error = try failure(path)
            if cut >= wholeLength(name, whole.count) {
                #expect(error == nil, "\(name) cut at \(cut)")
            } else {
                #expect(error != nil, "\(name) cut at \(cut) of \(whole.count) passed")
            }
        }
    }

    @Test func theMessageSaysHowFarItGot() throws {
        #expect(
            try failure(fixture("no-end.tar"))
                == .truncated(
                    path: fixture("no-end.tar"), entriesRead: 3, detail: "the end-of-archive block is missing"))
        let whole = try bytes(at: fixture("good.tar"))
        let folder = try TemporaryFolder()
        let path = try folder.write("cut.tar", Array(whole[..<3000]))
        guard case .truncated(_, let entriesRead, _) = try failure(path) else {
            Issue.record("not reported as truncated")
            return
        }
        #expect(entriesRead == 3)
    }

    /// A cut that is passed over, not read, is found all the same.
    @Test func aCutInASkippedFileIsAnError() throws {
        let whole = try bytes(at: fixture("good.tar"))
        let folder = try TemporaryFolder()
        for cut in [1100, 2000, 3000, 4700] {
            let source = try openFileSource(try folder.write("cut.tar", Array(whole[..<cut])))
            #expect(throws: ArchiveError.self) {
                while try source.next() != nil {}
            }
        }
    }

    @Test(arguments: ["good.tar", "good.tar.gz", "good.tar.xz", "good.tar.zst", "good.zip"])
    func aFlippedBitNeverCrashes(name: String) throws {
        let whole = try bytes(at: fixture(name))
        let folder = try TemporaryFolder()
        var caught = 0
        for index in stride(from: 0, to: whole.count, by: max(1, whole.count / 200)) {
            var damaged = whole
            damaged[index] ^= UInt8(1 << (index % 8))
            if try failure(try folder.write("damaged", damaged)) != nil { caught += 1 }
        }
        // xz, gz and zst check every byte; a tar only its headers.
        #expect(caught > 20)
    }
}
