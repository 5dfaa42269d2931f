import ArgumentParser
import Glibc
import TensorCore

/// The program's command line; without a subcommand it answers requests.
@main
struct EngineCommand: ParsableCommand {
    /// How the program ends; the numbers are sysexits.h's.
    enum Status: Int32 {
        case done = 0
        case usage = 64
        case badData = 65
        case inputMissing = 66
        case unavailable = 69
        case internalError = 70
        case cannotCreate = 73
        case io = 74
    }

    /// The engine's own version, said in `ready` and `--version`.
    static let version = "0.1.0"

    static let configuration = CommandConfiguration(
        commandName: "flawsmith-engine",
        abstract: "The engine room: holds the networks and answers what flawsmith asks.",
        discussion: """
            flawsmith starts this program itself: it reads requests and writes events, one JSON object a line.

            FLAWSMITH_KERNELS=libtorch, or some of attention, frozen, winograd and norms between commas, leaves what \
            isn't named to LibTorch's own kernels.

            Exit codes: 0 ok, 64 usage, 65 bad data, 66 input missing, 69 engine or device unavailable, 70 internal \
            error, 73 can't create, 74 I/O error.
            """,
        version: "flawsmith-engine \(version), LibTorch \(Library.version)",
        subcommands: [
            ServeCommand.self, StarterModelsCommand.self, TrainStarter.self, MeasureLabels.self, MeasureWords.self,
        ],
        defaultSubcommand: ServeCommand.self)

    static func complain(_ text: String) {
        _ = text.utf8CString.withUnsafeBytes { write(STDERR_FILENO, $0.baseAddress, $0.count - 1) }
    }
}

/// A command that ends with one of the program's statuses.
protocol EngineSubcommand: ParsableCommand {
    func perform() throws -> EngineCommand.Status
}

extension EngineSubcommand {
    func run() throws {
        let status: EngineCommand.Status
        do {
            status = try perform()
        } catch {
            EngineCommand.complain("\(error)\n")
            status = .internalError
        }
        if status != .done { throw ExitCode(status.rawValue) }
    }
}

/// A command for people: unusual choices of kernels are reported on standard error.
protocol WorkbenchCommand: EngineSubcommand {
    func carryOut() throws -> EngineCommand.Status
}

extension WorkbenchCommand {
    func perform() throws -> EngineCommand.Status {
        do {
            let choice = try EngineSurroundings.chooseKernels()
            if !choice.isEmpty { EngineCommand.complain("flawsmith-engine: LibTorch \(Library.version)\(choice)\n") }
        } catch {
            EngineCommand.complain("flawsmith-engine: \(error.message)\n")
            return .usage
        }
        return try carryOut()
    }
}

/// Reads a whole number of a range.
func wholeNumber(_ range: ClosedRange<Int>) -> @Sendable (String) throws -> Int {
    { text in
        guard let number = Int(text), range.contains(number) else {
            throw ValidationError("a whole number from \(range.lowerBound) to \(range.upperBound) is expected")
        }
        return number
    }
}
