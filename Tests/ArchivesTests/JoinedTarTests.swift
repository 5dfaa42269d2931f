import Archives
import Foundation
import Testing

/// Tars joined into one file, as `cat a.tar b.tar` leaves them, and bytes behind the end.
@Suite struct JoinedTarTests {
    /// A tar with one file, packed as asked.
    private func tar(_ name: String, in folder: TemporaryFolder, _ compression: TarCompression = .none) throws
        -> [UInt8]
    {
        let path = folder.path + "/one.tar"
        let writer = try TarWriter(path: path, compression: compression)
        try writer.addFile(name, Array("picture of \(name)".utf8))
        try writer.finish()
        defer { try? FileManager.default.removeItem(atPath: path) }
        return try bytes(at: path)
    }

    private func read(_ path: String) throws -> (names: [String], notices: [String]) {
        let source = try openFileSource(path)
        var names: [String] = []
        while let entry = try source.next() {
            names.append(entry.name)
            #expect(try source.contents() == Array("picture of \(entry.name)".utf8))
        }
        return (names, source.notices)
    }

    @Test(arguments: TarCompression.allCases)
    func allOfThemAreRead(compression: TarCompression) throws {
        let folder = try TemporaryFolder()
        let parts = try (0..<5).map { try tar("screw/train/good/00\($0).png", in: folder, compression) }
        let (names, notices) = try read(folder.write("joined", parts.flatMap { $0 }))
        #expect(names == (0..<5).map { "screw/train/good/00\($0).png" })
        #expect(
            notices.count == 1 && notices[0].contains("5 tars joined into one file; all of them were read"),
            "\(notices)")
    }

    /// The records of a tape are filled with zeros, and the next tar may start anywhere behind them.
    @Test(arguments: [0, 1, 17, 127, 300])
    func zerosBetweenThemArePassedOver(blocks: Int) throws {
        let folder = try TemporaryFolder()
        let zeros = [UInt8](repeating: 0, count: 512 * blocks)
        let (names, notices) = try read(
            folder.write("joined", tar("a.png", in: folder) + zeros + tar("b.png", in: folder) + zeros))
        #expect(names == ["a.png", "b.png"] && notices.count == 1, "\(names) \(notices)")
        let (alone, none) = try read(folder.write("alone", tar("a.png", in: folder) + zeros + [0, 0, 0]))
        #expect(alone == ["a.png"] && none.isEmpty, "\(none)")
    }

    @Test func aSecondOneThatIsCutIsSaid() throws {
        let folder = try TemporaryFolder()
        let first = try tar("a.png", in: folder), second = try tar("b.png", in: folder)
        let withoutEnd = try read(folder.write("cut", first + second.prefix(1024)))
        #expect(withoutEnd.names == ["a.png", "b.png"])
        #expect(withoutEnd.notices.contains { $0.contains("the blocks that end a tar are missing") })
        #expect(try failure(folder.write("cut", first + second.prefix(520))) != nil)
        var damaged = second
        damaged[700] ^= 1  // in the file, which no checksum of a tar covers: only its bytes differ
        #expect(try readAll(folder.write("damaged", first + damaged)).count == 2)
    }

    @Test func namesAreCheckedAcrossThem() throws {
        let folder = try TemporaryFolder()
        let path = try folder.write("twice", tar("a.png", in: folder) + tar("a.png", in: folder))
        guard case .refused(_, let entry, _) = try failure(path) else {
            Issue.record("a name that stands in both was taken")
            return
        }
        #expect(entry == "a.png")
    }

    @Test func bytesBehindTheEndAreCounted() throws {
        let folder = try TemporaryFolder()
        for surplus in [7, 512, 5000, 200_000] {
            let behind = (0..<surplus).map { UInt8(truncatingIfNeeded: $0 * 7 + 1) }
            let (names, notices) = try read(folder.write("behind.tar", tar("a.png", in: folder) + behind))
            #expect(names == ["a.png"] && notices.count == 1, "\(notices)")
            #expect(notices.first?.contains(": \(surplus) bytes behind the end of the tar") == true, "\(notices)")
            let packed = try read(folder.write("behind.tar.gz", tar("a.png", in: folder, .gz) + behind))
            #expect(packed.names == ["a.png"] && packed.notices.count == 1, "\(packed.notices)")
            #expect(
                packed.notices.first?.contains(": \(surplus) bytes behind the packed stream") == true,
                "\(packed.notices)")
        }
        let padded = try read(
            folder.write("padded.tar.gz", tar("a.png", in: folder, .gz) + [UInt8](repeating: 0, count: 900)))
        #expect(padded.names == ["a.png"] && padded.notices.isEmpty, "\(padded.notices)")
    }
}
