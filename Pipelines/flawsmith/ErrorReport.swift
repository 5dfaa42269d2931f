import AnomalyDatasets
import Archives
import ArgumentParser
import EngineLink
import EvaluationMetrics
import Glibc
import Imaging
import ManifestKit
import NumpyFiles
import StageKit

/// Turns any error into a message on standard error and the right exit code.
struct ErrorReport {
    let error: any Error

    init(_ error: any Error) { self.error = error }

    func exit() -> Never {
        guard let status else {
            // The argument parser's own errors, help and version.
            Flawsmith.exit(withError: error)
        }
        Console.standardError("flawsmith: \(error)")
        Glibc.exit(status.rawValue)
    }

    /// The exit code of an error; nil for the argument parser's.
    var status: ExitStatus? {
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
        case is DatasetError, is RecordError: .badData
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
}
