package import DiffusionModels
import Generators
import TensorCore

/// How long each part of making a picture takes on this machine; used by `flawsmith bench`.
package struct PartTimes {
    package enum Part: String, CaseIterable, Sendable {
        /// One prompt through the text encoder.
        case text
        /// One picture to its latent.
        case encode
        /// One forward pass of the UNet for each picture: FE, the unit that costs are counted in.
        case forward
        /// L and its gradient: forward to the last 16×16 map, and back to z.
        case evaluation
        /// Unconditional and conditional pass, with the attention map.
        case guided
        /// One latent to its picture.
        case decode
    }

    /// Seconds of each repetition; of the whole batch for `forward`, `evaluation` and `guided`.
    package private(set) var seconds: [Part: [Double]] = [:]

    /// Runs each part `repeats` times, after one run that isn't counted because kernels are chosen and weights laid out
    /// in it.
    ///
    /// - Parameters:
    ///   - batch: pictures at a time.
    ///   - progress: called after each run with the number of runs so far and in total.
    /// - Throws: `TensorError`, `CLIPError`, `GenerationError`.
    package init(
        _ model: LatentDiffusionModel, parts: [Part] = Part.allCases, batch: Int, repeats: Int,
        progress: (Int, Int, Part) -> Void = { _, _, _ in }
    ) throws {
        let (text, phrase) = ("a photo of a damaged screw", "damaged")
        let generator = try Generator(seed: 1)
        let prompt = try AnomalyPrompt(text, phrases: [phrase], model: model, unconditional: nil)
        let settings = CUTSettings()
        let map = try AttentionMap(
            positions: prompt.positions, softmaxScale: settings.guidance.softmaxScale, phrase: settings.guidance.phrase,
            sigma: settings.guidance.sigma,
            side: UNet2DConditionModel.attentionSide, device: model.device)
        let side = UNet2DConditionModel.attentionSide
        let objective = AttentionObjective(
            unet: model.unet, prompt: prompt.conditional, map: map,
            mask: try Tensor.ones([1, side, side], device: model.device),
            objective: settings.guidance.objective)
        let freeGuidance = ClassifierFreeGuidance(
            unet: model.unet, empty: prompt.unconditional, prompt: prompt.conditional, scale: settings.guidanceScale,
            map: map)
        let picture =
            try Tensor.rand([1, 3, model.imageSize, model.imageSize], generator: generator).to(device: model.device) * 2
            - 1
        let latents = try (0..<batch).map { _ in
            try Tensor.randn([1, model.latentChannels, model.latentSize, model.latentSize], generator: generator).to(
                device: model.device)
        }
        let timestep = 246

        let clock = ContinuousClock()
        var runs = 0
        func time(_ part: Part, _ body: () throws -> Void) throws {
            guard parts.contains(part) else { return }
            for index in 0...repeats {
                try model.device.synchronize()
                let begun = clock.now
                try body()
                try model.device.synchronize()
                let duration = begun.duration(to: clock.now).components
                runs += 1
                progress(runs, parts.count * (repeats + 1), part)
                if index > 0 {
                    seconds[part, default: []].append(Double(duration.seconds) + Double(duration.attoseconds) * 1e-18)
                }
            }
        }
        try withoutGradients {
            try time(.text) { _ = try model.encodePrompt(text) }
            try time(.encode) { _ = try model.encode(picture) }
            try time(.forward) {
                _ = try model.unet(.cat(latents), timestep: timestep, context: prompt.conditional)
            }
            try time(.evaluation) { _ = try objective.evaluate(latents, timestep: timestep) }
            try time(.guided) { _ = try freeGuidance.predict(latents, timestep: timestep) }
            try time(.decode) { _ = try model.decode(latents[0]) }
        }
    }
}
