import ArgumentParser
import EngineLink
import Foundation
import StageKit

/// Prints what is done, begun, failed and missing.
struct StatusCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "status", abstract: "Say what is done, begun, failed or missing.",
        discussion: """
            Of pictures that aren't all there it says how many are: 2 of 6.

            Example:
              flawsmith status parts.yaml
            """)

    @OptionGroup var options: RunOptions

    func run() throws {
        let engines = try DeviceList.auto.pool()
        let project = try Project(options, engines: engines) { Console.standardError("  \($0)") }
        let steps = project.runner(keepGoing: false).plan()
        let width = steps.map { $0.job.key.description.count }.max() ?? 0
        for step in steps {
            let name = step.job.key.description
            let padding = String(repeating: " ", count: width - name.count)
            print("\(state(of: step)) \(name)\(padding)  \(step.object.name)\(detail(step, project))")
        }
        let done = steps.count { $0.reason == .upToDate }
        print("\(done) of \(steps.count) objects are done (\(project.folder.folder.relativePathFromHere))")
    }

    private func state(of step: Runner.Step) -> String {
        switch step.reason {
        case .upToDate: "done    "
        case .interrupted: "begun   "
        case .damaged: "damaged "
        case .unreadable: "unread  "
        default: "missing "
        }
    }

    /// Details of generate objects: numbers of units and failed units, and whether devices or engines are mixed.
    private func detail(_ step: Runner.Step, _ project: Project) -> String {
        if case .unreadable(let failure) = step.reason { return "  \(failure.message)" }
        if step.reason.runs { return begun(step, project) }
        guard step.job.key.stage == "generate", step.reason == .upToDate else { return "" }
        do throws(Failure) {
            let units = try UnitProvenance(list: step.object.data.child("list.jsonl"), store: project.store)
            var text = "  \(units.units) units"
            if units.unread > 0 { text += ", \(units.unread) of them can't be read" }
            if units.kinds.count > 1 { text += ", mixed: " + units.kinds.sorted().joined(separator: " | ") }
            return text
        } catch {
            return "  its units: \(error.message)"
        }
    }

    /// "2 of 6", where the job has units and its inputs are done.
    private func begun(_ step: Runner.Step, _ project: Project) -> String {
        let inputs = step.identity.inputs.mapValues { project.store.object(named: $0) }
        guard let tally = step.job.tally, inputs.values.allSatisfy(\.isDone),
            let (done, total) = try? tally(inputs, project.store)
        else { return "" }
        return "  \(done) of \(total) pictures"
    }
}
