import AnomalyGeneration
import ClipModels
import DiffusionModels
import EngineLink
import TensorCore

extension ModelCache {
    /// Loads a complete model and describes it.
    func inspect(_ request: InspectRequest) throws -> InspectResult {
        switch request.kind {
        case .diffusion:
            let model = try diffusion(request.model, .float32)
            return InspectResult(imageSize: model.imageSize, parameters: model.parameterCount)
        case .clip:
            let model = try clip(request.model)
            return InspectResult(imageSize: model.configuration.vision.imageSize, parameters: model.parameterCount)
        }
    }
}
