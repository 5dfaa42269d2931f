import ArgumentParser
import EngineLink
import Foundation
import ManifestKit
import Reporting
import StageKit

/// Runs variants of a manifest and sets their results side by side.
struct CompareCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "compare", abstract: "Run variants of a manifest and set their results side by side.",
        discussion: """
            The file names a manifest and rows, each with overrides (as --set) or a manifest of its own. What rows share is made \
            once, and an interrupted comparison goes on where it was. Tables and pictures go to OUTPUT/comparisons/NAME. A row that \
            fails doesn't stop the others; the exit status is then 1, or the first row's own where all fail. `flawsmith schema --of comparison` lists the keys.

            Example:
              flawsmith compare rows.yaml --dry
              flawsmith compare rows.yaml
            """)

    @Argument(help: "The comparison.", completion: .file(extensions: ["yaml", "yml"]))
    var file: String
    @Option(help: "Where results are kept.")
    var output = "Output"
    @Option(help: ArgumentHelp("Override a key in all rows; may be repeated.", valueName: "key.path=value"))
    var set: [String] = []
    @Option(help: DeviceList.help)
    var device = DeviceList.auto
    @Flag(help: "Build later stages on what could be made when some pictures could not.")
    var keepGoing = false
    @Flag(help: "Say how many objects each row would make, and run nothing.")
    var dry = false

    func validate() throws {
        guard !output.isEmpty else { throw ValidationError("--output: expected a folder") }
    }

    func run() throws {
        let engines = try device.pool()
        let interruption = Interruption(engines: engines)
        defer { withExtendedLifetime(interruption) { engines.close() } }
        let console = Console()
        let file = try ComparisonFile.load(path: file)
        let store = ArtifactStore(root: URL(fileURLWithPath: output))
        let set = set.map { Override($0) }
        var rows = try ComparisonRow.all(of: file, set: set, store: store, engines: engines, console: console)
        try file.checkGroups(rows.compactMap { row in row.project.map { (row.file.name, $0.categories) } })

        if dry {
            plan(rows)
        } else {
            for index in rows.indices {
                console.say("row \(index + 1) of \(rows.count): \(rows[index].file.name)")
                rows[index].run(console: console, keepGoing: keepGoing)
            }
            if file.pairs {
                for index in rows.indices.dropFirst() { try rows[index].pair(with: rows[0]) }
            }
            let results = ComparisonFolder(file: file, set: set.map(\.text), rows: rows, store: store)
            try results.write()
            print(results.report.terminal, terminator: "")
            print("Comparison: \(results.folder.relativePathFromHere)/comparison.md")
        }
        let failures = rows.compactMap(\.failure)
        guard let first = failures.first else { return }
        // If all rows failed, the exit code is that of the first failure; else it is `failed`.
        throw ExitCode((failures.count == rows.count ? first : .failed).rawValue)
    }

    /// Objects that rows share are only counted for the first of them.
    private func plan(_ rows: [ComparisonRow]) {
        let width = rows.map(\.file.name.count).max() ?? 0
        var planned: Set<String> = []
        for row in rows {
            let label = row.file.name + String(repeating: " ", count: width - row.file.name.count)
            guard let project = row.project else {
                print("\(label)  can't run")
                continue
            }
            let steps = project.runner(keepGoing: keepGoing).plan()
            let due = Set(steps.filter(\.reason.runs).map(\.object.name))
            let own = due.subtracting(planned)
            planned.formUnion(due)
            let shared = due.count - own.count
            print(
                "\(label)  \(own.count) of \(steps.count) objects would be made"
                    + (shared > 0 ? ", \(shared) more are shared with rows above" : ""))
        }
    }
}
