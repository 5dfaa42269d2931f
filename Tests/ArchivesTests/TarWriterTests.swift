import Archives
import Foundation
import Testing

@Suite struct TarWriterTests {
    private func write(_ path: String, _ compression: TarCompression) throws {
        let writer = try TarWriter(path: path, compression: compression)
        try writer.addFolder("set")
        try writer.addFile("set/README.md", Array("card".utf8))
        try writer.addFile("set/bottle/train/good/000.png", (0..<5000).map { UInt8($0 % 251) })
        try writer.addFile("set/empty", [])
        try writer.finish()
    }

    @Test(arguments: TarCompression.allCases)
    func whatIsWrittenIsReadAgain(compression: TarCompression) throws {
        let folder = try TemporaryFolder()
        let path = folder.path + "/set" + compression.suffix
        try write(path, compression)
        let files = try readAll(path)
        #expect(files.map(\.name) == ["set/README.md", "set/bottle/train/good/000.png", "set/empty"])
        #expect(files[1].bytes == (0..<5000).map { UInt8($0 % 251) })
        #expect(try FileManager.default.contentsOfDirectory(atPath: folder.path) == ["set" + compression.suffix])
    }

    @Test(arguments: TarCompression.allCases)
    func twoWritesAreEqualAndHoldNothingOfTheDay(compression: TarCompression) throws {
        let folder = try TemporaryFolder()
        try write(folder.path + "/a", compression)
        Thread.sleep(forTimeInterval: 1.1)  // a time stamp in whole seconds would differ
        try write(folder.path + "/b", compression)
        #expect(try bytes(at: folder.path + "/a") == bytes(at: folder.path + "/b"))
    }

    @Test func headersAreFixed() throws {
        let folder = try TemporaryFolder()
        let path = folder.path + "/set.tar"
        try write(path, .none)
        let bytes = try bytes(at: path)
        func field(_ block: Int, _ range: Range<Int>) -> String {
            String(
                decoding: bytes[(block * 512 + range.lowerBound)..<(block * 512 + range.upperBound)].prefix { $0 != 0 },
                as: UTF8.self)
        }
        #expect(field(0, 0..<100) == "set/")
        #expect(field(0, 100..<108).hasPrefix("000755"))
        #expect(field(1, 100..<108).hasPrefix("000644"))
        #expect(field(1, 108..<116).hasPrefix("000000"))
        #expect(field(1, 116..<124).hasPrefix("000000"))
        #expect(field(1, 136..<147) == String(TarWriter.modificationTime, radix: 8).leftPadded(to: 11))
        #expect(field(1, 257..<262) == "ustar")
        #expect(field(1, 265..<297) == "")
        #expect(field(1, 297..<329) == "")
        #expect(bytes.count % 512 == 0)
        #expect(bytes.suffix(1024).allSatisfy { $0 == 0 })
    }

    @Test func namesOutOfOrderOrUnsafeAreRefused() throws {
        let folder = try TemporaryFolder()
        let writer = try TarWriter(path: folder.path + "/x.tar", compression: .none)
        try writer.addFile("b", [1])
        for name in ["a", "b", "../c", "/c", "ü", "c\n", "c/"] {
            #expect(throws: ArchiveError.self, "\(name)") { try writer.addFile(name, [1]) }
        }
        try writer.addFile("c", [1])
    }

    @Test func anUnfinishedArchiveLeavesNothing() throws {
        let folder = try TemporaryFolder()
        do {
            let writer = try TarWriter(path: folder.path + "/x.tar", compression: .gz)
            try writer.addFile("a", [1])
        }
        #expect(try FileManager.default.contentsOfDirectory(atPath: folder.path).isEmpty)
        #expect(throws: ArchiveError.self) { try TarWriter(path: folder.path + "/no/x.tar", compression: .gz) }
    }

    /// The folder vanishes under the writer: the rename must say so.
    @Test func aFailedRenameIsASystemError() throws {
        let folder = try TemporaryFolder()
        let writer = try TarWriter(path: folder.path + "/x.tar", compression: .none)
        try writer.addFile("a", [1])
        try FileManager.default.removeItem(atPath: folder.path)
        #expect(throws: ArchiveError.self) { try writer.finish() }
    }
}

extension String {
    fileprivate func leftPadded(to width: Int) -> String { String(repeating: "0", count: max(0, width - count)) + self }
}
