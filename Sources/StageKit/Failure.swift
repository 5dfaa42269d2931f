/// The exit codes of both programs (sysexits where one fits).
package enum ExitStatus: Int32, Sendable, Codable {
    case success = 0
    /// The run failed, or is incomplete.
    case failed = 1
    case usage = 64
    case badData = 65
    case inputMissing = 66
    /// The engine or a device is unavailable.
    case unavailable = 69
    /// A defect of Flawsmith's own.
    case internalError = 70
    case cannotCreate = 73
    case io = 74
    case busy = 75
    case badManifest = 78

    /// The status for another program's exit code or an engine's failure; an unknown code becomes `failed`.
    package init(code: Int32) { self = ExitStatus(rawValue: code) ?? .failed }
}

/// An error that a user can act on: what went wrong, where, and what to do.
package struct Failure: Error, Sendable, Equatable, CustomStringConvertible {
    package var status: ExitStatus
    package var message: String
    package var place: String?
    package var remedy: String?

    package init(_ status: ExitStatus, _ message: String, at place: String? = nil, remedy: String? = nil) {
        (self.status, self.message, self.place, self.remedy) = (status, message, place, remedy)
    }

    package var description: String {
        var text = place.map { "\($0): " } ?? ""
        text += message
        if let remedy { text += "\n  \(remedy)" }
        return text
    }
}
