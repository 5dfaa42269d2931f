import ArgumentParser
import Foundation
import StageKit

/// The options that `run`, `plan` and `status` share.
struct RunOptions: ParsableArguments {
    @Argument(help: "The manifest.", completion: .file(extensions: ["yaml", "yml"]))
    var manifest: String

    @Option(help: "Where results are kept.")
    var output = "Output"

    @Option(help: ArgumentHelp("Override a key, e.g. generation.steps=50; may be repeated.", valueName: "key.path=value"))
    var set: [String] = []

    @Option(help: "Stop after this stage.")
    var until: StageName?

    @Option(help: ArgumentHelp("Work for this category alone; may be repeated.", valueName: "category"))
    var only: [String] = []

    @Option(help: "Run this stage again, whatever is there; may be repeated.")
    var force: [StageName] = []

    var store: ArtifactStore {
        ArtifactStore(root: URL(fileURLWithPath: output, relativeTo: nil))
    }

    func runner(keepGoing: Bool = false) -> Runner.Options {
        var options = Runner.Options()
        options.until = until?.last
        options.only = only.isEmpty ? nil : Set(only)
        options.forced = Set(force.flatMap(\.jobs))
        options.keepGoing = keepGoing
        return options
    }
}

/// The seven stages as users name them.
enum StageName: String, ExpressibleByArgument, CaseIterable {
    case ingest, foreground, sample, generate, export, train, report

    /// Stages of jobs in order: the report's detection and assessment have objects of their own.
    static let order = ["ingest", "foreground", "sample", "generate", "export", "train", "detect", "assess", "report"]

    var jobs: [String] { self == .report ? ["detect", "assess", "report"] : [rawValue] }
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
