import Foundation
import StageKit
import Synchronization

/// A store in a folder of its own that goes away with the test.
final class TemporaryStore: Sendable {
    let folder: URL
    let store: ArtifactStore

    init() throws {
        folder = FileManager.default.temporaryDirectory.appendingPathComponent(
            "stagekit-\(UInt64.random(in: 0 ... .max))")
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
        store = ArtifactStore(root: folder.appendingPathComponent("Output"))
    }

    deinit { try? FileManager.default.removeItem(at: folder) }

    func text(_ url: URL) throws -> String { String(decoding: try DurableFile.read(url), as: UTF8.self) }
}

/// Remembers what a run said, and lets jobs count their calls.
final class Recorder: RunEvents {
    private let lines = Mutex<[String]>([])
    private let calls = Mutex<[String: Int]>([:])

    func started(_ key: JobKey, reason: RunReason, position: Int, of total: Int) {
        lines.withLock { $0.append("start \(key) \(position)/\(total): \(reason)") }
    }
    func progress(_ key: JobKey, done: Double, total: Int, note: String) {}
    func notice(_ key: JobKey?, _ text: String) { lines.withLock { $0.append("notice \(text)") } }
    func finished(_ key: JobKey, object: String) { lines.withLock { $0.append("done \(key)") } }
    func failed(_ key: JobKey, _ error: any Error) { lines.withLock { $0.append("failed \(key)") } }

    var said: [String] { lines.withLock { $0 } }
    func count(_ name: String) { calls.withLock { $0[name, default: 0] += 1 } }
    func calls(_ name: String) -> Int { calls.withLock { $0[name] ?? 0 } }
}
