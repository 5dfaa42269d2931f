package import Foundation
import DiffusionModels
import Imaging
import NeuralNet
import TensorCore

extension PatchComponents {
    /// The components that the trainings in this folder share: read, or taken from the stream's first pictures and
    /// kept.
    ///
    /// - Parameter from: model folders whose components are taken in place of the stream's.
    /// - Throws: `TrainingError.checkpoint` for a file of other settings; `WeightsError`, `TensorError`.
    package static func kept(in folder: URL, _ settings: TrainingSettings, from: StartingWeights? = nil) throws
        -> PatchComponents
    {
        let path = folder.appendingPathComponent("components.safetensors").path
        let patch = settings.autoencoderConfiguration.downsamplingFactor
        if FileManager.default.fileExists(atPath: path) {
            let components = try PatchComponents(SafetensorsFile(path).all(), patch: patch)
            guard components.channels == settings.latents.channels else {
                throw TrainingError.checkpoint(
                    path, "has \(components.channels) channels, the settings want \(settings.latents.channels)")
            }
            return components
        }
        let components: PatchComponents
        if let from {
            components = try from.components(settings)
        } else {
            let stream = PictureStream(settings, purpose: "components")
            let pictures = try PictureTensors.pictures((0..<settings.latents.pictures).map { stream.example($0).image })
            components = try PatchComponents(of: pictures, patch: patch, settings.latents)
        }
        try SafetensorsWriter.write(components.tensors, to: path)
        return components
    }
}
