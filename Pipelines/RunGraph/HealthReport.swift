import Foundation
package import ParameterKit
package import StageKit

/// What `flawsmith doctor` found out: whether the program can work here, part by part.
package struct HealthReport: Sendable {
    package enum State: String, Sendable { case ok, warning, failed }

    /// One thing that was looked at.
    package struct Check: Sendable, Equatable {
        package var name: String
        package var state: State
        /// What was found, in a line.
        package var text: String
        /// What to do about it.
        package var remedy: String?
        /// What a program that reads it wants to know.
        package var facts: [String: JSONValue]
        /// The exit code that a run would end with; nil unless it failed.
        package var status: ExitStatus?

        package init(
            _ name: String, _ state: State, _ text: String, remedy: String? = nil, facts: [String: JSONValue] = [:],
            status: ExitStatus? = nil
        ) {
            (self.name, self.state, self.text, self.remedy) = (name, state, text, remedy)
            (self.facts, self.status) = (facts, status)
        }

        /// Something that failed, with what its error says.
        package init(_ name: String, failed error: Failure) {
            self.init(
                name, .failed, (error.place.map { "\($0): " } ?? "") + error.message, remedy: error.remedy,
                status: error.status)
        }
    }

    package private(set) var checks: [Check] = []

    package init() {}

    package mutating func add(_ check: Check) { checks.append(check) }

    /// Success, or the code of the first thing that failed.
    package var status: ExitStatus {
        checks.first { $0.state == .failed }.map { $0.status ?? .failed } ?? .success
    }

    package var text: String {
        let width = checks.map(\.name.count).max() ?? 0
        var lines = checks.flatMap { check -> [String] in
            let name = check.name + String(repeating: " ", count: width - check.name.count)
            let state = check.state.rawValue + String(repeating: " ", count: 7 - check.state.rawValue.count)
            return ["\(state)  \(name)  \(check.text)"]
                + (check.remedy.map { [String(repeating: " ", count: width + 11) + $0] } ?? [])
        }
        let failed = checks.count { $0.state == .failed }, warned = checks.count { $0.state == .warning }
        lines.append(
            failed > 0
                ? "\(failed) of \(checks.count) checks failed"
                : warned > 0 ? "works; \(warned) of \(checks.count) checks have a remark" : "all is well")
        return lines.joined(separator: "\n") + "\n"
    }

    package var json: JSONValue {
        [
            "status": .string(status == .success ? "ok" : "failed"), "exit_code": .int(Int(status.rawValue)),
            "checks": .array(
                checks.map { check in
                    var members: [String: JSONValue] = [
                        "name": .string(check.name), "state": .string(check.state.rawValue),
                        "text": .string(check.text),
                    ]
                    if let remedy = check.remedy { members["remedy"] = .string(remedy) }
                    if !check.facts.isEmpty { members["facts"] = .object(check.facts) }
                    return .object(members)
                }),
        ]
    }
}
