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
