import ArgumentParser
import Foundation
import ParameterKit
import StageKit

/// Reads everything that claims to be finished again and compares it with its recorded SHA-256.
struct VerifyCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "verify",
        abstract: "Read all finished results again and compare them with their recorded SHA-256.",
        discussion: """
            Example:
              flawsmith verify --output Output
              flawsmith verify --format json
            """)

    @Option(help: "Where results are kept.")
    var output = "Output"

    @Option(help: OutputFormat.help)
    var format = OutputFormat.text

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
        var findings: [Verification.Finding] = []
        var verification = Verification(store: store) { finding in
            if format == .text { print(finding.text) } else { findings.append(finding) }
        }
        verification.run()
        // An outside file can be changed without a trace in its times, so the next run computes their digests again.
        let digests = store.cache.appendingPathComponent("digests.jsonl")
        do throws(Failure) {
            try DurableFile.remove(digests)
        } catch {
            let text = "cache/digests.jsonl: \(error.message); outside files keep the digests that it names"
            if format == .text { print(text) } else { Console.standardError(text) }
        }
        let failure = failure(verification, store)
        switch format {
        case .text: print(text(verification))
        case .json: print(json(verification, findings, failure, store).prettyText, terminator: "")
        }
        if let failure { throw failure }
    }

    private func text(_ verification: Verification) -> String {
        let rest = [
            (verification.cached, "of them in the cache"), (verification.unreadable, "that can't be read"),
            (verification.unfinished, "begun and not finished"), (verification.failed, "that could not be made"),
            (verification.passedOver, "passed over"),
        ].filter { $0.0 > 0 }
        let first = "\(verification.checked) finished results, \(verification.damaged) damaged"
        return rest.isEmpty ? first : first + "\n" + rest.map { "\($0.0) \($0.1)" }.joined(separator: ", ")
    }

    private func json(
        _ verification: Verification, _ findings: [Verification.Finding], _ failure: Failure?, _ store: ArtifactStore
    ) -> JSONValue {
        [
            "output": .string(store.root.path), "checked": .int(verification.checked),
            "damaged": .int(verification.damaged), "unreadable": .int(verification.unreadable),
            "cached": .int(verification.cached), "unfinished": .int(verification.unfinished),
            "failed": .int(verification.failed), "passed_over": .int(verification.passedOver),
            "findings": .array(
                findings.map {
                    ["kind": .string($0.kind.rawValue), "name": .string($0.name), "message": .string($0.message)]
                }), "exit_code": .int(Int((failure?.status ?? .success).rawValue)),
        ]
    }

    private func failure(_ verification: Verification, _ store: ArtifactStore) -> Failure? {
        if verification.damaged > 0 {
            return Failure(
                .badData, "\(verification.damaged) results are damaged", at: store.root.relativePathFromHere,
                remedy: """
                    Remove the folders of damaged objects and units and run the manifest again: these alone are made \
                    again. Cached files: remove them, or leave them.
                    """)
        }
        guard verification.unreadable > 0 else { return nil }
        return Failure(
            .io, "\(verification.unreadable) results can't be read", at: store.root.relativePathFromHere,
            remedy: "They may be whole: see to the disk or the permissions, and verify again.")
    }
}
