import AnomalyDatasets
import ArgumentParser
import EngineLink
import Foundation
import GenerationStage
import Imaging
import ManifestKit
import StageKit

/// What a manifest's generation made so far, on one page to look at.
struct SheetCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "sheet", abstract: "Draw normal pictures, what was made of them and the labels side by side.",
        discussion: """
            For each category and anomaly of the manifest: the normal picture, the generated one, and the generated one with the outline of \
            its binary mask. Pictures made elsewhere have no normal and stand without one. Reads what runs have finished, and generates nothing.
            """)

    @OptionGroup var options: RunOptions
    @Option(help: ArgumentHelp("Pictures for each anomaly of a category.", valueName: "count"))
    var each = 1
    @Option(help: ArgumentHelp("Pixels a picture may take, each way.", valueName: "pixels"))
    var size = 128
    @Option(help: ArgumentHelp("Groups (normal, picture, label) in a row.", valueName: "count"))
    var columns = 3
    @Option(name: .customLong("to"), help: ArgumentHelp("The PNG file to write.", valueName: "file"))
    var target: String

    func validate() throws {
        guard (1...1000).contains(each) else { throw ValidationError("--each: expected 1 to 1000") }
        guard (32...1024).contains(size) else { throw ValidationError("--size: expected 32 to 1024") }
        guard !target.isEmpty else { throw ValidationError("--to: expected a file") }
        guard (1...16).contains(columns) else { throw ValidationError("--columns: expected 1 to 16") }
    }

    func run() throws {
        var isFolder: ObjCBool = false
        if FileManager.default.fileExists(atPath: target, isDirectory: &isFolder), isFolder.boolValue {
            throw Failure(.cannotCreate, "is a folder", at: target, remedy: "Give --to the name of a file.")
        }
        let engine = EngineProgram(device: .auto).room()
        let project = try Project(options, engine: engine) { Console.standardError("  \($0)") }
        let cells = try cells(of: project)
        guard !cells.isEmpty else {
            throw Failure(
                .inputMissing, "no generated pictures of this manifest were found", at: options.output,
                remedy: "Run it first: flawsmith run \(options.manifest)")
        }
        let width = project.manifest.generation.method == .external ? 2 : 3
        let sheet = ContactSheet(title: project.manifest.name, cells: cells, columns: width * columns, cellSide: size).render()
        try DurableFile.write(Data(sheet.png()), to: URL(fileURLWithPath: target))
        print(target)
    }

    /// Three cells a picture (two without a normal), by category and anomaly, of the first finished sample that has one.
    private func cells(of project: Project) throws -> [ContactSheet.Cell] {
        let steps = project.runner(keepGoing: false).plan()
        let ingested = Dictionary(
            steps.filter { $0.job.key.stage == "ingest" && $0.object.isDone }.map { ($0.job.category ?? "", $0.object) },
            uniquingKeysWith: { first, _ in first })
        var shown: [String: Int] = [:]
        var cells: [ContactSheet.Cell] = []
        for step in steps where step.job.key.stage == GenerationStage.name && step.object.isDone {
            guard let category = step.job.category, options.only.isEmpty || options.only.contains(category), let home = ingested[category]
            else { continue }
            let pictures = try IngestedCategory(folder: home.data)
            for unit in try GenerationStage.units(of: step.object) {
                let name = "\(category) \(unit.anomaly)"
                guard shown[name, default: 0] < each else { continue }
                let pooled = project.store.unit(unit.unit)
                let source = unit.source.flatMap { pictures[$0] }
                if unit.source != nil && source == nil { continue }
                shown[name, default: 0] += 1
                cells += try Self.row(
                    normal: try source.map { try Image(contentsOf: pictures.url($0.file).path) }, unit: pooled,
                    label: project.store.unit(unit.labelUnit),
                    caption: [category, unit.anomaly])
            }
        }
        return cells
    }

    private static func row(normal: Image?, unit: PooledUnit, label: PooledUnit, caption: [String]) throws -> [ContactSheet.Cell] {
        let picture = try Image(contentsOf: unit.file("image.png").path)
        let mask = try Mask(contentsOf: label.file("mask.png").path, above: 127)
        let label = ContactSheet.Cell(picture.outlining(mask), caption: ["", "label"])
        guard let normal else { return [ContactSheet.Cell(picture.rgb(), caption: caption), label] }
        return [
            ContactSheet.Cell(normal.rgb(), caption: caption), ContactSheet.Cell(picture.rgb(), caption: ["", "generated"]), label,
        ]
    }
}
