import AnomalyDetection
import AnomalyGeneration
import ClipModels
import DiffusionModels
import EngineLink
import Imaging
import NeuralNet
import NumpyFiles
import TensorCore

extension EngineFailure {
    /// Translates an error of the engine's libraries for the tool.
    init(_ error: any Error) {
        switch error {
        case let error as EngineFailure: self = error
        case let error as GenerationError: self.init(error)
        case let error as DetectionError: self.init(kind: Kind(error), message: error.description)
        case let error as DiffusionModelError: self.init(kind: Kind(error.kind), message: error.message)
        case let error as CLIPError: self.init(kind: Kind(error), message: error.description)
        case let error as WeightsError: self.init(kind: Kind(error.kind), message: error.description)
        case let error as ImageError: self.init(kind: Kind(error.cause), message: error.description)
        case let error as NumpyFileError: self.init(kind: Kind(error), message: error.description)
        case let error as TensorError:
            self.init(kind: error.kind == .outOfMemory ? .outOfMemory : .internalError, message: error.message)
        default: self.init(kind: .internalError, message: "\(error)")
        }
    }
}

extension EngineFailure.Kind {
    init(_ error: DetectionError) {
        self =
            switch error {
            case .noSamples, .noGenerated, .noDamage, .noWindow, .tooFewPatches, .prompts, .fitted: .badData
            case .notFinite, .tokensOutOfRange: .notFinite
            case .unwritable: .io
            }
    }

    init(_ kind: DiffusionModelError.Kind) {
        self =
            switch kind {
            case .missing: .inputMissing
            case .unusable: .badData
            case .unwritable: .io
            }
    }

    init(_ error: CLIPError) {
        if case .missingFile = error { self = .inputMissing } else { self = .badData }
    }

    init(_ kind: WeightsError.Kind) {
        self =
            switch kind {
            case .inputMissing: .inputMissing
            case .badData: .badData
            case .io: .io
            }
    }

    init(_ cause: ImageError.Cause) {
        self =
            switch cause {
            case .missing: .inputMissing
            case .badData: .badData
            case .outOfMemory: .outOfMemory
            // Paths that the engine writes to come from the tool, not from a user.
            case .io, .cannotCreate: .io
            }
    }

    init(_ error: NumpyFileError) {
        if case .unwritable = error { self = .io } else { self = .badData }
    }
}
