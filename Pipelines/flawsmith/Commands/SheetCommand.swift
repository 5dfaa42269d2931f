import ArgumentParser
import EngineLink
import Foundation
import Imaging
import ManifestSections
import MethodKit
import StageKit

/// Shows the pictures that a manifest's generation has made so far, on one page.
struct SheetCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "sheet", abstract: "Draw normal pictures, what was made of them and the labels side by side.",
        discussion: """
            For each category and anomaly of the manifest: the normal picture, the generated one, and the generated one with the outline of \
            its binary mask. Pictures made elsewhere have no normal and stand without one. Reads what runs have finished, and generates nothing.

            Example:
              flawsmith sheet parts.yaml --each 3 --to page.png
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
        guard target.lowercased().hasSuffix(".png") else {
            throw ValidationError("--to: expected a file whose name ends with .png")
        }
        guard (1...16).contains(columns) else { throw ValidationError("--columns: expected 1 to 16") }
    }

    func run() throws {
        if try DurableFile.isFolder(URL(fileURLWithPath: target)) == true {
            throw Failure(.cannotCreate, "is a folder", at: target, remedy: "Give --to the name of a file.")
        }
        let engines = try DeviceList.auto.pool()
        let project = try Project(options, engines: engines) { Console.standardError("  \($0)") }
        let cells = try cells(of: project)
        guard !cells.isEmpty else {
            throw Failure(
                .inputMissing, "no generated pictures of this manifest were found", at: options.output,
                remedy: "Run it first: flawsmith run \(options.manifest)")
        }
        let width = project.manifest.generation.generator is any TakenGenerator ? 2 : 3
        let sheet = ContactSheet(title: project.manifest.name, cells: cells, columns: width * columns, cellSide: size)
            .render()
        try DurableFile.write(Data(sheet.png()), to: URL(fileURLWithPath: target))
        print(target)
    }

    /// Three cells a picture (two without a normal), by category and anomaly, of the first finished sample that has
    /// one.
    private func cells(of project: Project) throws -> [ContactSheet.Cell] {
        var shown: [String: Int] = [:]
        var cells: [ContactSheet.Cell] = []
        for picture in try GeneratedPictures(of: project).pictures {
            let name = "\(picture.category) \(picture.anomaly)"
            guard shown[name, default: 0] < each else { continue }
            shown[name, default: 0] += 1
            let caption = [picture.category, picture.anomaly]
            if let normal = try picture.normal() {
                cells += [
                    ContactSheet.Cell(normal, caption: caption),
                    ContactSheet.Cell(try picture.generated(), caption: ["", "generated"]),
                ]
            } else {
                cells.append(ContactSheet.Cell(try picture.generated(), caption: caption))
            }
            cells.append(ContactSheet.Cell(try picture.labelled(), caption: ["", "label"]))
        }
        return cells
    }
}
