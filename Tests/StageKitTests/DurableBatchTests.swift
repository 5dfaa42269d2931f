import Foundation
import StageKit
import Testing

@Suite struct DurableBatchTests {
    private let folder = FileManager.default.temporaryDirectory.appendingPathComponent(
        "batch-\(UInt64.random(in: 0 ... .max))")

    private func names() throws -> [String] { try StoredObject.files(under: folder).sorted() }

    @Test func filesStandUnderTheirNamesOnceTheyAreFlushed() throws {
        defer { try? FileManager.default.removeItem(at: folder) }
        let batch = DurableBatch(most: 3)
        for number in 0..<2 { try batch.write(Data([UInt8(number)]), to: folder.appendingPathComponent("a/\(number)")) }
        #expect(!FileManager.default.fileExists(atPath: folder.appendingPathComponent("a/0").path))
        // The third one fills it.
        try batch.write(Data([2]), to: folder.appendingPathComponent("b/2"))
        #expect(try names() == ["a/0", "a/1", "b/2"])
        try batch.write(Data([9]), to: folder.appendingPathComponent("a/0"))
        #expect(try DurableFile.read(folder.appendingPathComponent("a/0")) == Data([0]))
        try batch.flush()
        #expect(try DurableFile.read(folder.appendingPathComponent("a/0")) == Data([9]))
        try batch.flush()
    }

    @Test func whatWasNeverFlushedIsGone() throws {
        defer { try? FileManager.default.removeItem(at: folder) }
        do {
            let batch = DurableBatch()
            try batch.write(Data([1]), to: folder.appendingPathComponent("x"))
        }
        #expect(try FileManager.default.contentsOfDirectory(atPath: folder.path).isEmpty)
    }

    @Test func aNameThatCannotBeTakenIsAnErrorAndLeavesNothingBehind() throws {
        defer { try? FileManager.default.removeItem(at: folder) }
        try DurableFile.makeFolder(folder.appendingPathComponent("taken/inside"))
        let batch = DurableBatch()
        try batch.write(Data([1]), to: folder.appendingPathComponent("first"))
        try batch.write(Data([1]), to: folder.appendingPathComponent("taken"))
        try batch.write(Data([1]), to: folder.appendingPathComponent("third"))
        #expect(throws: Failure.self) { try batch.flush() }
        #expect(try FileManager.default.contentsOfDirectory(atPath: folder.path).sorted() == ["first", "taken"])
        try batch.flush()
    }

    /// `/dev/shm` may be another file system, where a file can't be moved from.
    @Test(arguments: [true, false])
    func aFileThatStandsElsewhereIsMoved(within: Bool) throws {
        defer { try? FileManager.default.removeItem(at: folder) }
        let other = within ? folder : URL(fileURLWithPath: "/dev/shm")
        guard within || FileManager.default.isWritableFile(atPath: other.path) else {
            print("DurableBatchTests: /dev/shm can't be written here: moving between file systems is not tested")
            return
        }
        let scratch = try ScratchFolder(in: other, prefix: ".batch-")
        defer { scratch.remove() }
        try scratch.write(Data([1, 2]), named: "0")
        try scratch.write(Data([3]), named: "1")
        let batch = DurableBatch()
        let first = folder.appendingPathComponent("a/first"), second = folder.appendingPathComponent("second")
        try batch.take(scratch.url.appendingPathComponent("0"), to: first)
        try batch.take(scratch.url.appendingPathComponent("1"), to: second)
        #expect(!FileManager.default.fileExists(atPath: first.path))
        try batch.flush()
        #expect(try DurableFile.read(first) == Data([1, 2]) && DurableFile.read(second) == Data([3]))
        #expect(try FileManager.default.contentsOfDirectory(atPath: scratch.url.path).isEmpty)
        let error = #expect(throws: Failure.self) {
            try batch.take(scratch.url.appendingPathComponent("2"), to: first)
        }
        #expect(error?.status == .io)
    }

    /// A link to itself can be read by nobody.
    @Test func whatCannotBeReadIsNotReplaced() throws {
        defer { try? FileManager.default.removeItem(at: folder) }
        let file = folder.appendingPathComponent("x")
        try DurableFile.write("1", to: file)
        try DurableBatch().update(Data("1".utf8), at: file)
        try FileManager.default.removeItem(at: file)
        try FileManager.default.createSymbolicLink(atPath: file.path, withDestinationPath: file.path)
        #expect(throws: Failure.self) { try DurableBatch().update(Data("1".utf8), at: file) }
        #expect(throws: Failure.self) { try DurableFile.update(Data("1".utf8), at: file) }
        #expect(try FileManager.default.contentsOfDirectory(atPath: folder.path) == ["x"])
    }

    @Test func severalThreadsMayAdd() throws {
        defer { try? FileManager.default.removeItem(at: folder) }
        let batch = DurableBatch(most: 7)
        _ = try sideBySide(Array(0..<60), width: 4) {
            try batch.write(Data([UInt8($0)]), to: folder.appendingPathComponent("\($0 % 3)/\($0)"))
        }
        try batch.flush()
        #expect(try names().count == 60)
    }
}
