import ArgumentParser
import Foundation
import StageKit

/// Removes what no run uses any more.
struct CleanCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "clean", abstract: "Remove results that no run uses any more, and say how many bytes that is.",
        discussion: """
            Used is what runs have recorded or set out to make, and everything younger than --days. A run's folder under runs/ that you remove makes \
            its results unused. While something unfinished stays, so do all pictures of the pool. Exports, reports, comparisons and the cache stay. \
            Nothing is removed while a run is under way (75).

            Example:
              flawsmith clean --dry-run
            """)

    @Option(help: "Where results are kept.")
    var output = "Output"
    @Option(help: "What was made or changed in so many days stays.")
    var days = 1
    @Flag(help: "Say what would be removed, and remove nothing.")
    var dryRun = false

    func validate() throws {
        guard !output.isEmpty else { throw ValidationError("--output: expected a folder") }
        guard (0...36_500).contains(days) else { throw ValidationError("--days: expected 0 to 36500") }
    }

    func run() throws {
        let store = ArtifactStore(root: URL(fileURLWithPath: output))
        guard try DurableFile.exists(store.root) else {
            throw Failure(.inputMissing, "no such folder", at: output, remedy: "Name one that runs have written to.")
        }
        let found = try Leftovers(in: store, age: Double(days) * 24 * 3600)
        let items = dryRun ? found.items : try found.remove(from: store)
        for item in items where item.kind == .object {
            print("object \(item.name)  \(DiskSpace.text(Double(item.bytes)))")
        }
        let units = items.filter { $0.kind == .unit }
        if !units.isEmpty {
            print("\(units.count) pictures of the pool  \(DiskSpace.text(Double(units.reduce(0) { $0 + $1.bytes })))")
        }
        let bytes = items.reduce(0) { $0 + $1.bytes }
        print(
            """
            \(dryRun ? "would remove" : "removed") \(items.count) of \(found.items.count + found.kept), \(bytes) bytes \
            (\(DiskSpace.text(Double(bytes))))
            """)
        if items.isEmpty, !found.runs.isEmpty {
            print(
                "what stays is used by \(found.runs.map { "runs/\($0)" }.joined(separator: ", ")), or younger than --days"
            )
            print("remove the folder of a run that you no longer need, and clean again")
        }
        if let first = found.unfinished.first {
            let others = found.unfinished.count - 1
            print(
                "all pictures of the pool stay while \(first)\(others > 0 ? " and \(others) more" : "") isn't finished")
        }
        if items.count < found.items.count, !dryRun {
            print("\(found.items.count - items.count) are used by another process and stay")
        }
    }
}
