import Foundation
import Glibc
import ParameterKit
import StageKit
import Testing

/// Locks, and scratch that belongs to one process. Two holders in one process stand for two processes: the kernel's
/// lock is one of open files.
@Suite struct LockTests {
    let place: TemporaryStore
    let file: URL
    init() throws {
        place = try TemporaryStore()
        file = place.folder.appendingPathComponent("lock.json")
    }

    private func holder(_ changes: [String: JSONValue]) throws -> String {
        let lock = try CourtesyLock(file) { _ in }
        let own = try JSONValue(parsing: try DurableFile.read(file)).object ?? [:]
        lock.release()
        return JSONValue.object(own.merging(changes) { $1 }).prettyText
    }

    @Test func aHeldLockIsRespectedWhateverItsFileSays() throws {
        let lock = try CourtesyLock(file) { _ in }
        // As it looks from another process namespace, under another host name, or after a torn write.
        for text in [
            try place.text(file).replacingOccurrences(of: "\"process\": ", with: "\"process\": 9"), "{\"host\": ",
            "",
        ] {
            let open = open(file.path, O_WRONLY | O_TRUNC)
            _ = Array(text.utf8).withUnsafeBytes { write(open, $0.baseAddress, $0.count) }
            close(open)
            let error = #expect(throws: Failure.self) { try CourtesyLock(file) { _ in } }
            #expect(error?.status == .busy)
        }
        lock.release()
        #expect(!FileManager.default.fileExists(atPath: file.path))
        try CourtesyLock(file) { _ in }.release()
    }

    /// Remains of killed processes, however odd, never need manual cleanup.
    @Test(
        arguments: [
            ["process": 4_194_305], ["process": 1, "started": "1"], ["process": 1_099_511_627_776],
            ["host": "another-name"], ["namespace": "pid:[1]"], ["boot": "another"],
        ] as [[String: JSONValue]])
    func aDeadHolderIsTakenOverWithANotice(_ changes: [String: JSONValue]) throws {
        try DurableFile.write(try holder(changes), to: file)
        var notices: [String] = []
        try CourtesyLock(file) { notices.append($0) }.release()
        #expect(notices.count == 1)
    }

    /// Another machine's holder touches its file every 15 s, by the file system's clock.
    @Test func anotherMachineIsRespectedWhileItTouchesItsLock() throws {
        let text = try holder(["host": "elsewhere", "boot": "another"])
        try DurableFile.write(text, to: file)
        #expect(throws: Failure.self) { try CourtesyLock(file) { _ in } }
        for distance in [-200.0, 3600] {
            try DurableFile.write(text, to: file)
            try FileManager.default.setAttributes(
                [.modificationDate: Date(timeIntervalSinceNow: distance)], ofItemAtPath: file.path)
            try CourtesyLock(file) { _ in }.release()
        }
    }

    @Test func whatIsNoFileIsMovedAway() throws {
        try DurableFile.write("kept", to: file.appendingPathComponent("inside"))
        var notices: [String] = []
        try CourtesyLock(file) { notices.append($0) }.release()
        #expect(notices.count == 1)
        #expect(try place.text(place.folder.appendingPathComponent("lock.json.moved/inside")) == "kept")
        try FileManager.default.createSymbolicLink(atPath: file.path, withDestinationPath: file.path)
        try CourtesyLock(file) { notices.append($0) }.release()
        #expect(notices.count == 2)
    }

    @Test func scratchOfALivingProcessStaysAndThatOfADeadOneGoes() throws {
        let left = place.folder.appendingPathComponent(".work-17-abc")
        try DurableFile.write("half", to: left.appendingPathComponent("image.png"))
        let first = try ScratchFolder(in: place.folder, prefix: ".work-")
        #expect(!FileManager.default.fileExists(atPath: left.path))
        let second = try ScratchFolder(in: place.folder, prefix: ".work-")
        #expect(first.url != second.url)
        #expect(FileManager.default.fileExists(atPath: first.url.path))
        first.remove()
        second.remove()
        #expect(try FileManager.default.contentsOfDirectory(atPath: place.folder.path).isEmpty)
    }
}
