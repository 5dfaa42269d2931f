import EngineLink
import Glibc
import TensorCore

/// The program's command line.
///
///     flawsmith-engine [--device auto|cpu|cuda:N] [--threads N]      answer requests on standard input
///     flawsmith-engine starter-models --to DIR [--seed N]            write small models with random weights
///     flawsmith-engine train-starter PART --settings FILE --work DIR train the demo's models
///     flawsmith-engine measure-labels --model DIR --settings FILE    measure ways of labelling on rendered damage
///     flawsmith-engine measure-words --clip DIR … --export DIR       ask a classifier what an export's pictures show
enum EngineCommand {
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

    private static let usage = """
        usage: flawsmith-engine [--device auto|cpu|cuda:N] [--threads N]
               flawsmith-engine starter-models --to DIR [--seed N]
               flawsmith-engine train-starter autoencoder|diffusion|clip --settings FILE --work DIR
                                [--minutes N | --measure [--parts N] [--pictures DIR]] [--from DIR] [--lpips FILE]
                                [--device auto|cpu|cuda:N] [--threads N]
               flawsmith-engine train-starter --settings FILE --work DIR --to DIR
               flawsmith-engine measure-labels --model DIR --settings FILE [--parts N] [--softmax-scale N] [--pictures FILE]
               flawsmith-engine measure-words --clip DIR --model DIR --settings FILE --export DIR [--export DIR] [--parts N]
        flawsmith starts this program itself: it reads requests and writes events, one JSON object a line.

        """

    static func run(_ arguments: [String]) -> Status {
        do {
            var words = EngineArguments(arguments)
            if words.take("--help") || words.take("-h") {
                print(usage, terminator: "")
                return .done
            }
            if words.take("--version") {
                print("flawsmith-engine \(version), LibTorch \(Library.version)")
                return .done
            }
            if words.first == "train-starter" { return try TrainStarter.run(&words) }
            if words.first == "measure-labels" { return try MeasureLabels.run(&words) }
            if words.first == "measure-words" { return try MeasureWords.run(&words) }
            if words.first == "starter-models" { return try StarterModels.run(&words) }
            return try serve(&words)
        } catch let problem as EngineArguments.Problem {
            complain(problem.description + "\n" + usage)
            return .usage
        } catch {
            complain("\(error)\n")
            return .internalError
        }
    }

    static func complain(_ text: String) {
        _ = text.utf8CString.withUnsafeBytes { write(STDERR_FILENO, $0.baseAddress, $0.count - 1) }
    }

    // MARK: - Answering requests

    private static func serve(_ words: inout EngineArguments) throws -> Status {
        let deviceName = try words.value("--device") ?? "auto"
        let threads = try words.integer("--threads", in: 1...1024)
        try words.finish()
        EngineSurroundings.prepare()
        var channel = try EngineChannel()
        let device: Device
        do {
            device = try Device.parse(deviceName)
            if let threads { try Library.setThreads(threads) }
            try Library.keepMemory(EngineSurroundings.keptMemory)
            try Library.setDeterminism(.required)
            // Wakes the device: one that can't be used is told now, not under the first request.
            _ = try Tensor.ones([1], device: device).sum().item()
        } catch {
            channel.send(EngineEvent(id: 0, body: .failure(EngineFailure(kind: .unavailable, message: "\(error)"))))
            return .unavailable
        }
        channel.send(
            EngineEvent(
                id: 0,
                body: .ready(
                    EngineReady(
                        version: EngineProtocol.version, engine: "\(version), LibTorch \(Library.version)",
                        device: device.description,
                        threads: Library.threads))))
        return RequestLoop(device: device).run(&channel)
    }
}
