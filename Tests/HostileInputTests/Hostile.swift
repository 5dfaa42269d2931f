import Foundation
import TortureSupport

/// Mutated inputs of one kind: whatever a reader makes of them, it comes back with a value or an error of its own.
enum Hostile {
    static let tests = URL(fileURLWithPath: #filePath).deletingLastPathComponent().deletingLastPathComponent()

    /// Errors that say what is wrong and where. Others are raw words of a library.
    private static let ownErrors: Set<String> = [
        "ArchiveError", "ImageError", "WeightsError", "TensorError", "CLIPError", "DiffusionModelError",
        "NumpyFileError", "ManifestError", "DatasetError", "DetectionError", "Failure",
    ]

    /// Calls `read` with mutations of the originals in turn, `full` of them under `make torture`, else `short`.
    static func row(
        _ name: String, full: Int, short: Int, originals: [[UInt8]],
        _ read: @escaping @Sendable (_ bytes: [UInt8], _ original: Int, _ worker: Int) throws -> Void
    ) -> TortureRow {
        Torture.row("mutated \(name)", count: Torture.isFull ? full : short) { dice, number, worker in
            let original = number % originals.count
            let bytes = dice.mutated(originals[original])
            do {
                try read(bytes, original, worker)
                return .unharmed()
            } catch {
                let type = String(describing: type(of: error))
                return ownErrors.contains(type) ? .told() : .failed("\(type): \(error)")
            }
        }
    }

    static func bytes(_ path: String) throws -> [UInt8] {
        [UInt8](try Data(contentsOf: tests.appendingPathComponent(path)))
    }

    /// Files of a folder below Tests with one of the endings, by name.
    static func files(in folder: String, ending: [String]) throws -> [String] {
        try FileManager.default.contentsOfDirectory(atPath: tests.appendingPathComponent(folder).path)
            .filter { name in ending.contains { name.hasSuffix($0) } && !name.contains("_decoded") }.sorted()
            .map { "\(folder)/\($0)" }
    }
}

/// A folder in memory that vanishes with the test.
final class HostileFolder: Sendable {
    let url = Torture.scratch.appendingPathComponent("flawsmith-hostile-\(UInt64.random(in: 0 ... .max))")

    init() throws { try FileManager.default.createDirectory(at: url, withIntermediateDirectories: true) }

    deinit { try? FileManager.default.removeItem(at: url) }

    /// The same file again and again, one for each worker.
    func write(_ bytes: [UInt8], _ worker: Int, _ ending: String) throws -> URL {
        let file = url.appendingPathComponent("input-\(worker)\(ending)")
        try Data(bytes).write(to: file)
        return file
    }
}
