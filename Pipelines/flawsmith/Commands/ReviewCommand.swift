import ArgumentParser
import EngineLink
import Foundation
import ManifestSections
import Reporting
import StageKit

/// Writes a page on which generated pictures can be rejected.
struct ReviewCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "review", abstract: "Write a page on which you tick the pictures to leave out.",
        discussion: """
            Open the page in a browser, click what should not be in the data set, and save: a small JSON file. Put it beside the manifest, name it \
            there as generation.rejected, and run again. Rejected pictures are left out of lists, exports and training; nothing is drawn again. The page needs \
            no network.

            Example:
              flawsmith review parts.yaml --to review.html
            """)

    @OptionGroup var options: RunOptions
    @Option(
        name: .customLong("to"),
        help: ArgumentHelp("The HTML file to write; without it, review.html in the run's folder.", valueName: "file"))
    var target: String?

    /// Pictures from which on a browser gets slow.
    private static let many = 5000

    func validate() throws {
        guard target != "" else { throw ValidationError("--to: expected a file") }
    }

    func run() throws {
        let engines = try DeviceList.auto.pool()
        let project = try Project(options, engines: engines) { Console.standardError("  \($0)") }
        let file = URL(fileURLWithPath: target ?? project.folder.folder.appendingPathComponent("review.html").path)
        if try DurableFile.isFolder(file) == true {
            throw Failure(.cannotCreate, "is a folder", at: file.path, remedy: "Give --to the name of a file.")
        }
        let name = project.manifest.name
        var page = ReviewPage(name: name, file: "\(name).rejected.json")
        var normals: [String: Int] = [:]
        var seen: Set<String> = []
        // Shot counts and seeds share pictures.
        for picture in try GeneratedPictures(of: project, withRejected: true).pictures
        where seen.insert(picture.id).inserted {
            var normal: Int?
            if let source = picture.source {
                normal = try normals[source.path] ?? picture.normal().map { try page.add(normal: $0) }
                normals[source.path] = normal
            }
            try page.add(
                ReviewPage.Picture(
                    id: picture.id, category: picture.category, anomaly: picture.anomaly, normal: normal,
                    isRejected: picture.isRejected, image: try picture.generated(), mask: try picture.mask(),
                    scores: picture.scores, isOut: picture.isOut))
        }
        guard page.count > 0 else {
            throw Failure(
                .inputMissing, "no generated pictures of this manifest were found", at: options.output,
                remedy: "Run it first: flawsmith run \(options.manifest)")
        }
        if page.count > Self.many {
            Console.standardError("  \(page.count) pictures on one page: a browser may take a while to show them")
        }
        try DurableFile.write(Data(page.html().utf8), to: file)
        let out = page.outCount > 0 ? ", \(page.outCount) of them out by the gate" : ""
        print("\(file.relativePathFromHere): \(page.count) pictures\(out)")
    }
}
