import DiffusionModels
import Foundation
package import Imaging
package import NeuralNet
package import PictureQuality
package import TensorCore

/// Trains the decoder to make pictures from latents; the encoder is computed exactly and not trained (`LinearEncoder`).
package final class AutoencoderTraining: NetworkTraining {
    package let name = "autoencoder"
    package let parameters: TrainedParameters
    package var run: TrainingSettings.Run { own.run }
    package var fingerprint: String { settings.fingerprint(own) }
    private let settings: TrainingSettings
    private var own: TrainingSettings.Autoencoder { settings.autoencoder }
    private let components: PatchComponents
    private let network: AutoencoderKL
    private let fixed: [String: Tensor]
    private let threads: Int

    private let perceptual: LPIPSNetwork?

    /// - Parameters:
    ///   - from: weights to start from in place of drawn ones.
    ///   - perceptual: the network that `perceptual_weight` needs; if it is given, measurements include LPIPS.
    package init(
        _ settings: TrainingSettings, components: PatchComponents, from: StartingWeights? = nil,
        perceptual: LPIPSNetwork? = nil, device: Device, threads: Int
    ) throws {
        (self.settings, self.components, self.threads) = (settings, components, threads)
        self.perceptual = perceptual
        let configuration = settings.autoencoderConfiguration
        let drawn = ParameterStore(drawnFrom: try Generator(seed: settings.seed))
        _ = try AutoencoderKL(drawn.root, configuration)
        var start = Dictionary(drawn.named, uniquingKeysWith: { first, _ in first })
        fixed = try LinearEncoder.parameters(
            components, groups: configuration.normNumGroups, logVariance: 2 * log(settings.autoencoder.latent_noise),
            shapes: start.mapValues(\.shape))
        if let from { start = try from.autoencoder(start, components) }
        start.merge(fixed) { $1 }
        if from == nil { try DecoderStart.write(into: &start, components, groups: configuration.normNumGroups) }
        let fixedNames = Set(fixed.keys)
        let store = ParameterStore(
            WeightsInMemory(start), dtype: try DType(named: settings.autoencoder.run.dtype), device: device,
            trainable: true)
        network = try AutoencoderKL(store.root, configuration)
        try store.verify()
        var optimiser = TrainedParameters.Settings()
        optimiser.averageDecay = settings.autoencoder.run.average_decay
        parameters = try TrainedParameters(working: store.named, masters: start, settings: optimiser) {
            !fixedNames.contains($0)
        }
    }

    private func isWhole(_ step: Int) -> Bool { Double(step) >= own.whole_from * Double(run.steps) }

    /// A whole picture counts as much as the crops that fit into it.
    package func pictures(step: Int) -> Int {
        isWhole(step)
            ? max(2, run.batch * own.crop * own.crop / (settings.picture_size * settings.picture_size)) : run.batch / 2
    }

    package func loss(step: Int) throws -> (loss: Tensor, figures: [String: Double]) {
        let count = pictures(step: step)
        let stream = PictureStream(settings, purpose: name)
        let examples = stream.map(step * run.batch..<step * run.batch + count, threads: threads) { stream.example($0) }
        var (pictures, masks) = try batch(examples)
        if !isWhole(step) { (pictures, masks) = try crops(pictures, masks, examples, step) }
        let latents = try components.encode(pictures)
        let noise =
            try Tensor.randn(latents.shape, generator: stepGenerator(settings.seed, "autoencoder noise", step))
            * own.latent_noise
        let target = try pictures.to(device: network.device)
        let weights = try (masks * own.damage_weight + 1).to(device: network.device)
        let decoded = try network.decodeBatch(latents + noise)
        let pixels = try ((decoded - target).abs() * weights).mean() / weights.mean()
        let edges = try Self.edgeLoss(decoded, target)
        var loss = try pixels + edges * own.edge_weight
        var figures = ["l1": try pixels.item(), "edges": try edges.item()]
        if own.perceptual_weight > 0 {
            let distance = try perceptualLoss(decoded, target)
            loss = try loss + distance * own.perceptual_weight
            figures["lpips"] = try distance.item()
        }
        return (loss, figures)
    }

    /// LPIPS of the step's first pictures, as many as `perceptual_share` says, one at least.
    private func perceptualLoss(_ decoded: Tensor, _ target: Tensor) throws -> Tensor {
        guard let perceptual else {
            throw TrainingError.missing(
                "LPIPS", "autoencoder.perceptual_weight needs the weights that `make features` fetches: --lpips FILE")
        }
        let all = try decoded.size(0), count = max(1, Int((Double(all) * own.perceptual_share).rounded()))
        let right = try withoutGradients { try perceptual.features(target.narrow(0, start: 0, length: count)) }
        return try perceptual.distance(perceptual.features(decoded.narrow(0, start: 0, length: count)), right)
    }

    /// Pictures [B, 3, S, S] and masks [B, 1, S, S].
    private func batch(_ examples: [TrainingExample]) throws(TensorError) -> (pictures: Tensor, masks: Tensor) {
        let side = settings.picture_size
        let masks = try PictureTensors.coverage(examples.map(\.mask), side: side, cells: side).unsqueeze(1)
        return (try PictureTensors.pictures(examples.map(\.image)), masks)
    }

    /// Two crops of each picture; the first one shows the damage, where there is some.
    private func crops(_ pictures: Tensor, _ masks: Tensor, _ examples: [TrainingExample], _ step: Int) throws -> (
        Tensor, Tensor
    ) {
        let room = settings.picture_size - own.crop
        var stream = RandomStream(seed: UInt64(settings.seed) << 32 ^ UInt64(step), purpose: "autoencoder crops")
        var cut: ([Tensor], [Tensor]) = ([], [])
        for (row, example) in examples.enumerated() {
            for turn in 0..<2 {
                var (x, y) = (stream.index(room + 1), stream.index(room + 1))
                if turn == 0, let mask = example.mask {
                    let inside = mask.values.indices.filter { mask.values[$0] != 0 }
                    if !inside.isEmpty {
                        let pixel = inside[stream.index(inside.count)]
                        x = min(max(pixel % mask.width - own.crop / 2, 0), room)
                        y = min(max(pixel / mask.width - own.crop / 2, 0), room)
                    }
                }
                func crop(_ tensor: Tensor) throws(TensorError) -> Tensor {
                    try tensor.narrow(0, start: row, length: 1).narrow(2, start: y, length: own.crop).narrow(
                        3, start: x, length: own.crop)
                }
                cut.0.append(try crop(pictures))
                cut.1.append(try crop(masks))
            }
        }
        return (try .cat(cut.0), try .cat(cut.1))
    }

    /// Mean absolute difference of the differences between neighbours, both ways: keeps edges sharp, which an error of
    /// pixels alone would blur.
    private static func edgeLoss(_ a: Tensor, _ b: Tensor) throws(TensorError) -> Tensor {
        let difference = try a - b
        func along(_ dimension: Int) throws(TensorError) -> Tensor {
            let length = try difference.size(dimension) - 1
            let steps =
                try difference.narrow(dimension, start: 1, length: length)
                - difference.narrow(dimension, start: 0, length: length)
            return try steps.abs().mean()
        }
        return try along(2) + along(3)
    }

    /// In float32: PSNR in decibels (range 0...1) of damaged pictures, and the mean absolute error on the damage in
    /// grey levels, LPIPS where its weights are there; four parts for each object and damage, unless told otherwise.
    package func measure(parts: Int?) throws -> [String: Double] {
        try reconstructions(parts: parts) { _, _, _ in }
    }

    /// Measures, and hands over each picture with its reconstruction.
    package func reconstructions(
        parts: Int? = nil, _ look: (_ name: String, _ picture: Image, _ reconstruction: Image) throws -> Void
    )
        throws -> [String: Double]
    {
        try withoutGradients {
            let network = try asShipped()
            let stream = PictureStream(settings, purpose: "validation")
            var means = MeasuredMeans()
            for (number, measured) in try stream.measured(parts ?? 4, threads: threads).enumerated() {
                let example = measured.damaged
                let (pictures, masks) = try batch([example])
                let decoded = try network.decodeBatch(components.encode(pictures)).clamp(min: -1, max: 1).to(
                    device: .cpu)
                let difference = try (decoded - pictures) / 2
                means.add(
                    try -10 * log10(max((difference * difference).mean().item(), 1e-10)), "psnr", measured.kind)
                if let perceptual {
                    let distance = try perceptual.distance(
                        perceptual.features(decoded), perceptual.features(pictures))
                    means.add(try distance.item(), "lpips", measured.kind)
                }
                let onDamage = try (difference.abs().mean(1, keepDim: true) * masks).sum().item()
                means.add(onDamage / max(try masks.sum().item(), 1) * 255, "damage_error", measured.kind)
                let bytes = try ((decoded.select(0, 0) + 1) * 127.5).round().to(.uint8).permute(1, 2, 0)
                    .contiguous().bytes()
                let side = settings.picture_size
                try look(
                    "\(measured.kind.rawValue)-\(number)", example.image,
                    Image(width: side, height: side, channels: 3, pixels: bytes))
            }
            return means.figures
        }
    }

    /// The averaged weights in float32. The tool decodes in float32 whatever the training's dtype, and a decoder
    /// trained in bfloat16 can be right in bfloat16 but have a colour cast in float32.
    private func asShipped() throws -> AutoencoderKL {
        let store = ParameterStore(WeightsInMemory(try result()), device: network.device)
        return try AutoencoderKL(store.root, settings.autoencoderConfiguration)
    }

    package func result() throws -> [String: Tensor] { fixed.merging(parameters.averaged) { $1 } }
}

extension DType {
    /// - Throws: `TensorError.invalidArgument` for a name that isn't a dtype's.
    init(named name: String) throws(TensorError) {
        guard let dtype = DType(rawValue: name) else {
            throw TensorError(.invalidArgument, "unknown dtype \"\(name)\"")
        }
        self = dtype
    }
}
