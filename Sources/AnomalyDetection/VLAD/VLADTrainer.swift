import Algorithms
package import ClipModels
import Detectors
import NeuralNet
import TensorCore

/// Trains VLAD's adapters on frozen tokens.
///
/// *Source*: paper sections 4.2, A.1: Adam, learning rate falling to 0 along a cosine (here per step), 200 epochs,
/// batch 16. One model for all categories.
package final class VLADTrainer {
    private let training: VLADTraining
    private let clip: CLIPModel
    private let report: WorkReport
    private let source: FeatureSource
    private let adapters: VLADAdapters
    private let adam: Adam
    private let objective: VLADObjective
    /// One stream for everything random: the adapters' start, then each epoch's order.
    private let generator: Generator
    private var losses: [Double] = []

    /// Trains to the end, resuming from a checkpoint if there is one, and writes the adapters.
    ///
    /// - Returns: the mean training loss of each epoch.
    /// - Throws: `DetectionError`, `ImageError`, `CLIPError`, `WeightsError`, `TensorError`, and whatever
    ///   `report.progress` throws.
    package static func run(_ training: VLADTraining, clip: CLIPModel, report: WorkReport = WorkReport()) throws
        -> [Double]
    {
        try VLADTrainer(training, clip, report).run()
    }

    private init(_ training: VLADTraining, _ clip: CLIPModel, _ report: WorkReport) throws {
        let settings = training.settings
        guard !training.samples.isEmpty else { throw DetectionError.noSamples }
        let vision = clip.configuration.vision
        if let last = settings.stages.last, last > vision.shape.layers || settings.stages[0] < 1 {
            throw CLIPError.noSuchBlock(
                last > vision.shape.layers ? last : settings.stages[0], layers: vision.shape.layers)
        }
        (self.training, self.clip, self.report) = (training, clip, report)
        source = try FeatureSource(
            clip, settings, ensemble: training.ensemble, cache: training.cache, notice: report.notice)
        generator = try Generator(seed: training.seed)
        let store = ParameterStore(drawnFrom: generator, device: clip.device)
        adapters = try VLADAdapters(
            store, stages: settings.stages.count, width: vision.shape.width, embedding: vision.embedding)
        try store.requireGradients()
        adam = try Adam(store.named, learningRate: settings.learningRate, betas: training.recipe.betas)
        objective = VLADObjective(settings, training.recipe)
    }

    private func run() throws -> [Double] {
        try source.announce(pictures: training.samples.map(\.image), labels: training.samples.compactMap(\.softLabel))
        if let shortage = try shortage() { report.notice(shortage) }
        let checkpoint = VLADCheckpoint(folder: training.checkpoints, asked: try asked())
        try resume(checkpoint)
        let perEpoch = (training.samples.count + settings.batch - 1) / settings.batch
        let schedule = CosineSchedule(base: settings.learningRate, steps: settings.epochs * perEpoch)
        while losses.count < settings.epochs {
            let epoch = losses.count
            let order = try Tensor.randperm(training.samples.count, generator: generator).ints()
            var sum = 0.0
            for (index, chosen) in order.chunks(ofCount: settings.batch).enumerated() {
                let step = epoch * perEpoch + index
                if training.recipe.isScheduled { adam.learningRate = schedule.rate(at: step) }
                let loss = try update(chosen)
                guard loss.isFinite else { throw DetectionError.notFinite(epoch: epoch + 1, step: index + 1) }
                sum += loss * Double(chosen.count)
                try report.progress(step + 1, schedule.steps, "epoch \(epoch + 1) of \(settings.epochs)")
            }
            losses.append(sum / Double(order.count))
            if training.checkpointEvery > 0, losses.count % training.checkpointEvery == 0 {
                try checkpoint.write(adapters: adapters, adam: adam, generator: generator, losses: losses)
            }
        }
        try adapters.write(to: training.output, settings: settings)
        return losses
    }

    /// A message on why epochs will be slow; nil when they won't be.
    private func shortage() throws -> String? {
        guard training.cache.folder != nil, settings.epochs > 1 else { return nil }
        let pictures = Set(try training.samples.map { try source.file($0.image).digest }).count
        let (needed, room) = (pictures * source.tokenBytes, training.cache.folderLimit + training.cache.memoryLimit)
        guard needed > room else { return nil }
        return """
            the tokens of \(pictures) pictures take \(needed / 1_000_000) MB, the cache and memory \(room / 1_000_000) MB: \
            about \(100 - 100 * room / needed) in 100 are computed again in every epoch; a larger cache.limit saves that
            """
    }

    private var settings: VLADSettings { training.settings }

    /// One step of Adam on the mean loss of some samples.
    private func update(_ chosen: ArraySlice<Int>) throws -> Double {
        var loss = 0.0
        var gradients: [Tensor] = []
        for part in chosen.chunks(ofCount: together) {
            let step = try VLADStep(
                adapters, SampleBatch(part.map { training.samples[$0] }, source, device: clip.device),
                objective: objective,
                imageScore: training.settings.imageScore, upsampling: source.upsampling,
                share: Double(part.count) / Double(chosen.count))
            loss += step.loss
            if gradients.isEmpty {
                gradients = step.gradients
            } else {
                try withoutGradients { for (sum, part) in zip(gradients, step.gradients) { try sum.inPlaceAdd(part) } }
            }
        }
        try adam.step(gradients)
        return loss
    }

    /// Samples whose gradient is computed at once: one on a CPU, to fit its caches; a whole batch on a GPU, to keep it
    /// busy.
    private var together: Int { clip.device == .cpu ? 1 : training.settings.batch }

    // MARK: - Resuming

    /// Everything the weights depend on except the model itself, whose folder the caller knows.
    private func asked() throws -> String {
        let samples = try training.samples.map { sample in
            let label = try sample.softLabel.map { try source.file($0).digest }
            return
                "\(try source.file(sample.image).digest) \(label ?? "-") \(sample.anomalous) \(training.ensemble.name(of: sample.className))"
        }
        return """
            \(training.recipe == .vlad ? "VLAD" : "APRIL-GAN") training, version 2
            model \(clip.configuration)
            seed \(training.seed), \(settings)
            prompts \(training.ensemble.normal) \(training.ensemble.abnormal) \(training.ensemble.templates)
            \(samples.joined(separator: "\n"))
            """
    }

    private func resume(_ checkpoint: VLADCheckpoint) throws {
        switch checkpoint.read() {
        case .none: return
        case .unusable(let reason): report.notice("the checkpoint is not used: \(reason); training starts anew")
        case .some(let state):
            losses = try checkpoint.restore(state, adapters: adapters, adam: adam, generator: generator)
            report.notice("training resumes after epoch \(losses.count)")
        }
    }
}
