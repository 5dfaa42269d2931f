import ArgumentParser
import Foundation
import Glibc
import Imaging
import NeuralNet
import PictureQuality
import StarterTraining
import TensorCore

/// Trains the starter models on the renderer's endless stream:
///
///     flawsmith-engine train-starter autoencoder|diffusion|clip --settings FILE --work DIR [--minutes N] [--from DIR]
///     flawsmith-engine train-starter autoencoder|diffusion|clip --settings FILE --work DIR --measure [--parts N] \
///         [--pictures DIR]
///     flawsmith-engine train-starter --settings FILE --work DIR --to DIR
///
/// The last line writes model folders of the last checkpoints.
///
/// A stop at any moment (signal, end of the given time, power cut) loses at most the minutes since the last checkpoint;
/// the same command continues. Where no checkpoint is left, `--from` starts with the weights of model folders.
/// `--lpips` names VGG16's weights, for the autoencoder's loss and measurements.
struct TrainStarter: WorkbenchCommand {
    enum Part: String, CaseIterable, ExpressibleByArgument { case autoencoder, diffusion, clip }

    static let configuration = CommandConfiguration(
        commandName: "train-starter",
        abstract: "Train a part of the models that are shipped, or write model folders of the last checkpoints.")

    @Argument(help: "What is trained.") var part: Part?
    @Option(name: .customLong("settings"), help: "The training's settings, a JSON file.")
    var settingsPath: String
    @Option(help: "The folder of the checkpoints.") var work: String
    @Option(name: .customLong("to"), help: "Write model folders of the last checkpoints here.") var target: String?
    @Option(name: .customLong("from"), help: "Start with the weights of these model folders.") var start: String?
    @Option(help: "VGG16's LPIPS weights, for the autoencoder's loss and measurements.") var lpips: String?
    @Option(help: "Stop after so long.", transform: wholeNumber(1...100_000)) var minutes: Int?
    @Flag(name: .customLong("measure"), help: "Say what the part's last checkpoint is worth.") var measures = false
    @Option(help: "With --measure: keep the autoencoder's pictures here.") var pictures: String?
    @Option(help: "With --measure: parts of each object and damage.", transform: wholeNumber(1...1000)) var parts: Int?
    @Option(name: .customLong("device"), help: "auto, cpu or cuda:N.") var deviceName = "auto"
    @Option(help: "Threads; as many as there are processors unless given.", transform: wholeNumber(1...1024))
    var threads: Int?

    func validate() throws {
        guard part != nil || target != nil else {
            throw ValidationError("train-starter needs autoencoder, diffusion or clip, or --to DIR")
        }
        for (option, value) in [
            ("--settings", settingsPath), ("--work", work), ("--to", target), ("--pictures", pictures),
            ("--from", start), ("--lpips", lpips),
        ] where value?.isEmpty ?? false {
            throw ValidationError("\(option) needs a name")
        }
        guard pictures == nil && parts == nil || measures else {
            throw ValidationError("--pictures and --parts go with --measure")
        }
        guard target == nil || start == nil && lpips == nil else {
            throw ValidationError("--from and --lpips are for trainings, --to writes what they left")
        }
        guard lpips == nil || part == .autoencoder else { throw ValidationError("--lpips is for the autoencoder") }
    }

