import ClipModels
package import Foundation
import NeuralNet
package import TensorCore

extension LatentDiffusionModel {
    static func checkThatItEnds(_ dtype: DType, _ device: Device) throws(DiffusionModelError) {
        guard device != .cpu || dtype != .float16 else {
            throw DiffusionModelError(
                .unusable, "float16 on the processor would take hours; use bfloat16 or float32, or a CUDA device")
        }
    }

    /// Loads a Stable Diffusion 1.x checkpoint in one safetensors file with the original names.
    ///
    /// - Parameters:
    ///   - checkpoint: the file; a pickle (`.ckpt`) is refused, with advice on how to convert it.
    ///   - averaged: take the UNet's averaged weights (`model_ema.…`) where the file holds both.
    /// - Throws: as `init(folder:dtype:device:)`.
    package init(checkpoint: URL, averaged: Bool = false, dtype: DType = .float32, device: Device = .cpu) throws {
        try Self.checkThatItEnds(dtype, device)
        let file = try SingleFileCheckpoint(checkpoint.path, averaged: averaged)
        schedulerConfiguration = .stableDiffusion
        func loaded<Network>(
            _ weights: RenamedWeights, _ dtype: DType, ignoring: (String) -> Bool = { _ in false },
            _ build: (Parameters) throws -> Network
        ) throws -> Network {
            let store = ParameterStore(weights, dtype: dtype, device: device)
            let network = try build(store.root)
            try store.verify(ignoring: ignoring)
            return network
        }
        var problems = WeightProblems()
        let unet = try problems.collect {
            try loaded(file.unetWeights, dtype) { try UNet2DConditionModel($0, file.unet) }
        }
        let autoencoder = try problems.collect {
            try loaded(file.autoencoderWeights, .float32) { try AutoencoderKL($0, file.autoencoder) }
        }
        let textEncoder = try problems.collect {
            try loaded(file.textWeights, dtype, ignoring: { $0.hasSuffix("position_ids") }) {
                try CLIPTextEncoder($0, file.text, naming: .huggingFace)
            }
        }
        guard let unet, let autoencoder, let textEncoder else { throw problems.error(in: checkpoint.path) }
        let vocabulary = try BytePairVocabulary.builtIn()
        tokenizer = CLIPTokenizer(vocabulary: vocabulary, cleaning: .huggingFace, padding: vocabulary.endOfText)
        (self.unet, self.autoencoder, self.textEncoder) = (unet, autoencoder, textEncoder)
        (self.dtype, self.device) = (dtype, device)
        schedule = NoiseSchedule(schedulerConfiguration)
        parameterCount = file.parameterCount
        try Self.checkThatPartsFit(
            unet.configuration, autoencoder.configuration, textEncoder.configuration, tokenizer, checkpoint.path)
    }
}
