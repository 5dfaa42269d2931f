import ArgumentParser
import Foundation
import GenerationStage
import Imaging
import ParameterKit
import StageKit

/// Shows how a generated picture came about.
struct InspectCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "inspect", abstract: "Show the recipe of a generated picture: prompt, words, seed, digests.",
        discussion: """
            Reads the recipe that exports put inside their PNG files (unless export.strip left it out), or the record.json beside the picture, as in \
            Output/units and in what synthesize writes.

            Example:
              flawsmith inspect hex_nut/test/scratched/000.png
            """)

    @Argument(help: "The picture.") var file: String
    @Flag(help: "Print the whole recipe as JSON.") var json = false

    func validate() throws {
        guard !file.isEmpty else { throw ValidationError("expected a file") }
    }

    func run() throws {
        let recipe = try recipe()
        guard !json else {
            print(recipe.prettyText)
            return
        }
        let lines = PictureRecipe(recipe).lines
        let width = lines.map(\.name.count).max() ?? 0
        for (name, text) in lines { print("\(name)\(String(repeating: " ", count: width - name.count))  \(text)") }
    }

    private func recipe() throws -> JSONValue {
        let url = URL(fileURLWithPath: file)
        guard try DurableFile.isFolder(url) == false else {
            throw Failure(.inputMissing, "no such file", at: file, remedy: "Name a picture that was generated.")
        }
        let bytes = [UInt8](try DurableFile.read(url))
        if let text = PNGText.text(keyword: PNGText.recipeKeyword, in: bytes) {
            guard let json = try? JSONValue(parsing: Data(text.utf8)), json.object != nil else {
                throw Failure(.badData, "its recipe isn't whole", at: file)
            }
            return json
        }
        let beside = url.deletingLastPathComponent().appendingPathComponent("record.json")
        guard try DurableFile.exists(beside) else {
            throw Failure(
                .badData, "holds no recipe, and no record.json lies beside it", at: file,
                remedy: "Only generated pictures have one; export.strip leaves it out.")
        }
        let record = try record(beside)
        // The whole picture lies with its label, in a unit of its own; how it was drawn stands in the drawing's unit.
        guard let drawn = record["picture"]?.string else { return record }
        let pool = beside.deletingLastPathComponent().deletingLastPathComponent().deletingLastPathComponent()
        let file = pool.appendingPathComponent("\(drawn.prefix(2))/\(drawn)/record.json")
        guard try DurableFile.exists(file), case .object(var members) = try self.record(file) else { return record }
        members["label"] = record
        return .object(members)
    }

    private func record(_ file: URL) throws -> JSONValue {
        let bytes = try DurableFile.read(file)
        guard let json = try? JSONValue(parsing: bytes), json.object != nil else {
            throw Failure(.badData, "isn't whole", at: file.path)
        }
        return json
    }
}
