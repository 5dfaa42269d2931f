import EngineLink
import Foundation

/// An engine written as a shell script, in a folder of its own that goes with it.
final class FakeEngine {
    let folder: URL
    var launch: EngineClient.Launch

    /// - Parameter script: what it does after `start`; `ready`, `result ID`, `failure ID` and `progress ID` say what an
    ///   engine says.
    init(_ script: String, patience: Int = 60) throws {
        folder = FileManager.default.temporaryDirectory.appendingPathComponent("fake-engine-\(UUID().uuidString)")
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
        let path = folder.appendingPathComponent("engine.sh").path
        try (Self.vocabulary() + script + "\n").write(toFile: path, atomically: true, encoding: .utf8)
        // The script is an argument: a file that was just written can't be run while another test forks with it open.
        launch = EngineClient.Launch(
            program: "/bin/sh", arguments: [path], log: folder.appendingPathComponent("log").path, patience: patience)
    }

    deinit { try? FileManager.default.removeItem(at: folder) }

    /// A client of an engine with this script. The script is read by the time the engine is ready.
    static func client(_ script: String, patience: Int = 60) throws -> EngineClient {
        let engine = try FakeEngine(script, patience: patience)
        return try withExtendedLifetime(engine) { try EngineClient(engine.launch) }
    }

    private static func vocabulary() throws -> String {
        func function(_ name: String, _ body: EngineEvent.Body) throws -> String {
            // Events are encoded by the product's own code; the id is filled in by the shell.
            let line = String(
                decoding: try EngineLine.encode(EngineEvent(id: 4711, body: body)).dropLast(), as: UTF8.self)
            return "\(name)() { printf '%s\\n' '\(line)' | sed \"s/4711/${1:-0}/\"; }\n"
        }
        return try function(
            "ready", .ready(EngineReady(version: EngineProtocol.version, engine: "fake", device: "cpu", threads: 1)))
            + function(
                "old",
                .ready(EngineReady(version: EngineProtocol.version + 1, engine: "fake", device: "cpu", threads: 1)))
            + function("result", .result(.reconstruct))
            + function("failure", .failure(EngineFailure(kind: .badData, message: "no such words")))
            + function("nodevice", .failure(EngineFailure(kind: .unavailable, message: "no device cuda:7")))
            + function("progress", .progress(done: 1, total: 2, note: "step"))
            + function("notice", .notice("smaller pieces"))
    }
}

/// Something to ask for whose answer holds nothing.
let anyOperation = EngineOperation.reconstruct(
    ReconstructRequest(model: "m", images: [], outputs: [], dtype: "float32"))

/// The failure that a body ends with, if it ends with one.
func failure(_ body: () throws -> Void) -> EngineFailure? {
    do {
        try body()
        return nil
    } catch {
        return error as? EngineFailure
    }
}
