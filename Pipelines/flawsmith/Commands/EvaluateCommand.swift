import AnomalyDatasets
import ArgumentParser
import DetectorEvaluation
import EvaluationMetrics
import Foundation
import Imaging
import ParameterKit
import Reporting
import StageKit

/// Computes the metrics of any detector.
struct EvaluateCommand: ParsableCommand {
    enum Format: String, ExpressibleByArgument, CaseIterable { case table, json }

    static let configuration = CommandConfiguration(
        commandName: "evaluate",
        abstract: "Compute AUROC, F1-max, average precision and PRO from a folder of anomaly maps.",
        discussion: """
            The folder holds one map per test picture, <category>/test/<defect>/<picture>.npy (float32 or float64) or .png (grey, 16 \
            bits), of any size: maps are resized to the mask's. Truth comes from a data set in MVTec AD's or VisA's layout, unpacked or as \
            an archive. A picture's score is its map's maximum as stored, or what scores.csv in the folder says (columns image and \
            score). Of pictures that were cut into tiles, give the maps of all tiles, <picture>~r<row>c<column> from r00c00 on, and say how they were \
            cut. Or give an object that this program's detection left (Output/objects/detect-…), tiled or not. \
            The categories that the folder holds are evaluated; what is left out is said on standard error. With good or \
            defective pictures alone a metric is not defined: – in the table, null in JSON.

            Example:
              flawsmith evaluate --maps maps --data mvtec_anomaly_detection.tar.xz
            """)

    @Option(help: "Folder of anomaly maps.")
    var maps: String

    @Option(help: "Data set: a folder or an archive.")
    var data: String

    @Option(
        help: ArgumentHelp(
            "Pictures larger than this were cut into tiles of so many pixels a side.", valueName: "pixels"))
    var tileSize: Int?

    @Option(
        help: ArgumentHelp("Pixels that neighbouring tiles share, as dataset.tiles has them.", valueName: "pixels"))
    var tileOverlap: Int?

    @Option(help: "table, or json in the form of metrics.json.")
    var format = Format.table

    @Option(help: "How PRO is computed: \(PROVariant.allCases.map(\.rawValue).joined(separator: ", ")).")
    var pro = PROVariant.exact

    private var tiles: TileRule? { tileSize.flatMap { TileRule(size: $0, overlap: tileOverlap ?? 0) } }

    func validate() throws {
        if tileSize == nil, tileOverlap != nil { throw ValidationError("--tile-overlap: give --tile-size, too") }
        if tileSize != nil, tiles == nil {
            throw ValidationError(
                "--tile-size, --tile-overlap: expected a size from 1 on, and a smaller overlap from 0 on")
        }
    }

    func run() throws {
        let folder = try AnomalyMapFolder(URL(fileURLWithPath: maps), tiles: tiles)
        let truth = try TestTruth(source: data, categories: try folder.categories())
        for warning in truth.warnings { Console.standardError("flawsmith: \(warning)") }
        let evaluation = MapEvaluation(
            maps: folder, truth: truth, detectorName: LayoutDetector.sourceName(of: maps),
            datasetName: LayoutDetector.sourceName(of: data), pro: pro)
        for line in try evaluation.omissions() { Console.standardError("flawsmith: \(line)") }
        let console = Console()
        let found = try evaluation.run {
            console.progress(JobKey("evaluate", evaluation.datasetName), done: Double($0), total: $1, note: "")
        }
        if let first = found.emptyMasks.first {
            Console.standardError(
                "flawsmith: defective pictures with an empty mask: \(found.emptyMasks.count), \(first) among them")
        }
        switch format {
        case .table: print(found.terminal, terminator: "")
        case .json: print(found.json.prettyText, terminator: "")
        }
    }
}

extension PROVariant: ExpressibleByArgument {}
