import ClipModels
import DiffusionModels
import Foundation
import Imaging
import NeuralNet
import TensorCore

extension GenerationError {
    /// Translates another module's error into a generation error.
    init(_ error: any Error) {
        switch error {
        case let error as GenerationError: self = error
        case let error as TensorError: self.init(error.kind == .outOfMemory ? .outOfMemory : .engine, error.message)
        case let error as CLIPError: self.init(.badData, error.description)
        case let error as DiffusionModelError:
            switch error.kind {
            case .missing: self.init(.inputMissing, error.message)
            case .unusable: self.init(.badData, error.message)
            case .unwritable: self.init(.io, error.message)
            }
        case let error as WeightsError:
            switch error.kind {
            case .inputMissing: self.init(.inputMissing, error.description)
            case .badData: self.init(.badData, error.description)
            case .io: self.init(.io, error.description)
            }
        case let error as ImageError: self.init(writing: error)
        default: self.init(.engine, "\(error)")
        }
    }

    init(reading error: ImageError) {
        self.init(error.kind == .unreadable ? .inputMissing : .badData, error.description)
    }

    init(writing error: ImageError) {
        switch error.kind {
        case .unwritable: self.init(.io, error.description)
        case .outOfMemory: self.init(.outOfMemory, error.description)
        default: self.init(.engine, error.description)
        }
    }
}

/// - Throws: `GenerationError.Code.io`.
func createFolder(_ path: String) throws(GenerationError) {
    do {
        try FileManager.default.createDirectory(atPath: path, withIntermediateDirectories: true)
    } catch {
        throw GenerationError(.io, "can't create the folder \(path): \(error.localizedDescription)")
    }
}
