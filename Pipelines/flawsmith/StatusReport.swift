import Foundation
import GenerationStage
import ParameterKit
import PictureGate
import StageKit

/// What is done, begun, failed and missing of a manifest: what `status` says.
struct StatusReport {
    enum State: String { case done, begun, damaged, unreadable, missing }

    struct Line {
        let step: Runner.Step
        /// How many of its pictures are there, of how many; nil for jobs without pictures, and while that isn't known.
        var pictures: (done: Int, total: Int)?
        /// Where its pictures were made; nil for jobs without pictures, and for unfinished ones.
        var provenance: UnitProvenance?
        /// How its pictures did at the gate; nil where they aren't checked, and for unfinished ones.
        var gate: GateTally?
        /// Why it, or the list of its pictures, can't be read.
        var trouble: String?

        var state: State {
            switch step.reason {
            case .upToDate: .done
            case .interrupted: .begun
            case .damaged: .damaged
            case .unreadable: .unreadable
            default: .missing
            }
        }
    }

    let lines: [Line]
    /// The run's folder, relative to where the command runs.
    let folder: String

    /// nil where nothing was shared out among shards.
    let shards: ShardReport?

    /// - Throws: `Failure` 74 or 65 for records of shards that can't be read.
    init(_ project: Project) throws {
        folder = project.folder.folder.relativePathFromHere
        let steps = project.runner(keepGoing: false).plan()
        lines = steps.map { Self.line($0, project.store) }
        shards = try ShardReport(project, steps: steps)
    }

    var done: Int { lines.count { $0.step.reason == .upToDate } }

    private static func line(_ step: Runner.Step, _ store: ArtifactStore) -> Line {
        var line = Line(step: step)
        if case .unreadable(let failure) = step.reason {
            line.trouble = failure.message
        } else if step.reason.runs {
            let inputs = step.identity.inputs.mapValues { store.object(named: $0) }
            // What can't be counted now, such as pictures of a sample that is still to be drawn, is left out.
            if let tally = step.job.tally, inputs.values.allSatisfy(\.isDone) {
                line.pictures = try? tally(inputs, store)
            }
        } else if step.job.tally != nil, step.reason == .upToDate {
            do throws(Failure) {
                let units = try UnitProvenance(list: step.object.data.child("list.jsonl"), store: store)
                (line.provenance, line.pictures) = (units, (units.units, units.units))
            } catch {
                line.trouble = "its units: \(error.message)"
            }
            do {
                let accounts = try GenerationStage.accounts(of: step.object)
                if !accounts.isEmpty { line.gate = GateTally(accounts) }
            } catch {
                line.trouble = "how its pictures did at the gate: \(error)"
            }
        }
        return line
    }

    var text: String {
        let names = lines.map(\.step.job.key.description), width = names.map(\.count).max() ?? 0
        let rows = zip(lines, names).map { line, name in
            let state = line.state == .unreadable ? "unread" : line.state.rawValue
            return Self.padded(state, 8) + " " + Self.padded(name, width) + "  " + line.step.object.name + line.detail
        }
        return (rows + ["\(done) of \(lines.count) objects are done (\(folder))"]).joined(separator: "\n") + "\n"
            + (shards?.text ?? "")
    }

    private static func padded(_ text: String, _ width: Int) -> String {
        text + String(repeating: " ", count: max(0, width - text.count))
    }

    var json: JSONValue {
        [
            "run": .string(folder), "done": .int(done), "total": .int(lines.count),
            "jobs": .array(lines.map(\.json)), "shards": shards?.json ?? .null,
        ]
    }
}

extension StatusReport.Line {
    fileprivate var detail: String {
        if let trouble { return "  " + trouble }
        guard let provenance else { return pictures.map { "  \($0.done) of \($0.total) pictures" } ?? "" }
        var text = "  \(provenance.units) units"
        if let gate { text += ", \(gate.sentence)" }
        if provenance.unread > 0 { text += ", \(provenance.unread) of them can't be read" }
        if provenance.kinds.count > 1 { text += ", mixed: " + provenance.kinds.sorted().joined(separator: " | ") }
        return text
    }

    fileprivate var json: JSONValue {
        let kinds = provenance?.kinds.sorted() ?? []
        return [
            "job": .string(step.job.key.description), "stage": .string(step.job.key.stage),
            "category": step.job.category.map { .string($0) } ?? .null, "state": .string(state.rawValue),
            "reason": .string(step.reason.description), "object": .string(step.object.name),
            "pictures": pictures.map { ["done": .int($0.done), "total": .int($0.total)] } ?? .null,
            "pictures_unreadable": .int(provenance?.unread ?? 0),
            "made_by": .array(kinds.map { (try? JSONValue(parsing: Data($0.utf8))) ?? .string($0) }),
            "quality": gate.map {
                [
                    "asked": .int($0.asked), "passed": .int($0.passed), "tries": .int($0.tries),
                    "given_up": .int($0.givenUp),
                ]
            } ?? .null,
            "message": trouble.map { .string($0) } ?? .null,
        ]
    }
}
