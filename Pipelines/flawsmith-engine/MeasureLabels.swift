import Foundation
import AnomalyAnnotation
import DiffusionModels
import Imaging
import StarterTraining
import TensorCore

/// Measures each way of labelling on rendered damage, whose outline is known:
///
///     flawsmith-engine measure-labels --model DIR --settings FILE [--parts N] [--softmax-scale N] [--pictures DIR]
///
/// Prints `iou_<source>_<seen|unseen_pairs|unseen_objects>` and `auroc_…`, a line each; with a folder keeps a sheet of the first hundred
/// pictures: the truth, then attention's, difference's and the fused label, each outlined.
enum MeasureLabels {
    static func run(_ words: inout EngineArguments) throws -> EngineCommand.Status {
        _ = words.take("measure-labels")
        guard let folder = try words.value("--model") else { throw EngineArguments.Problem(description: "measure-labels needs --model DIR") }
        guard let settingsPath = try words.value("--settings") else {
            throw EngineArguments.Problem(description: "measure-labels needs --settings FILE")
        }
        let parts = try words.integer("--parts", in: 1...1000) ?? 4
        let scale = try words.integer("--softmax-scale", in: 1...10_000) ?? 100
        let sheet = try words.value("--pictures")
        try words.finish()
        do {
            let model = try LatentDiffusionModel(folder: URL(fileURLWithPath: folder, isDirectory: true), dtype: .float32, device: .cpu)
            let settings = try TrainingSettings(contentsOf: URL(fileURLWithPath: settingsPath))
            var cells: [ContactSheet.Cell] = []
            let figures = try LabelMeasure(model: model, settings: settings, softmaxScale: Double(scale)).run(
                parts: parts, threads: max(1, ProcessInfo.processInfo.activeProcessorCount)
            ) { name, picture, truth, labels in
                guard cells.count < 400, name.hasSuffix("\(parts * cells.count / 4)") || parts == 1 else { return }
                cells.append(ContactSheet.Cell(picture.outlining(truth, colour: .green), caption: [String(name.split(separator: "-", maxSplits: 1).last ?? "")]))
                for (label, source) in zip(labels, AnnotationSource.allCases) {
                    cells.append(ContactSheet.Cell(picture.outlining(label.binary), caption: [source.rawValue]))
                }
            }
            for (name, value) in figures.sorted(by: { $0.key < $1.key }) { print("\(name)\t\((value * 1e4).rounded() / 1e4)") }
            if let sheet { try ContactSheet(title: "truth, attention, difference, fused", cells: cells, columns: 12, cellSide: 128).render().write(png: sheet) }
            return .done
        } catch let error as TrainingError {
            EngineCommand.complain("flawsmith-engine: \(error)\n")
            return .badData
        }
    }
}
