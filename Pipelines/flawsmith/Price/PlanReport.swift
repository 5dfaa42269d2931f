import ParameterKit
import RunGraph
import StageKit

/// What a run would do, why, and at what price: what `plan` says.
struct PlanReport {
    struct Step {
        let step: Runner.Step
        /// How much work it is, in words; nil where that isn't known or nothing is to be done.
        let work: String?
    }

    let missing: MissingInputs
    /// None while inputs are missing.
    let steps: [Step]
    let price: PlanPrice
    /// What is slow on this machine.
    let warning: String?

    private var due: Int { steps.count { $0.step.reason.runs } }

    var text: String {
        let end = warning.map { "On this machine without a GPU: \($0)\n" } ?? ""
        guard missing.inputs.isEmpty else {
            return """
                \(missing.text)
                With it `plan` says job by job what would run.

                \(price.text)\(end)
                """
        }
        let width = steps.map { $0.step.job.key.description.count }.max() ?? 0
        var lines = steps.map { step in
            let name = step.step.job.key.description, reason = step.step.reason
            let padding = String(repeating: " ", count: width - name.count)
            return (reason.runs ? "run " : "    ")
                + " \(name)\(padding)  \(reason)\(step.work.map { " · \($0)" } ?? "")"
        }
        lines.append(due == 0 ? "nothing to do" : "\(due) of \(steps.count) objects would be made")
        if due > 0 { lines.append("\nThe whole, from nothing:\n\n\(price.text.dropLast())") }
        return lines.joined(separator: "\n") + "\n" + end
    }

    var json: JSONValue {
        [
            "missing": .array(
                missing.inputs.map {
                    [
                        "key": .string($0.key), "path": .string($0.written),
                        "command": $0.remedy.map { .string($0) } ?? .null,
                    ]
                }),
            "due": missing.inputs.isEmpty ? .int(due) : .null,
            "total": missing.inputs.isEmpty ? .int(steps.count) : .null, "jobs": .array(steps.map(Self.json)),
            "price": price.json, "warning": warning.map { .string($0) } ?? .null,
        ]
    }

    private static func json(_ step: Step) -> JSONValue {
        let job = step.step.job
        return [
            "job": .string(job.key.description), "stage": .string(job.key.stage),
            "category": job.category.map { .string($0) } ?? .null, "runs": .bool(step.step.reason.runs),
            "reason": .string(step.step.reason.description), "object": .string(step.step.object.name),
            "work": step.work.map { .string($0) } ?? .null,
        ]
    }
}
