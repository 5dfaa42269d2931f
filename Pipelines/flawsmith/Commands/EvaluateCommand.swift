import AnomalyDatasets
import Archives
import ArgumentParser
import DetectorEvaluation
import EvaluationMetrics
import Foundation
import Imaging
import ManifestSections
import MethodKit
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
            The folder holds one map per test picture, <category>/test/<defect>/<picture>.npy (float16, float32, float64 or uint8), .tiff \
            (float32, the official form of MVTec AD's evaluation, or grey of 16 bits) or .png (grey, 16 bits), of any size: maps are \
            resized to the mask's. Of pictures that were cut into tiles, give the maps of all tiles, <picture>~r<row>c<column> from r00c00 on, \
            and say how they were cut. It may also be a finished detect object of a run (Output/objects/detect-…), tiled or not: its maps are \
            compared as the run compared them. Truth comes from a data set in any layout that `run` reads, unpacked or as an archive. A \
            picture's score is its map's maximum as stored, or what scores.csv in the folder says (columns image and \
            score). The categories that the folder holds are evaluated; what is left out is said on standard error. With good or \
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

    @Option(
        help:
            "Layout of the data set, where it isn't found out: \(DatasetLayout.allCases.map(\.rawValue).joined(separator: ", "))."
    )
    var kind: DatasetLayout?

    @Option(
        name: .customLong("folder-normal"),
        help: ArgumentHelp(
            """
            Where no layout says what the data set's folders hold: a folder of normal pictures. All pictures are one category, called as the \
            data set. This and the next three are dataset.folders of a manifest; each may be repeated.
            """, valueName: "folder"))
    var normalFolders: [String] = []

    @Option(
        name: .customLong("folder-abnormal"),
        help: ArgumentHelp("A folder of pictures of one kind of damage, called as the folder.", valueName: "folder"))
    var abnormalFolders: [String] = []

    @Option(
        name: .customLong("folder-normal-test"),
        help: ArgumentHelp(
            "A folder of normal pictures to test on; without one every tenth normal picture, by name.",
            valueName: "folder"))
    var normalTestFolders: [String] = []

    @Option(
        name: .customLong("folder-masks"),
        help: ArgumentHelp(
            "A folder of masks, called as their pictures; one for all, or one for each of --folder-abnormal in their order.",
            valueName: "folder"))
    var maskFolders: [String] = []

    @Option(
        help: "Which values of masks are damage: auto, labels, half-range, or a level of 0...254 above which they are.")
    var masks = MaskLevels.auto

    @Flag(help: "Masks are drawn the other way round: white is good.")
    var invertedMasks = false

    @Option(name: .customLong("limit-entries"), help: "Most files and folders that the data set may hold.")
    var entries: Int?

    @Option(
        name: .customLong("limit-bytes"), help: "Most bytes that the data set may hold unpacked, with the unit: 40GB.")
    var bytes: MemoryAmount?

    @Option(help: "table, or json in the form of metrics.json.")
    var format = Format.table

    @Option(help: "How PRO is computed: \(PROVariant.allCases.map(\.rawValue).joined(separator: ", ")).")
    var pro = PROVariant.exact

    private var tiles: TileRule? { tileSize.flatMap { TileRule(size: $0, overlap: tileOverlap ?? 0) } }

    /// nil where no folder is named.
    private var folders: FolderSection? {
        let section = FolderSection(
            normal: normalFolders, abnormal: abnormalFolders, normalTest: normalTestFolders, masks: maskFolders)
        return section == FolderSection() ? nil : section
    }

    func validate() throws {
        if let folders {
            if normalFolders.isEmpty {
                throw ValidationError("--folder-normal: name the folder of normal pictures, too")
            }
            if let problem = folders.problemOfNames { throw ValidationError("--folder-…: \(problem)") }
            if let kind, kind != .folder {
                throw ValidationError("--kind: folders are named, which no \(kind.rawValue) has; leave it out")
            }
        }
        if tileSize == nil, tileOverlap != nil { throw ValidationError("--tile-overlap: give --tile-size, too") }
        if tileSize != nil, tiles == nil {
            throw ValidationError(
                "--tile-size, --tile-overlap: expected a size from 1 on, and a smaller overlap from 0 on")
        }
    }

    func run() throws {
        let folder = try AnomalyMapFolder(URL(fileURLWithPath: maps), tiles: tiles)
        var limits = ArchiveLimits()
        limits.raises = .init(entries: "--limit-entries", totalBytes: "--limit-bytes", fileBytes: "--limit-bytes")
        if let entries { limits.entries = entries }
        if let bytes {
            limits.totalBytes = Int64(bytes.bytes)
            limits.fileBytes = max(limits.fileBytes, limits.totalBytes)
        }
        let truth = try TestTruth(
            source: data, categories: try folder.categories(),
            masks: MaskReader(rule: masks.rule, inverted: invertedMasks), layout: kind, folders: folders?.names,
            limits: limits)
        for warning in truth.warnings { Console.standardError("flawsmith: \(warning)") }
        let evaluation = MapEvaluation(
            maps: folder, truth: truth, detectorName: LayoutDetector.sourceName(of: maps),
            datasetName: LayoutDetector.sourceName(of: data), pro: pro)
        for line in try evaluation.omissions() { Console.standardError("flawsmith: \(line)") }
        let console = Console()
        let found = try evaluation.run {
            console.progress(JobKey("evaluate", evaluation.datasetName), done: Double($0), total: $1, note: "")
        }
        for line in found.remarks { Console.standardError("flawsmith: \(line)") }
        switch format {
        case .table: print(found.terminal, terminator: "")
        case .json: print(found.json.prettyText, terminator: "")
        }
    }
}

extension PROVariant: ExpressibleByArgument {}
extension DatasetLayout: ExpressibleByArgument {}

extension MaskLevels: ExpressibleByArgument {
    init?(argument: String) { self.init(argument) }
    var defaultValueDescription: String { text }
}

/// An amount of memory with its unit.
struct MemoryAmount: ExpressibleByArgument {
    let bytes: Int

    init?(argument: String) {
        guard let bytes = ByteCount.parse(argument), bytes > 0 else { return nil }
        self.bytes = bytes
    }
}
