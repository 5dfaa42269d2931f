import Archives
import Foundation
import Testing

@Suite struct TruncationTests {
    /// Cuts that leave only complete entries: a tar may end where a header would begin, or within one; all other
    /// formats are complete only at their end.
    private func isBetweenEntries(_ name: String, _ cut: Int) -> Bool {
        // Blocks of good.tar: folder, header + 2, header + 5, header, header + 1, end.
        name == "good.tar" && [1, 4, 10, 11, 13].contains { $0 * 512 <= cut && cut < ($0 + 1) * 512 }
    }

    @Test(arguments: ["good.tar", "good.tar.gz", "good.tar.xz", "good.tar.zst", "good.zip", "good-stored.zip"])
    func aCutAnywhereIsAnErrorOrSaid(name: String) throws {
        let whole = try bytes(at: fixture(name))
        let folder = try TemporaryFolder()
        let step = max(1, whole.count / 120)
        var cuts = Array(stride(from: 0, to: whole.count, by: step)) + [whole.count - 1]
        if name == "good.tar" { cuts += stride(from: 0, to: whole.count, by: 512) }
        for cut in cuts {
            let path = try folder.write("cut", Array(whole[..<cut]))
            let error = try failure(path)
            if name == "good.tar", cut >= 13 * 512 || isBetweenEntries(name, cut) {
                #expect(error == nil, "\(name) cut at \(cut): \(String(describing: error))")
                guard error == nil else { continue }
                let source = try openFileSource(path)
                while try source.next() != nil {}
                #expect(source.notices.count == (cut >= 14 * 512 ? 0 : 1), "\(cut)")
            } else {
                #expect(error != nil, "\(name) cut at \(cut) of \(whole.count) passed")
            }
        }
    }

    @Test(arguments: ["no-end.tar", "no-end-at-all.tar"])
    func aTarWithoutItsEndIsReadToItsLastWholeEntry(name: String) throws {
        let files = try readAll(fixture(name))
        #expect(files.map(\.bytes) == goodFiles.prefix(files.count).map(\.bytes))
        #expect(files.count == (name == "no-end.tar" ? 2 : 4))
        let source = try openFileSource(fixture(name))
        while try source.next() != nil {}
        #expect(source.notices.count == 1 && source.notices[0].contains("blocks that end a tar are missing"))
        #expect(source.notices[0].contains("\(files.count + 1) entries"))
    }

    @Test func theMessageSaysHowFarItGot() throws {
        let whole = try bytes(at: fixture("good.tar"))
        let folder = try TemporaryFolder()
        let path = try folder.write("cut.tar", Array(whole[..<3000]))
        guard case .truncated(_, let entriesRead, _) = try failure(path) else {
            Issue.record("not reported as truncated")
            return
        }
        #expect(entriesRead == 3)
    }

    /// A cut in a file that is skipped, not read, is still found.
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