    func carryOut() throws -> EngineCommand.Status {
        let threads = threads ?? max(1, ProcessInfo.processInfo.activeProcessorCount)
        let stop = StopSignal()
        do {
            let device: Device
            do {
                device = try Device.parse(deviceName)
            } catch {
                EngineCommand.complain("flawsmith-engine: \(error.message)\n")
                return error.kind == .invalidArgument ? .usage : .unavailable
            }
            try Library.setThreads(threads)
            let settings = try TrainingSettings(contentsOf: URL(fileURLWithPath: settingsPath))
            let folder = URL(fileURLWithPath: work, isDirectory: true)
            try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
            if let target {
                try FileManager.default.createDirectory(atPath: target, withIntermediateDirectories: true)
                let written = try StarterAssembly.write(
                    settings, work: folder, to: URL(fileURLWithPath: target, isDirectory: true))
                print(
                    written.isEmpty
                        ? "nothing was trained in \(work) yet"
                        : "wrote \(written.joined(separator: " and ")) to \(target)")
                return written.isEmpty ? .inputMissing : .done
            }
            let from = start.flatMap { start -> StartingWeights? in
                guard !TrainingLoop.hasCheckpoint(of: part?.rawValue ?? "", in: folder) else {
                    print("\(work) has a checkpoint, which goes before --from \(start)")
                    return nil
                }
                print("starting from \(start)")
                return StartingWeights(folder: URL(fileURLWithPath: start, isDirectory: true))
            }
            let training: any NetworkTraining
            switch part {
            case .clip: training = try ClipTraining(settings, from: from, device: device, threads: threads)
            case .diffusion:
                training = try DiffusionTraining(
                    settings, components: .kept(in: folder, settings, from: from), from: from, device: device,
                    threads: threads)
            default:
                let perceptual = try lpips.map {
                    try LPIPSNetwork.load(
                        $0, dtype: measures ? .float32 : DType(named: settings.autoencoder.perceptual_dtype),
                        device: device, forLoss: !measures)
                }
                training = try AutoencoderTraining(
                    settings, components: .kept(in: folder, settings, from: from), from: from, perceptual: perceptual,
                    device: device, threads: threads)
            }
            if measures {
                return try Self.measure(
                    training, folder, parts: parts, isStart: from != nil,
                    pictures: pictures.map { URL(fileURLWithPath: $0, isDirectory: true) })
            }
            let ending = try TrainingLoop(training, folder: folder).run(seconds: minutes.map { Double($0) * 60 }) {
                stop.came
            }
            print(
                ending == .done
                    ? "done"
                    : "stopped at step \(training.parameters.steps) of \(training.run.steps); the same command goes on")
            return .done
        } catch let error as TrainingError {
            EngineCommand.complain("flawsmith-engine: \(error)\n")
            return switch error {
            case .notFinite: .internalError
            case .missing: .inputMissing
            case .settings, .checkpoint: .badData
            }
        } catch let error as WeightsError {
            EngineCommand.complain("flawsmith-engine: \(error)\n")
            return error.kind == .io ? .io : .badData
        } catch  where error is CocoaError || error is POSIXError {
            EngineCommand.complain("flawsmith-engine: \(target ?? work): \(error.localizedDescription)\n")
            return .cannotCreate
        }
    }
}

extension TrainStarter {
    /// Measures the averaged weights of the last checkpoint (or those of `--from`) on pictures that no training sees,
    /// and prints the results. For the autoencoder, writes pictures and reconstructions as PNG if a folder is given,
    /// for use by other programs.
    private static func measure(
        _ training: any NetworkTraining, _ work: URL, parts: Int?, isStart: Bool, pictures: URL?
    ) throws -> EngineCommand.Status {
        guard try TrainingLoop(training, folder: work).resume() || isStart else {
            throw TrainingError.missing(work.path, "holds no checkpoint of the \(training.name)'s training yet")
        }
        var figures: [String: Double]
        if let pictures, let autoencoder = training as? AutoencoderTraining {
            for name in ["pictures", "reconstructions"] {
                try FileManager.default.createDirectory(
                    at: pictures.appendingPathComponent(name), withIntermediateDirectories: true)
            }
            figures = try autoencoder.reconstructions(parts: parts) { name, picture, reconstruction in
                try picture.write(png: pictures.appendingPathComponent("pictures/\(name).png").path)
                try reconstruction.write(png: pictures.appendingPathComponent("reconstructions/\(name).png").path)
            }
        } else {
            figures = try training.measure(parts: parts)
        }
        figures["step"] = Double(training.parameters.steps)
        for (name, value) in figures.sorted(by: { $0.key < $1.key }) {
            print("\(name)\t\((value * 1e4).rounded() / 1e4)")
        }
        return .done
    }
}

/// Blocks SIGINT and SIGTERM and checks for them between steps, which are short, so that no handler interrupts the
/// networks.
private struct StopSignal {
    init() {
        var held = sigset_t()
        sigemptyset(&held)
        for number in [SIGINT, SIGTERM] { sigaddset(&held, number) }
        pthread_sigmask(SIG_BLOCK, &held, nil)
    }

    var came: Bool {
        var pending = sigset_t()
        sigpending(&pending)
        return sigismember(&pending, SIGINT) == 1 || sigismember(&pending, SIGTERM) == 1
    }
}
