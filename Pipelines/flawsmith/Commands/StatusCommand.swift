import ArgumentParser
import EngineLink
import StageKit

/// Says what is done, begun, failed and missing.
struct StatusCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "status", abstract: "Say what is done, begun, failed or missing.")

    @OptionGroup var options: RunOptions

    func run() throws {
        let engines = try DeviceList.auto.pool()
        let project = try Project(options, engines: engines) { Console.standardError("  \($0)") }
        let steps = project.runner(keepGoing: false).plan()
        let width = steps.map { $0.job.key.description.count }.max() ?? 0
        for step in steps {
            let name = step.job.key.description
            let padding = String(repeating: " ", count: width - name.count)
            print("\(state(of: step)) \(name)\(padding)  \(step.object.name)\(try detail(step, project))")
        }
        let done = steps.count { $0.reason == .upToDate }
        print("\(done) of \(steps.count) objects are done (\(project.folder.folder.relativePathFromHere))")
    }

    private func state(of step: Runner.Step) -> String {
        switch step.reason {
        case .upToDate: "done    "
        case .interrupted: "begun   "
        case .damaged: "damaged "
        default: "missing "
        }
    }

    /// Of generate objects: how many units there are, have failed, and whether devices or engines are mixed.
    private func detail(_ step: Runner.Step, _ project: Project) throws -> String {
        guard step.job.key.stage == "generate", step.object.isDone else { return "" }
        let provenance = try project.provenance(of: step.object)
        let units = "  \(provenance.units) units"
        return provenance.kinds.count > 1
            ? units + ", mixed: " + provenance.kinds.sorted().joined(separator: " | ") : units
    }
}
