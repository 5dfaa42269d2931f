import ArgumentParser
import Foundation
import StageKit

/// Reads everything that claims to be finished again and compares it with its recorded SHA-256.
struct VerifyCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "verify",
        abstract: "Read all finished results again and compare them with their recorded SHA-256.",
        discussion: """
            Example:
              flawsmith verify --output Output
            """)

    @Option(help: "Where results are kept.")
    var output = "Output"

    func validate() throws {
        guard !output.isEmpty else { throw ValidationError("--output: expected a folder") }
    }

    func run() throws {
        let store = ArtifactStore(root: URL(fileURLWithPath: output))
        guard try DurableFile.isFolder(store.root) == true else {
            throw Failure(.inputMissing, "no such folder", at: output, remedy: "Name one that runs have written to.")
        }
        guard try DurableFile.exists(store.objects) || DurableFile.exists(store.units) else {
            throw Failure(
                .inputMissing, "holds neither objects/ nor units/: no run has written to it", at: output,
                remedy: "Name the folder that was given to run as --output.")
        }
        var verification = Verification(store: store) { print($0) }
        verification.run()
        // An outside file can be changed without a trace in its times, so the next run computes their digests again.
        let digests = store.cache.appendingPathComponent("digests.jsonl")
        do throws(Failure) {
            try DurableFile.remove(digests)
        } catch {
            print("cache/digests.jsonl: \(error.message); outside files keep the digests that it names")
        }
        print("\(verification.checked) finished results, \(verification.damaged) damaged")
        let rest = [
            (verification.cached, "of them in the cache"), (verification.unreadable, "that can't be read"),
            (verification.unfinished, "begun and not finished"), (verification.failed, "that could not be made"),
            (verification.passedOver, "passed over"),
        ].filter { $0.0 > 0 }
        if !rest.isEmpty { print(rest.map { "\($0.0) \($0.1)" }.joined(separator: ", ")) }
        if verification.damaged > 0 {
            throw Failure(
                .badData, "\(verification.damaged) results are damaged", at: store.root.relativePathFromHere,
                remedy: """
                    Remove the folders of damaged objects and units and run the manifest again: these alone are made \
                    again. Cached files: remove them, or leave them.
                    """)
        }
        if verification.unreadable > 0 {
            throw Failure(
                .io, "\(verification.unreadable) results can't be read", at: store.root.relativePathFromHere,
                remedy: "They may be whole: see to the disk or the permissions, and verify again.")
        }
    }
}
