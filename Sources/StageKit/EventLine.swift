import ParameterKit

/// One event of a run as a line of JSON, for programs that follow it.
///
/// Every line has `event` and `time` (ISO 8601, UTC). `started`: `job`, `reason`, `position`, `total`. `progress`: `job`,
/// `done`, `total`, `note`, and where they are known `seconds_left` of the job, `run_seconds_left` of the whole run and
/// `run_is_least`: whether stages whose time isn't known come on top. `notice`: `text`, and `job` where it is about one. `finished`: `job`, `object`, `seconds`.
/// `failed`: `job`, `message`. `summary`: `text`. `error`, the last line of a command that failed: `message`,
/// `exit_code`.
package enum EventLine {
    package static func started(_ key: JobKey, reason: RunReason, position: Int, of total: Int) -> String {
        line(
            "started", key,
            ["reason": .string(reason.description), "position": .int(position), "total": .int(total)])
    }
    package static func progress(
        _ key: JobKey, done: Double, total: Int, note: String, secondsLeft: Double? = nil,
        whole: RunEstimate.Left? = nil
    ) -> String {
        var members: [String: JSONValue] = ["done": .double(done), "total": .int(total), "note": .string(note)]
        if let secondsLeft { members["seconds_left"] = .double(secondsLeft.rounded()) }
        if let whole {
            members["run_seconds_left"] = .double(whole.seconds.rounded())
            members["run_is_least"] = .bool(whole.isLeast)
        }
        return line("progress", key, members)
    }
    package static func notice(_ key: JobKey?, _ text: String) -> String {
        line("notice", key, ["text": .string(text)])
    }
    package static func finished(_ key: JobKey, object: String, seconds: Double) -> String {
        line("finished", key, ["object": .string(object), "seconds": .double(seconds)])
    }
    package static func failed(_ key: JobKey, _ message: String) -> String {
        line("failed", key, ["message": .string(message)])
    }
    package static func summary(_ text: String) -> String { line("summary", nil, ["text": .string(text)]) }
    package static func error(_ message: String, status: ExitStatus) -> String {
        line("error", nil, ["message": .string(message), "exit_code": .int(Int(status.rawValue))])
    }

    private static func line(_ event: String, _ key: JobKey?, _ members: [String: JSONValue]) -> String {
        var all = members
        all["event"] = .string(event)
        all["time"] = .string(Journal.timestamp())
        if let key { all["job"] = .string(key.description) }
        return JSONValue.object(all).canonicalText
    }
}
