package import Foundation
import Glibc
import NeuralNet
import ParameterKit
import TensorCore

/// Runs a training step by step, with checkpoints that outlive any stop and a log of what it learned.
package struct TrainingLoop {
    package enum Ending: Equatable, Sendable {
        /// All steps are done.
        case done
        /// The given time is over, or a signal came. A checkpoint was written, and the same command continues the
        /// training.
        case stopped
    }

    package let training: any NetworkTraining
    /// Holds `<name>/checkpoint.safetensors` and `<name>/log.jsonl`.
    package let folder: URL
    /// Seconds between checkpoints and between measurements.
    package var checkpointInterval = 300.0
    package var measureInterval = 600.0
    /// Whether a finished training is measured.
    package var measuresAtEnd = true

    package init(_ training: any NetworkTraining, folder: URL) {
        self.training = training
        self.folder = folder.appendingPathComponent(training.name, isDirectory: true)
    }

    /// Goes on from the last checkpoint, if there is one.
    ///
    /// - Parameters:
    ///   - seconds: ends the run after so many, with a checkpoint; nil: when all steps are done.
    ///   - shouldStop: asked after each step.
    /// - Throws: `TrainingError.checkpoint` for a checkpoint of other settings or a damaged one, `.notFinite`; what the
    ///   training throws.
    package func run(seconds: Double?, shouldStop: () -> Bool) throws -> Ending {
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
        try resume()
        let start = now()
        var (nextCheckpoint, nextMeasure) = (start + checkpointInterval, start + measureInterval)
        var recent = Recent()
        while training.parameters.steps < training.run.steps {
            let step = training.parameters.steps
            let (loss, figures) = try training.loss(step: step)
            let value = try loss.item()
            let norm = try training.parameters.step(loss: loss, learningRate: rate(at: step))
            guard value.isFinite, norm.isFinite else { throw TrainingError.notFinite(step: step) }
            recent.add(
                figures.merging(["loss": value, "gradient_norm": norm]) { $1 }, pictures: training.pictures(step: step))
            if (step + 1) % 50 == 0 { try log(recent.line(step: step + 1, rate: rate(at: step))); recent = Recent() }
            if shouldStop() || seconds.map({ now() - start > $0 }) ?? false {
                try writeCheckpoint()
                return .stopped
            }
            if now() > nextCheckpoint {
                try writeCheckpoint()
                nextCheckpoint = now() + checkpointInterval
            }
            if now() > nextMeasure {
                try logMeasurement()
                nextMeasure = now() + measureInterval
            }
        }
        try writeCheckpoint()
        if measuresAtEnd { try logMeasurement() }
        return .done
    }

    private func rate(at step: Int) -> Double { training.run.learningRate(at: step) }

    // MARK: - Checkpoints

    private var checkpoint: URL { folder.appendingPathComponent("checkpoint.safetensors") }

    /// Weights, average and optimiser; pictures and noise follow from the number of the step.
    private func writeCheckpoint() throws {
        try SafetensorsWriter.write(
            training.parameters.state(), to: checkpoint.path,
            metadata: ["training": training.name, "settings": training.fingerprint])
    }

    /// Whether a training of this name left one in the folder of the trainings.
    package static func hasCheckpoint(of name: String, in folder: URL) -> Bool {
        FileManager.default.fileExists(atPath: folder.appendingPathComponent("\(name)/checkpoint.safetensors").path)
    }

    /// - Returns: false when there is no checkpoint yet.
    @discardableResult
    package func resume() throws -> Bool {
        guard FileManager.default.fileExists(atPath: checkpoint.path) else { return false }
        let file = try SafetensorsFile(checkpoint.path)
        guard file.metadata["settings"] == training.fingerprint else {
            throw TrainingError.checkpoint(
                checkpoint.path,
                "belongs to other settings: choose another --work folder (a run's length and rate may change)")
        }
        let state = try file.all()
        guard file.metadata["training"] == training.name else {
            throw TrainingError.checkpoint(checkpoint.path, "is not a checkpoint of the \(training.name)'s training")
        }
        do throws(TensorError) {
            try training.parameters.restore(state)
        } catch {
            throw TrainingError.checkpoint(
                checkpoint.path, "\(error.message); it belongs to other settings: choose another --work folder")
        }
        print("going on from step \(training.parameters.steps)")
        return true
    }

    // MARK: - The log

    private func logMeasurement() throws {
        try log(try training.measure(parts: nil).merging(["step": Double(training.parameters.steps)]) { $1 })
    }

    private func log(_ figures: [String: Double]) throws {
        let rounded = figures.mapValues { JSONValue.double(($0 * 1e6).rounded() / 1e6) }
        let line = Data(JSONValue.object(rounded).line.utf8)
        FileHandle.standardOutput.write(line)
        let path = folder.appendingPathComponent("log.jsonl")
        let descriptor = open(path.path, O_WRONLY | O_APPEND | O_CREAT | O_CLOEXEC, 0o644)
        guard descriptor >= 0 else {
            throw WeightsError(.io, path.path, "can't be opened: \(String(cString: strerror(errno)))")
        }
        let file = FileHandle(fileDescriptor: descriptor, closeOnDealloc: true)
        try file.write(contentsOf: line)
    }

    private func now() -> Double {
        var time = timespec()
        clock_gettime(CLOCK_MONOTONIC, &time)
        return Double(time.tv_sec) + Double(time.tv_nsec) * 1e-9
    }

    /// Means over the steps since the last line.
    private struct Recent {
        private var sums: [String: Double] = [:]
        private var (steps, pictures) = (0, 0)
        private let start = DispatchTime.now().uptimeNanoseconds

        mutating func add(_ figures: [String: Double], pictures: Int) {
            for (key, value) in figures { sums[key, default: 0] += value }
            steps += 1
            self.pictures += pictures
        }

        func line(step: Int, rate: Double) -> [String: Double] {
            var line = sums.mapValues { $0 / Double(Swift.max(steps, 1)) }
            line["step"] = Double(step)
            line["learning_rate"] = rate
            line["pictures_per_second"] =
                Double(pictures) / (Double(DispatchTime.now().uptimeNanoseconds - start) * 1e-9)
            return line
        }
    }
}
