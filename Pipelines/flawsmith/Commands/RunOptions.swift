import ArgumentParser
import EngineLink
import Foundation
import StageKit

/// The options that `run`, `plan` and `status` share.
struct RunOptions: ParsableArguments {
    @Argument(help: "The manifest.", completion: .file(extensions: ["yaml", "yml"]))
    var manifest: String

    @Option(help: "Where results are kept.")
    var output = "Output"

    @Option(
        help: ArgumentHelp(
            "Override a key, e.g. generation.cut.steps=50; may be repeated.", valueName: "key.path=value"))
    var set: [String] = []

    @Option(help: "Stop after this stage.")
    var until: StageName?

    @Option(
        help: ArgumentHelp(
            "Work for this category alone, or for shots=N or seed=N alone; may be repeated.", valueName: "what"))
    var only: [String] = []

    @Option(help: "Run this stage again, whatever is there; may be repeated.")
    var force: [StageName] = []

    func validate() throws {
        guard !output.isEmpty else { throw ValidationError("--output: expected a folder") }
    }

    var store: ArtifactStore {
        ArtifactStore(root: URL(fileURLWithPath: output, relativeTo: nil))
    }

    func runner(keepGoing: Bool = false) -> Runner.Options {
        var options = Runner.Options()
        options.until = until?.last
        let choice = OnlyChoice(only)
        options.only = choice.categories.isEmpty ? nil : Set(choice.categories)
        options.onlyMarks = choice.marks
        options.forced = Set(force.flatMap(\.jobs))
        options.keepGoing = keepGoing
        return options
    }
}

/// The seven stages as users name them, and the report's first part, which shot counts and seeds don't share.
enum StageName: String, ExpressibleByArgument, CaseIterable {
    case ingest, foreground, sample, generate, export, fit, assess, report

    /// Stages of jobs in order: the report's detection and assessment have objects of their own.
    static let order = [
        "ingest", "foreground", "sample", "generate", "export", "fit", "detect", "calibrate", "embed", "assess",
        "report",
    ]

    var jobs: [String] {
        switch self {
        case .assess: ["detect", "calibrate", "embed", "assess"]
        case .report: ["detect", "calibrate", "embed", "assess", "report"]
        default: [rawValue]
        }
    }
    var last: String { rawValue }
}

/// Where the engine runs.
enum DeviceName: ExpressibleByArgument, CustomStringConvertible, Equatable {
    case auto, cpu, cuda(Int)

    init?(argument: String) {
        switch argument {
        case "auto": self = .auto
        case "cpu": self = .cpu
        case "cuda": self = .cuda(0)
        default:
            guard argument.hasPrefix("cuda:"), let number = Int(argument.dropFirst(5)), number >= 0 else { return nil }
            self = .cuda(number)
        }
    }

    var description: String {
        switch self {
        case .auto: "auto"
        case .cpu: "cpu"
        case .cuda(let number): "cuda:\(number)"
        }
    }

    var defaultValueDescription: String { description }
}

/// Where the engines of a run run: one device, or several between commas, with an engine for each.
struct DeviceList: ExpressibleByArgument, CustomStringConvertible {
    static let help = ArgumentHelp(
        "auto, cpu or cuda:N; several between commas for an engine on each.", valueName: "device")

    let devices: [DeviceName]

    static let auto = DeviceList(devices: [.auto])

    private init(devices: [DeviceName]) { self.devices = devices }

    init?(argument: String) {
        let devices = argument.split(separator: ",", omittingEmptySubsequences: false).map {
            DeviceName(argument: String($0))
        }
        guard !devices.contains(nil) else { return nil }
        self.devices = devices.compactMap(\.self)
    }

    var description: String { devices.map(\.description).joined(separator: ",") }
    var defaultValueDescription: String { description }

    /// Whether all engines run on the CPU.
    var areProcessors: Bool { devices.allSatisfy { $0 == .cpu } }

    /// Rooms for the engines; nothing is started yet.
    ///
    /// - Throws: `Failure` for `auto` beside other devices.
    func pool() throws(Failure) -> EnginePool {
        guard devices.count == 1 || !devices.contains(.auto) else {
            throw Failure(
                .usage,
                "--device \(self): auto is one device, the first GPU or else the processor; of several name each, as in cuda:0,cuda:1"
            )
        }
        let onCPU = devices.count { $0 == .cpu }
        // Several teams of threads on the same processors slow each other down. If OMP_NUM_THREADS is set, it applies
        // to each engine.
        let isDecided = ProcessInfo.processInfo.environment["OMP_NUM_THREADS"] != nil
        let threads = onCPU > 1 && !isDecided ? max(1, Processors.current.count / onCPU) : nil
        return EnginePool(devices.map { EngineProgram(device: $0, threads: $0 == .cpu ? threads : nil).room() })
    }
}
