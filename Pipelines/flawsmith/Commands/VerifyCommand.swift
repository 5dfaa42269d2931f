import AnomalyDatasets
import ArgumentParser
import Foundation
import GenerationStage
import StageKit

/// Reads everything that claims to be finished again and compares it with its recorded SHA-256.
struct VerifyCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "verify", abstract: "Read all finished results again and compare them with their recorded SHA-256."
    )

    @Option(help: "Where results are kept.")
    var output = "Output"

    func run() throws {
        let store = ArtifactStore(root: URL(fileURLWithPath: output))
        var checked = 0, damaged = 0
        func report(_ name: String, _ problems: [String]) {
            checked += 1
            if !problems.isEmpty { damaged += 1 }
            for problem in problems { print("\(name): \(problem)") }
        }
        for name in Self.folders(store.objects) where store.object(named: name).isDone {
            report("objects/\(name)", store.object(named: name).damage(contents: true))
        }
        for prefix in Self.folders(store.units) {
            for id in Self.folders(store.units.appendingPathComponent(prefix)) where store.unit(id).isDone {
                report("units/\(prefix)/\(id)", store.unit(id).damage())
            }
        }
        for name in Self.folders(store.objects)
        where name.hasPrefix(GenerationStage.name + "-") && store.object(named: name).isDone {
            let listed = (try? GenerationStage.units(of: store.object(named: name))) ?? []
            let missing = Set(listed.flatMap { [$0.unit, $0.labelUnit] }).filter { !store.unit($0).isDone }.sorted()
            if !missing.isEmpty { report("objects/\(name)", missing.map { "unit \($0), which it lists, is missing" }) }
        }
        // Digests of outside files are taken anew by the next run.
        try DurableFile.remove(store.cache.appendingPathComponent("digests.jsonl"))
        print("\(checked) finished results, \(damaged) damaged")
        if damaged > 0 {
            throw Failure(
                .badData, "\(damaged) results are damaged", at: store.root.relativePathFromHere,
                remedy:
                    "Objects: remove their folders and run the manifest again. Units: run it with --force generate. Everything else stays."
            )
        }
    }

    private static func folders(_ url: URL) -> [String] {
        ((try? FileManager.default.contentsOfDirectory(atPath: url.path)) ?? []).filter { !$0.hasPrefix(".") }.sorted()
    }
}
