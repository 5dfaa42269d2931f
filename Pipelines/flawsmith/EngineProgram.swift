import EngineLink
import Foundation
import StageKit

/// The engine's program, in the same folder as the tool's.
struct EngineProgram {
    let device: DeviceName
    /// Threads of LibTorch on the CPU; nil: the engine's own choice.
    var threads: Int?

    /// A room for this engine; nothing is started yet.
    func room() -> EngineRoom {
        let launch = EngineClient.Launch(device: device.description, threads: threads)
        return EngineRoom { () throws(EngineFailure) in try EngineClient(launch) }
    }

    /// Has the engine write the demo's models, where they are not there yet.
    func writeStarterModels(to folder: URL) throws {
        let process = Process()
        process.executableURL = URL(fileURLWithPath: EngineClient.programBeside)
        process.arguments = ["starter-models", "--to", folder.path]
        do {
            try process.run()
        } catch {
            throw Failure(
                .unavailable, "the engine can't be started: \(error.localizedDescription)",
                at: EngineClient.programBeside,
                remedy: "Run `make build`.")
        }
        process.waitUntilExit()
        guard process.terminationReason == .exit, process.terminationStatus == 0 else {
            throw Failure(
                ExitStatus(rawValue: process.terminationStatus) ?? .unavailable,
                "the engine could not write the starter models (its message stands above)",
                at: EngineClient.programBeside)
        }
    }
}
