package import DiffusionModels
package import Generators
import Imaging
import NeuralNet
import TensorCore

/// Draws groups of pictures by strength-controlled diffusion; the numbers are `SDAS`'s.
///
/// Keeps what consecutive groups may share: latent and reconstruction of the last source image, keys and values of the
/// empty prompt. Not thread-safe.
package final class SDASGenerator {
    package let model: LatentDiffusionModel
    package let half: SDAS
    /// Called before every pass through the UNet.
    package var observer: NetworkPass.Observer?
    private let grid: SamplingGrid
    private var empty: PromptContext?
    private var last: SDASSource?
    private var saidThatMemoryIsShort = false

    /// - Throws: `DiffusionModelError` where the steps don't fit the model's schedule.
    package init(_ half: SDAS, model: LatentDiffusionModel) throws(DiffusionModelError) {
        (self.half, self.model) = (half, model)
        grid = try SamplingGrid(schedule: model.schedule, steps: half.settings.steps)
            .last(half.settings.denoisingSteps)
    }

    /// One group: pictures of one source image.
    package struct Request {
        /// PNG or JPEG, any size, 1, 3 or 4 channels.
        package var image: String
        /// For each picture where damage may be, > 127, as large as the image; nil: everywhere.
        package var masks: [String?]
        package var seeds: [UInt32]
        /// One folder for each picture: image.png, soft.png and mask.png are written there.
        package var outputs: [String]
        /// One safetensors file for each picture, when traces are wanted.
        package var traces: [String]?

        /// - Precondition: one mask, output and, where there are any, trace for each seed.
        package init(image: String, masks: [String?], seeds: [UInt32], outputs: [String], traces: [String]? = nil) {
            precondition(masks.count == seeds.count && outputs.count == seeds.count)
            precondition(traces.map { $0.count == seeds.count } ?? true)
            (self.image, self.masks, self.seeds) = (image, masks, seeds)
            (self.outputs, self.traces) = (outputs, traces)
        }
    }

    /// What happened to one picture of a group.
    package enum Outcome {
        /// - together: how many were computed as one batch: fewer than asked for where memory was short.
        case made(SyntheticAnomaly, inflation: Double, together: Int)
        /// It has no files; the others of the group are complete.
        case failed(GenerationError)
    }

    /// Draws a group and writes its files.
    ///
    /// - Parameter notice: called at most once in the generator's life, when memory is short.
    /// - Returns: one entry for each seed.
    /// - Throws: `GenerationError` when the whole group can't be made: a picture or a mask that can't be used, or a
    ///   result that can't be written.
    package func generate(
        _ request: Request, progress: (GenerationProgress) -> Void = { _ in }, notice: (String) -> Void = { _ in }
    ) throws(GenerationError) -> [Outcome] {
        do {
            return try withoutGradients {
                let source = try source(request.image)
                let masks = try request.masks.map { try Self.mask($0, of: source, image: request.image) }
                for folder in request.outputs { try createFolder(folder) }
                return try generate(
                    Array(request.seeds.indices), of: request, source, masks, done: 0, progress, notice)
            }
        } catch {
            throw GenerationError(error)
        }
    }

    // MARK: - What the group shares

    private func source(_ path: String) throws -> SDASSource {
        let picture: Image
        do { picture = try Image(contentsOf: path) } catch { throw GenerationError(reading: error) }
        if let last, last.picture == picture { return last }
        let found = try SDASSource(picture, model: model)
        last = found
        return found
    }

    private static func mask(_ file: String?, of source: SDASSource, image: String) throws -> Mask? {
        guard let file else { return nil }
        let mask: Mask
        do { mask = try Mask(contentsOf: file, above: 127) } catch { throw GenerationError(reading: error) }
        do {
            // The same checks as for the picture and foreground of other generators.
            _ = try NormalPicture(
                picture: source.picture, foreground: mask, side: source.normal.letterbox.side, latentSide: 1)
        } catch {
            throw GenerationError(error.code, "\(file): \(error.message)")
        }
        return mask
    }

    private func context() throws -> PromptContext {
        if let empty { return empty }
        let context = try model.unet.promptContext(model.encodePrompt(""))
        empty = context
        return context
    }

    // MARK: - The group, in one piece if it fits

    private func generate(
        _ places: [Int], of request: Request, _ source: SDASSource, _ masks: [Mask?], done: Int,
        _ progress: (GenerationProgress) -> Void, _ notice: (String) -> Void
    ) throws -> [Outcome] {
        do {
            return try run(places, of: request, source, masks, done: done, progress)
        } catch let error as TensorError where error.kind == .outOfMemory {
            try model.device.emptyCache()
            guard places.count > 1 else {
                return [
                    .failed(
                        GenerationError(.outOfMemory, "unit with seed \(request.seeds[places[0]]): \(error.message)"))
                ]
            }
            if !saidThatMemoryIsShort {
                notice("memory is short for \(places.count) pictures at once: going on in smaller pieces")
                saidThatMemoryIsShort = true
            }
            let half = places.count / 2, cost = (grid.timestepCount + GenerationCost.decoding) * half
            return try generate(Array(places[..<half]), of: request, source, masks, done: done, progress, notice)
                + generate(Array(places[half...]), of: request, source, masks, done: done + cost, progress, notice)
        }
    }

    private func run(
        _ places: [Int], of request: Request, _ source: SDASSource, _ masks: [Mask?], done: Int,
        _ progress: (GenerationProgress) -> Void
    ) throws -> [Outcome] {
        let total = (grid.timestepCount + GenerationCost.decoding) * request.seeds.count
        let context = try context()
        var samples = try places.map { place in
            try SDASSample(
                source.latent, seed: request.seeds[place], inflation: half.inflation(seed: request.seeds[place]),
                grid: grid, device: model.device)
        }
        var passes = done
        for step in grid {
            try observer?(NetworkPass(kind: .conditional, step: step.index, seeds: samples.map(\.seed)))
            let predicted = try model.unet(
                Tensor.cat(samples.map(\.latent)), timestep: step.timestep, context: context
            ).chunk(samples.count)
            for (k, noise) in predicted.enumerated() { try samples[k].take(step, noise: noise) }
            passes += samples.count
            progress(
                GenerationProgress(
                    done: passes, total: total,
                    note: "step \(step.index + 1) of \(grid.timestepCount), timestep \(step.timestep)"))
        }
        let files = PictureFiles()
        defer { files.wait() }
        let outcomes = try zip(places, samples).map { place, sample in
            let outcome = try finish(
                sample, source, masks[place], together: places.count, to: request.outputs[place],
                trace: request.traces?[place], files)
            passes += GenerationCost.decoding
            progress(GenerationProgress(done: passes, total: total, note: "decoding"))
            return outcome
        }
        try files.finish()
        return outcomes
    }

    private func finish(
        _ sample: SDASSample, _ source: SDASSource, _ mask: Mask?, together: Int, to output: String, trace: String?,
        _ files: PictureFiles
    ) throws -> Outcome {
        let decoded = try model.decode(sample.latent).select(0, 0)
        guard try decoded.allFinite else {
            return .failed(
                GenerationError(.notFinite, "unit with seed \(sample.seed): the decoded picture is not finite"))
        }
        if let trace {
            let steps = try Tensor(grid.map(\.timestep))
            try SafetensorsWriter.write(
                [
                    "z0": source.latent.select(0, 0), "noise": sample.noise.select(0, 0),
                    "z_start": sample.start.select(0, 0), "z_final": sample.latent.select(0, 0), "image": decoded,
                    "timesteps": steps,
                ], to: trace)
        }
        let drawn: SyntheticAnomaly
        do {
            drawn = try half.compose(
                source.picture, drawn: source.normal.restored(Image(decoded: decoded)),
                reconstruction: source.reconstruction, foreground: mask, seed: sample.seed)
        } catch let error as SyntheticAnomalyError {
            return .failed(GenerationError(.unchanged, "unit with seed \(sample.seed): \(error.description)"))
        }
        files.write {
            try drawn.image.write(png: output + "/image.png")
            try drawn.softLabel.write(png16: output + "/soft.png")
            try drawn.mask.write(png: output + "/mask.png")
        }
        return .made(drawn, inflation: sample.inflation, together: together)
    }
}
