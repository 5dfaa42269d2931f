import AnomalyDatasets
import Archives
import ArgumentParser
import EngineLink
import EvaluationMetrics
import Foundation
import Glibc
import Imaging
import ManifestKit
import NumpyFiles
package import StageKit

/// Turns any error into a message on standard error and the right exit code.
package struct ErrorReport {
    let error: any Error

    package init(_ error: any Error) { self.error = error }

    func exit() -> Never {
        if isArgumentParsers { Flawsmith.exit(withError: error) }
        Console.error(message, status: status)
        Glibc.exit(status.rawValue)
    }

    /// Whether the error is the argument parser's own (an error, help or version). It treats all unknown errors as
    /// failures of the command.
    private var isArgumentParsers: Bool {
        if error is ExitCode || error is ValidationError || error is CleanExit { return true }
        return known == nil && Flawsmith.exitCode(for: error) != ExitCode.failure
    }

    package var status: ExitStatus { known ?? .internalError }

    package var message: String {
        switch error {
        case let error as DecodingError: DecodingTrouble(error).text
        case let error as CocoaError where Self.isCocoas(error): Self.text(error)
        default:
            known == nil ? "internal error: \(error)\n  This is a defect of Flawsmith's; please report it." : "\(error)"
        }
    }

    /// The exit code of a known error; nil for others.
    private var known: ExitStatus? {
        switch error {
        case let failure as Failure: failure.status
        case let failure as EngineFailure: ExitStatus(code: failure.kind.exitCode)
        case let manifest as ManifestError:
            switch manifest {
            case .missing: .inputMissing
            case .unreadable: .io
            case .invalid: .badManifest
            }
        case let image as ImageError: ExitStatus(code: image.cause.rawValue)
        case let archive as ArchiveError: Self.status(of: archive)
        case let metric as MetricError: Self.status(of: metric)
        case let numpy as NumpyFileError: Self.status(of: numpy)
        case let record as RecordError: record.isUnread ? .io : .badData
        case is DatasetError, is DecodingError: .badData
        case let cocoa as CocoaError where Self.isCocoas(cocoa):
            cocoa.code == .fileReadNoSuchFile || cocoa.code == .fileNoSuchFile ? .inputMissing : .io
        default: nil
        }
    }

    private static func status(of error: NumpyFileError) -> ExitStatus {
        if case .unwritable = error { .io } else { .badData }
    }

    private static func status(of error: MetricError) -> ExitStatus {
        if case .unavailable = error { .unavailable } else { .badData }
    }

    private static func status(of error: ArchiveError) -> ExitStatus {
        switch error {
        case .missing: .inputMissing
        case .system, .unwritable: .io
        default: .badData
        }
    }

    /// An error of any domain can be cast to `CocoaError`, so the domain is checked.
    private static func isCocoas(_ error: CocoaError) -> Bool { (error as NSError).domain == NSCocoaErrorDomain }

    /// The message for files that Foundation read or wrote: the file and the system's reason.
    private static func text(_ error: CocoaError) -> String {
        let file = error.filePath ?? (error.userInfo[NSURLErrorKey] as? URL)?.path
        let cause = error.underlying.flatMap { $0 as? POSIXError }.map { String(cString: strerror($0.code.rawValue)) }
        return "\(file ?? "a file"): can't be read or written: \(cause ?? error.localizedDescription)"
    }
}

/// Describes a record that can't be decoded, by its keys.
struct DecodingTrouble {
    let text: String

    init(_ error: DecodingError) {
        func place(_ path: [any CodingKey]) -> String {
            path.isEmpty ? "" : " at \(path.map(\.stringValue).joined(separator: "."))"
        }
        let what =
            switch error {
            case .keyNotFound(let key, let context): "\(key.stringValue) is missing\(place(context.codingPath))"
            case .valueNotFound(_, let context): "a value is missing\(place(context.codingPath))"
            case .typeMismatch(let type, let context): "not a \(type)\(place(context.codingPath))"
            case .dataCorrupted(let context): "not JSON of that form\(place(context.codingPath))"
            @unknown default: "not of that form"
            }
        text = """
            a record of the results can't be understood: \(what)
              It was changed after it was written; `flawsmith verify` says which one.
            """
    }
}
