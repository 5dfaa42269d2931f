import EngineLink
import Foundation
import StageKit

/// The engine's program, in the same folder as the tool's.
struct EngineProgram {
    let device: DeviceName
    /// Threads of LibTorch on the CPU; nil: as many as the control group's quota allows or, without one, the engine's own
    /// choice.
    var threads: Int?

    /// nil: there is no quota, or OMP_NUM_THREADS has decided.
    private static var quota: Int? {
        let processors = Processors.current
        let isDecided = ProcessInfo.processInfo.environment["OMP_NUM_THREADS"] != nil
        return processors.count < processors.allowed && !isDecided ? processors.count : nil
    }

    /// A room for this engine; nothing is started yet.
    func room() -> EngineRoom {
        let launch = EngineClient.Launch(device: device.description, threads: threads ?? Self.quota)
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
