import AnomalyAnnotation
import ArgumentParser
import DiffusionModels
import EngineLink
import Foundation
import Imaging
import StarterTraining
import TensorCore

/// Measures each way of labelling on rendered damage, whose outline is known:
///
///     flawsmith-engine measure-labels --model DIR --settings FILE [--parts N] [--softmax-scale N] [--pictures FILE]
///
/// Prints `iou_<source>_<seen|unseen_pairs|unseen_objects>` and `auroc_…`, a line each. `--pictures` keeps a sheet with
/// one part of each object and damage: the true outline, then attention's, difference's and the fused label.
struct MeasureLabels: WorkbenchCommand {
    static let configuration = CommandConfiguration(
        commandName: "measure-labels", abstract: "Compare ways of labelling on rendered damage with its outline.")

    @Option(name: .customLong("model"), help: "A folder with a diffusion model.") var folder: String
    @Option(name: .customLong("settings"), help: "The settings that the model was trained with.")
    var settingsPath: String
    @Option(help: "Parts of each object and damage.", transform: wholeNumber(1...1000)) var parts = 4
    @Option(
        name: .customLong("softmax-scale"), help: "What attention is multiplied with before its softmax.",
        transform: wholeNumber(1...10_000))
    var scale = 100
    @Option(name: .customLong("pictures"), help: "Keep a sheet of the labels here, a PNG.") var sheet: String?

    func carryOut() throws -> EngineCommand.Status {
        EngineCommand.measured {
            if let sheet { try EngineCommand.checkParent(of: sheet) }
            let settings = try TrainingSettings(contentsOf: URL(fileURLWithPath: settingsPath))
            let model = try LatentDiffusionModel(
                folder: URL(fileURLWithPath: folder, isDirectory: true), dtype: .float32, device: .cpu)
            var cells: [ContactSheet.Cell] = []
            let figures = try LabelMeasure(model: model, settings: settings, softmaxScale: Double(scale)).run(
                parts: parts, threads: max(1, ProcessInfo.processInfo.activeProcessorCount)
            ) { number, name, picture, truth, labels in
                guard number % parts == 0 else { return }
                cells.append(ContactSheet.Cell(picture.outlining(truth, colour: .green), caption: [name]))
                for (label, source) in zip(labels, AnnotationSource.allCases) {
                    cells.append(ContactSheet.Cell(picture.outlining(label.binary), caption: [source.rawValue]))
                }
            }
            for (name, value) in figures.sorted(by: { $0.key < $1.key }) {
                print("\(name)\t\((value * 1e4).rounded() / 1e4)")
            }
            if let sheet {
                try ContactSheet(title: "truth, attention, difference, fused", cells: cells, columns: 12, cellSide: 128)
                    .render().write(png: sheet)
            }
        }
    }
}

extension EngineCommand {
    /// Runs a measurement; an error gives one line of text and the exit status.
    static func measured(_ body: () throws -> Void) -> Status {
        do {
            try body()
            return .done
        } catch let error as TrainingError {
            complain("flawsmith-engine: \(error)\n")
            if case .missing = error { return .inputMissing }
            return .badData
        } catch let error as CocoaError {
            complain("flawsmith-engine: \(error.filePath ?? ""): \(error.localizedDescription)\n")
            return error.code == .fileReadNoSuchFile ? .inputMissing : .io
        } catch {
            let failure = EngineFailure(error)
            complain("flawsmith-engine: \(failure.message)\n")
            return Status(rawValue: failure.kind.exitCode) ?? .internalError
        }
    }

    /// Checks a path before the work begins, so that a bad one is reported at once.
    static func checkParent(of file: String) throws {
        let parent = URL(fileURLWithPath: file).deletingLastPathComponent().path
        guard FileManager.default.isWritableFile(atPath: parent) else {
            throw EngineFailure(kind: .io, message: "\(parent): no folder that can be written to")
        }
    }
}
