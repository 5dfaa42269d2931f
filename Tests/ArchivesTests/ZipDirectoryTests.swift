import Archives
import Testing

/// Directory entries of a zip that share one local header: the library reads one of them; the others are counted.
@Suite struct ZipDirectoryTests {
    private func number(_ value: Int, _ bytes: Int) -> [UInt8] { (0..<bytes).map { UInt8(value >> (8 * $0) & 0xFF) } }

    /// Empty stored files.
    private func local(_ name: String) -> [UInt8] {
        [0x50, 0x4B, 3, 4] + number(20, 2) + [UInt8](repeating: 0, count: 20) + number(name.utf8.count, 2) + [0, 0]
            + Array(name.utf8)
    }

    private func central(_ name: String, at offset: Int) -> [UInt8] {
        [0x50, 0x4B, 1, 2] + number(20, 2) + number(20, 2) + [UInt8](repeating: 0, count: 20)
            + number(name.utf8.count, 2) + [UInt8](repeating: 0, count: 12) + number(offset, 4) + Array(name.utf8)
    }

    /// - Parameter entries: names with the local header each names.
    private func zip(_ locals: [String], _ entries: [(name: String, local: Int)], comment: String = "") -> [UInt8] {
        var bytes: [UInt8] = [], offsets: [Int] = []
        for name in locals {
            offsets.append(bytes.count)
            bytes += local(name)
        }
        let directory = entries.flatMap { central($0.name, at: offsets[$0.local]) }
        return bytes + directory + [0x50, 0x4B, 5, 6, 0, 0, 0, 0] + number(entries.count, 2) + number(entries.count, 2)
            + number(directory.count, 4) + number(bytes.count, 4) + number(comment.utf8.count, 2) + Array(comment.utf8)
    }

    private func read(_ bytes: [UInt8]) throws -> (names: [String], notices: [String]) {
        let folder = try TemporaryFolder()
        let source = try openFileSource(try folder.write("set.zip", bytes))
        var names: [String] = []
        while let entry = try source.next() {
            names.append(entry.name)
            _ = try source.contents()
        }
        return (names, source.notices)
    }

    @Test(arguments: ["", "a comment"])
    func entriesThatShareALocalHeaderAreCounted(_ comment: String) throws {
        let whole = try read(zip(["a.png", "b.png"], [("a.png", 0), ("b.png", 1)], comment: comment))
        #expect(whole.names == ["a.png", "b.png"] && whole.notices.isEmpty, "\(whole)")
        let shared = try read(
            zip(["a.png", "b.png"], [("a.png", 0), ("b.png", 1), ("c.png", 1), ("d.png", 1)], comment: comment))
        #expect(shared.names.count == 2)
        let notice = try #require(shared.notices.first)
        #expect(
            notice.contains("states 4 entries, 2 have data of their own; the other 2 were passed over"), "\(notice)")
    }
}
