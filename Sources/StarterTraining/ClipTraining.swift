import AnomalyDetection
import ClipModels
import Foundation
import Imaging
package import NeuralNet
import StarterWorld
package import TensorCore

/// A small CLIP learns which caption belongs to which picture, and to tell a good part from a damaged one by the
/// sentences that VLAD asks with. It sees every part twice, before and after an accident, so that only the damage
/// distinguishes the two.
///
/// *Source*: Radford et al. 2021, section 2.3 (symmetric contrastive loss); a caption that is true of several pictures
/// of a batch counts as right for all of them, in equal shares. Masks are not used.
package final class ClipTraining: NetworkTraining {
    package let name = "clip"
    package let parameters: TrainedParameters
    package var run: TrainingSettings.Run { own.run }
    package var fingerprint: String { settings.fingerprint(own) }
    private let settings: TrainingSettings
    private var own: TrainingSettings.Clip { settings.clip }
    private let configuration: CLIPConfiguration
    private let tokenizer: CLIPTokenizer
    private let vision: CLIPVisionEncoder
    private let text: CLIPTextEncoder
    private let logScale: Tensor
    private let device: Device
    private let threads: Int

    /// - Parameter from: weights to start from in place of drawn ones.
    package init(_ settings: TrainingSettings, from: StartingWeights? = nil, device: Device, threads: Int) throws {
        (self.settings, self.device, self.threads) = (settings, device, threads)
        let vocabulary = try BytePairVocabulary.builtIn(merges: settings.clip.vocabulary_merges)
        tokenizer = CLIPTokenizer(vocabulary: vocabulary, cleaning: .openCLIP, padding: 0)
        let configuration = settings.clipConfiguration(vocabulary)
        self.configuration = configuration
        func build(_ store: ParameterStore) throws -> (CLIPTextEncoder, CLIPVisionEncoder, Tensor) {
            (
                try CLIPTextEncoder(store.root, configuration.text, naming: .openCLIP),
                try CLIPVisionEncoder(store.root, configuration.vision, naming: .openCLIP),
                // ln(1 / 0.07), where CLIP's training starts (Radford et al., section 2.5).
                try store.root.tensor("logit_scale", [], .constant(log(1 / 0.07)))
            )
        }
        let drawn = ParameterStore(drawnFrom: try Generator(seed: settings.seed &+ 2))
        _ = try build(drawn)
        var start = Dictionary(drawn.named, uniquingKeysWith: { first, _ in first })
        if let from { start = try from.clip(start) }
        let store = ParameterStore(
            WeightsInMemory(start), dtype: try DType(named: settings.clip.run.dtype), device: device, trainable: true)
        (text, vision, logScale) = try build(store)
        try store.verify()
        var optimiser = TrainedParameters.Settings()
        optimiser.averageDecay = settings.clip.run.average_decay
        parameters = try TrainedParameters(working: store.named, masters: start, settings: optimiser)
    }

    package func pictures(step: Int) -> Int { run.batch }

    package func loss(step: Int) throws -> (loss: Tensor, figures: [String: Double]) {
        let stream = PictureStream(settings, purpose: name), (size, count) = (own.family, run.batch / own.family)
        let families = stream.map(step * count..<(step + 1) * count, threads: threads) {
            stream.family($0, size: size, soundToo: false)
        }
        let examples = (0..<size).flatMap { place in families.map { $0[place] } }
        let images = try imageFeatures(examples.map(\.image))
        let scale = try logScale.to(.float32).clamp(max: log(100)).exp()
        let captions = try textFeatures(examples.map(\.caption))
        let logits = try images.matmul(captions.transposed()) * scale
        let right = try Tensor(
            examples.flatMap { picture in examples.map { Self.isTrue($0, of: picture) ? Float(1) : 0 } },
            [run.batch, run.batch]
        )
        .to(device: device)
        let contrastive =
            try (Self.crossEntropy(logits, right) + Self.crossEntropy(logits.transposed(), right.transposed())) / 2
        let states = try stateError(images, examples, scale, step)
        return (
            try contrastive + states * own.state_weight,
            ["contrastive": try contrastive.item(), "states": try states.item(), "scale": try scale.item()]
        )
    }

    /// Whether one example's caption is true of another's picture: the same object, and the same damage or one that
    /// isn't named.
    private static func isTrue(_ caption: TrainingExample, of picture: TrainingExample) -> Bool {
        guard caption.category == picture.category, (caption.damage == nil) == (picture.damage == nil) else {
            return false
        }
        guard let words = caption.words, let damage = picture.damage else { return true }
        return caption.damage == damage || Captions.isGeneric(words)
    }

    /// -Σ target · log softmax, each row's targets scaled to the sum 1.
    private static func crossEntropy(_ logits: Tensor, _ targets: Tensor) throws(TensorError) -> Tensor {
        let shares = try targets / targets.sum(1, keepDim: true)
        return try (shares * logits.logSoftmax(1)).sum(1).mean() * -1
    }

    /// Cross-entropy of {good, damaged} by one sentence of each for the picture's object, drawn from VLAD's ensemble at
    /// each step.
    private func stateError(_ images: Tensor, _ examples: [TrainingExample], _ scale: Tensor, _ step: Int) throws
        -> Tensor
    {
        var stream = RandomStream(seed: UInt64(settings.seed) << 32 ^ UInt64(step), purpose: "clip states")
        let ensemble = PromptEnsemble()
        let categories = Array(Set(examples.map(\.category))).sorted()
        var sentences: [String] = []
        for category in categories {
            let name = PromptEnsemble().name(of: category)
            for states in [ensemble.normal, ensemble.abnormal] {
                sentences.append(stream.element(ensemble.sentences([stream.element(states)], for: name)))
            }
        }
        let features = try textFeatures(sentences)
        let places = try examples.map { example throws(TensorError) in
            let place = 2 * (categories.firstIndex(of: example.category) ?? 0)
            return try features.narrow(0, start: place, length: 2)
        }
        let logits = try Tensor.stack(places).bmm(images.unsqueeze(-1)).squeeze(-1) * scale
        let targets = try Tensor(examples.flatMap { $0.damage == nil ? [Float(1), 0] : [0, 1] }, [examples.count, 2])
            .to(device: device)
        return try Self.crossEntropy(logits, targets)
    }

    // MARK: - Features, unit length, float32

    private func imageFeatures(_ images: [Image]) throws -> Tensor {
        let size = own.image_size
        let pictures = try PictureTensors.pictures(images).interpolate(
            height: size, width: size, .bicubic, antialias: true)
        func channels(_ values: [Double]) throws(TensorError) -> Tensor {
            try Tensor(values.map(Float.init), [1, 3, 1, 1])
        }
        let normalised = try ((pictures + 1) / 2 - channels(configuration.mean)) / channels(configuration.deviation)
        let dtype = try DType(named: run.dtype)
        return try vision(normalised.to(dtype, device: device)).imageToken.to(.float32).normalized(-1)
    }

    private func textFeatures(_ texts: [String]) throws -> Tensor {
        try text.embeddings(texts.map { tokenizer.tokenize($0) }).to(.float32).normalized(-1)
    }

    // MARK: - Measuring

    /// Zero-shot AUROC of damaged against good, by VLAD's sentences, within each category and averaged: over objects
    /// and damages of the training, over held-out pairs of them, and over objects that were never seen damaged. Twelve
    /// parts for each object and damage, unless told otherwise.
    package func measure(parts: Int?) throws -> [String: Double] {
        try parameters.withAverages {
            try withoutGradients {
                var means = MeasuredMeans()
                for category in StarterWorld.categories {
                    let scores = try abnormality(of: category, parts ?? 12)
                    for (kind, damaged) in scores.damaged {
                        let all = scores.normal + damaged
                        let truth = scores.normal.map { _ in false } + damaged.map { _ in true }
                        if let value = Ranking.auroc(all, truth) { means.add(value, "auroc", kind) }
                    }
                }
                return means.figures
            }
        }
    }

    /// Scores of `parts` parts before and after an accident, for each damage of a category; scores of damaged ones are
    /// grouped by what training knew of them.
    private func abnormality(of category: String, _ parts: Int) throws -> (
        normal: [Double], damaged: [Acquaintance: [Double]]
    ) {
        let stream = PictureStream(settings, purpose: "validation"), ensemble = PromptEnsemble()
        let name = PromptEnsemble().name(of: category)
        var directions: [Tensor] = []
        for states in [ensemble.normal, ensemble.abnormal] {
            directions.append(try textFeatures(ensemble.sentences(states, for: name)).mean(0).normalized(-1))
        }
        let contrast = try (directions[1] - directions[0]).unsqueeze(1)
        var normal: [Double] = []
        var damaged: [Acquaintance: [Double]] = [:]
        for damage in try StarterWorld.damages(of: category) {
            let twins = stream.map(0..<parts, threads: threads) { stream.twins($0, category: category, damage: damage) }
            let scores = try imageFeatures(twins.map(\.normal.image) + twins.map(\.damaged.image)).matmul(contrast)
                .squeeze(-1).doubles()
            normal += scores.prefix(parts)
            damaged[Acquaintance(category: category, damage: damage), default: []] += scores.suffix(parts)
        }
        return (normal, damaged)
    }

    package func result() throws -> [String: Tensor] { parameters.averaged }
}
