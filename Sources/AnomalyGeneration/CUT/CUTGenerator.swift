package import DiffusionModels
import Generators
import Imaging
import TensorCore

/// Generates groups of damaged pictures from normal ones with CUT (Controllable, Universal, Training-free; paper
/// section 4.1).
///
/// Keeps what consecutive groups may share: the autoencoder's posterior of the last source image, keys and values of
/// the last prompt. Not thread-safe.
package final class CUTGenerator {
    package let model: LatentDiffusionModel
    /// Called before every pass through the UNet.
    package var observer: NetworkPass.Observer?
    private var lastNormal: (picture: NormalPicture, latent: Tensor)?
    private var lastReconstruction: (picture: NormalPicture, image: Image)?
    private var lastPrompt: AnomalyPrompt?
    private var saidThatMemoryIsShort = false

    /// - Throws: `GenerationError.Code.badData` when the UNet has no cross-attention with 16×16 queries.
    package init(model: LatentDiffusionModel) throws(GenerationError) {
        guard model.unet.attentionLayerCount > 0 else {
            throw GenerationError(
                .badData,
                "the UNet has no cross-attention at 16 x 16, which attention guidance works on; "
                    + "give a model of Stable Diffusion 1.5's architecture")
        }
        self.model = model
    }

    /// Generates one group and writes image.png, attention.png and reconstruction.png, and traces when asked for.
    ///
    /// A picture whose numbers aren't finite, or that doesn't fit on the device even alone, has its `failure` set; the
    /// others are complete. When memory is short the group is run in smaller pieces, and single pictures with
    /// checkpointing.
    /// - Parameter notice: called at most once in the generator's life, with a message that memory is short and what is
    ///   done about it.
    /// - Returns: one entry for each seed.
    /// - Throws: `GenerationError` when the whole group can't be made: an unusable image, mask, words or settings, or a
    ///   result that can't be written.
    package func generate(
        _ request: GenerationRequest, progress: (GenerationProgress) -> Void = { _ in },
        notice: (String) -> Void = { _ in }
    ) throws(GenerationError) -> [GeneratedPicture] {
        do {
            return try withoutGradients {
                let scene = try prepare(request)
                for folder in request.outputs + (request.traceImages ?? []) { try createFolder(folder) }
                return try generate(Array(request.seeds.indices), of: request, in: scene, done: 0, progress, notice)
            }
        } catch {
            throw GenerationError(error)
        }
    }

    // MARK: - What the group shares

    /// Reads and encodes what the group shares, without running anything.
    package func prepare(_ request: GenerationRequest) throws -> GenerationScene {
        let normal = try NormalPicture(
            image: request.image, mask: request.mask, side: model.imageSize, latentSide: model.latentSize)
        let prompt = try prompt(request)
        return try GenerationScene(
            model: model, normal: normal, latent: latent(of: normal), prompt: prompt, settings: request.settings,
            keepsMaps: request.traces != nil, pictured: request.traceImages == nil ? 0 : request.tracedSteps,
            observer: observer)
    }

    private func prompt(_ request: GenerationRequest) throws -> AnomalyPrompt {
        if let lastPrompt, lastPrompt.text == request.prompt, lastPrompt.phrases == request.words,
            lastPrompt.places == request.places
        {
            return lastPrompt
        }
        let prompt = try AnomalyPrompt(
            request.prompt, phrases: request.words, places: request.places, model: model,
            unconditional: lastPrompt?.unconditional)
        lastPrompt = prompt
        return prompt
    }

    /// z₀ of the picture, `[1, C, h, w]` float32.
    private func latent(of normal: NormalPicture) throws -> Tensor {
        if let lastNormal, lastNormal.picture.pixels == normal.pixels { return lastNormal.latent }
        let latent = try model.encode(normal.pixels.tensor(device: model.device))
        guard try latent.allFinite else {
            throw GenerationError(.notFinite, "the autoencoder's posterior of the source image is not finite")
        }
        lastNormal = (normal, latent)
        return latent
    }

    /// The decoded posterior mean of the normal at its own size: what a picture would show had nothing been generated.
    private func reconstruction(of normal: NormalPicture, latent: Tensor) throws -> Image {
        if let lastReconstruction, lastReconstruction.picture == normal { return lastReconstruction.image }
        let image = try normal.restored(Image(decoded: model.decode(latent).select(0, 0)))
        lastReconstruction = (normal, image)
        return image
    }

    // MARK: - The group, in one piece if it fits

    private func generate(
        _ places: [Int], of request: GenerationRequest, in scene: GenerationScene, done: Int,
        _ progress: (GenerationProgress) -> Void,
        _ notice: (String) -> Void
    ) throws -> [GeneratedPicture] {
        do {
            return try run(places, of: request, in: scene, done: done, progress)
        } catch let error as TensorError where error.kind == .outOfMemory {
            try model.device.emptyCache()
            if !saidThatMemoryIsShort {
                notice(
                    "memory is short for \(places.count) pictures at once: going on in smaller pieces, and if need be with blocks run twice"
                )
                saidThatMemoryIsShort = true
            }
            if places.count > 1 {
                let half = places.count / 2
                let first = try generate(Array(places[..<half]), of: request, in: scene, done: done, progress, notice)
                let whole = GenerationCost(scene, others: 0).whole
                return try first
                    + generate(
                        Array(places[half...]), of: request, in: scene, done: done + whole * half, progress, notice)
            }
            if scene.settings.guidance.attention, !scene.run.guidance.objective.isCheckpointed {
                var scene = scene
                scene.run.guidance.objective.isCheckpointed = true
                return try generate(places, of: request, in: scene, done: done, progress, notice)
            }
            let failure = GenerationError(.outOfMemory, "unit with seed \(request.seeds[places[0]]): \(error.message)")
            return [scene.picture(GuidanceRecord(), together: 1, failure: failure)]
        }
    }

    private func run(
        _ places: [Int], of request: GenerationRequest, in scene: GenerationScene, done: Int,
        _ progress: (GenerationProgress) -> Void
    ) throws -> [GeneratedPicture] {
        var samples = try places.map { try scene.sample(seed: request.seeds[$0]) }
        let cost = GenerationCost(scene, others: request.seeds.count - places.count)
        try scene.run.denoise(&samples) { step, samples in
            let made = samples.reduce(done) { $0 + $1.passes }
            progress(
                GenerationProgress(
                    done: made, total: made + cost.left(samples, at: step),
                    note: "step \(step.index + 1) of \(scene.run.steps.timestepCount), timestep \(step.timestep)"))
        }
        let made = samples.reduce(done) { $0 + $1.passes }
        let files = PictureFiles()
        defer { files.wait() }
        let pictures = try places.indices.map { index in
            let (place, sample) = (places[index], samples[index])
            if let folder = request.traceImages?[place] { try picture(sample, in: scene, to: folder) }
            let finished = try finish(
                sample, together: places.count, in: scene, output: request.outputs[place],
                trace: request.traces?[place], files: files)
            let total =
                made + GenerationCost.decoding * places.count + cost.whole * (request.seeds.count - places.count)
            progress(
                GenerationProgress(done: made + GenerationCost.decoding * (index + 1), total: total, note: "decoding"))
            return finished
        }
        try files.finish()
        return pictures
    }

    /// Writes what the network saw at some of the steps, and where it looked (the paper's Fig. 4).
    private func picture(_ sample: GuidedSample, in scene: GenerationScene, to folder: String) throws {
        for (index, pictured) in sample.pictured.sorted(by: { $0.key < $1.key }) {
            let step = String(index),
                name = String(repeating: "0", count: max(0, 3 - step.count)) + step + "-t\(pictured.timestep)"
            let decoded = try Image(decoded: model.decode(pictured.clean).select(0, 0))
            let map = try Plane(
                width: pictured.map.size(1), height: pictured.map.size(0), values: pictured.map.floats())
            try scene.normal.restored(decoded).write(png: folder + "/step-\(name).png")
            try scene.normal.softLabel(map).write(png16: folder + "/map-\(name).png")
        }
    }

    /// Decodes and writes one picture, and the files its label is made from.
    private func finish(
        _ sample: GuidedSample, together: Int, in scene: GenerationScene, output: String, trace: String?,
        files: PictureFiles
    ) throws -> GeneratedPicture {
        if let failure = sample.failure { return scene.picture(sample.guidance, together: together, failure: failure) }
        let decoded = try model.decode(sample.latent).select(0, 0)
        guard try decoded.allFinite, let map = sample.maps.last else {
            let failure = GenerationError(
                .notFinite, "unit with seed \(sample.seed): the decoded picture is not finite")
            return scene.picture(sample.guidance, together: together, failure: failure)
        }
        let normal = scene.normal
        let attention = try Plane(width: map.size(1), height: map.size(0), values: map.floats())
        let (image, reconstruction) = (
            try Image(decoded: decoded), try reconstruction(of: normal, latent: scene.latent)
        )
        files.write {
            try normal.restored(image).write(png: output + "/image.png")
            try normal.softLabel(attention).write(png16: output + "/attention.png")
            try reconstruction.write(png: output + "/reconstruction.png")
        }
        if let trace {
            try GenerationTrace(sample, normal: scene.latent, image: decoded, timesteps: scene.timesteps).write(
                to: trace)
        }
        return scene.picture(sample.guidance, together: together, failure: nil)
    }
}
