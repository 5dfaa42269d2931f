import Algorithms
package import Detectors
import NeuralNet
package import TensorCore

/// Trains SimpleNet's adaptor and discriminator.
///
/// *Source*: Liu et al. 2023 and its released code: AdamW with its usual decay for the adaptor, Adam with a decay of
/// 1e-5 for the discriminator, no schedule. The last epoch counts.
package final class SimpleNetTraining {
    private let settings: SimpleNetSettings
    private let normals: Int
    private let labels: [Tensor]
    private let vectors: (Int) throws -> Tensor
    private let checkpoint: TrainingCheckpoint?
    private let report: WorkReport
    private let device: Device
    private let head: SimpleNetHead
    private let adaptor, discriminator: Adam
    /// One stream for everything random: the weights' start, then each epoch's order and noise.
    private let generator: Generator
    private var losses: [Double] = []

    /// *Source*: PyTorch's default of AdamW; the released code.
    private static let adaptorDecay = 0.01
    private static let discriminatorDecay = 1e-5
    /// A bias in front of a batch norm changes nothing behind it and has no slope: what is left is rounding, which Adam
    /// would take for a direction.
    private static let idle: Set = ["adaptor.bias", "first.bias"]

    /// - Parameters:
    ///   - normals: how many there are.
    ///   - labels: of each generated picture `[P]`, the damaged share of each patch; none where fakes are noise alone.
    ///   - checkpoints: a folder, and everything that the result depends on; nil: none is written.
    ///   - vectors: of a picture by its number, normals before generated ones: `[P, C]`, float32, on the device.
    package init(
        _ settings: SimpleNetSettings, normals: Int, labels: [Tensor], channels: Int, seed: UInt32,
        checkpoints: (folder: String, asked: String)? = nil, device: Device = .cpu, report: WorkReport = WorkReport(),
        vectors: @escaping (Int) throws -> Tensor
    ) throws {
        guard normals > 0 else { throw DetectionError.noSamples }
        if settings.fakes.areGenerated {
            guard !labels.isEmpty else {
                throw DetectionError.noGenerated(detector: "simplenet with `fakes: \(settings.fakes.rawValue)`")
            }
            guard try labels.contains(where: { try $0.sum().item() > 0 }) else { throw DetectionError.noDamage }
        }
        (self.settings, self.normals, self.labels, self.vectors) = (settings, normals, labels, vectors)
        (self.device, self.report) = (device, report)
        checkpoint = checkpoints.map { TrainingCheckpoint(folder: $0.folder, asked: $0.asked) }
        generator = try Generator(seed: seed)
        head = try SimpleNetHead(
            ParameterStore(drawnFrom: generator, device: device), channels: channels, hidden: settings.hidden)
        adaptor = try Adam(head.adaptorParameters, learningRate: settings.adaptorRate)
        discriminator = try Adam(head.discriminatorParameters, learningRate: settings.discriminatorRate)
        for (_, tensor) in adaptor.parameters + discriminator.parameters { try tensor.requiringGrad() }
    }

    /// The trained head, and the mean loss of each epoch.
    ///
    /// - Throws: `DetectionError.notFinite`; `TensorError`; whatever `vectors` and `report.progress` throw.
    package func run() throws -> (head: SimpleNetHead, losses: [Double]) {
        try resume()
        let perEpoch = (normals + settings.batch - 1) / settings.batch
        // About twenty checkpoints a training, so that a killed one loses less than a twentieth of its work.
        let every = max(1, settings.epochs / 20)
        while losses.count < settings.epochs {
            let epoch = losses.count
            let order = try Tensor.randperm(normals, generator: generator).ints()
            let shown = try generated(steps: perEpoch)
            var sum = 0.0
            for (index, chosen) in order.chunks(ofCount: settings.batch).enumerated() {
                let loss = try update(Array(chosen), shown[index])
                guard loss.isFinite else { throw DetectionError.notFinite(epoch: epoch + 1, step: index + 1) }
                sum += loss * Double(chosen.count)
                try report.progress(
                    epoch * perEpoch + index + 1, perEpoch * settings.epochs, "epoch \(epoch + 1) of \(settings.epochs)"
                )
            }
            losses.append(sum / Double(order.count))
            if losses.count % every == 0, losses.count < settings.epochs { try write() }
        }
        return (head, losses)
    }

    /// The generated pictures of each step of an epoch: in random order, all of them before one comes again.
    private func generated(steps: Int) throws -> [[Int]] {
        guard settings.fakes.areGenerated else { return Array(repeating: [], count: steps) }
        let each = min(settings.batch, labels.count)
        var order: [Int] = []
        while order.count < steps * each { order += try Tensor.randperm(labels.count, generator: generator).ints() }
        return (0..<steps).map { Array(order[$0 * each..<($0 + 1) * each]) }
    }

    private func update(_ chosen: [Int], _ shown: [Int]) throws -> Double {
        let good = try Tensor.cat(chosen.map(vectors), 0)
        let noise =
            settings.fakes.areDrawn
            ? try (Tensor.randn(good.shape, generator: generator) * settings.noise).to(device: device) : nil
        var generated: (vectors: Tensor, damaged: Tensor)?
        if !shown.isEmpty {
            generated = (
                try Tensor.cat(shown.map { try vectors(normals + $0) }, 0),
                try Tensor.cat(shown.map { labels[$0] }, 0).to(device: device)
            )
        }
        let batch = SimpleNetBatch(normals: good, noise: noise, generated: generated)
        let first = adaptor.parameters.map(\.tensor), second = discriminator.parameters.map(\.tensor)
        let (loss, found) = try withGradients {
            let loss = try head.loss(batch, margin: settings.margin)
            return (try loss.item(), try TensorCore.gradients(of: loss, withRespectTo: first + second))
        }
        var gradients = found
        for (index, (name, _)) in (adaptor.parameters + discriminator.parameters).enumerated()
        where Self.idle.contains(name) {
            gradients[index] = try gradients[index].zerosLike()
        }
        try withoutGradients {
            for tensor in first { try tensor.inPlaceMultiply(1 - settings.adaptorRate * Self.adaptorDecay) }
            try adaptor.step(Array(gradients.prefix(first.count)))
            try discriminator.step(
                zip(second, gradients.dropFirst(first.count)).map {
                    try $1 + $0.detach() * Self.discriminatorDecay
                })
        }
        return loss
    }

    // MARK: - Resuming

    private func resume() throws {
        switch checkpoint?.read() {
        case nil, .some(.none): return
        case .unusable(let reason): report.notice("the checkpoint is not used: \(reason); training starts anew")
        case .some(.some(let state)):
            try adaptor.restore(state.tensors(behind: "adaptor."))
            try discriminator.restore(state.tensors(behind: "discriminator."))
            try withoutGradients {
                for (name, tensor) in head.named { try tensor.inPlaceCopy(state.tensor("weight.\(name)")) }
            }
            try generator.restore(state.tensor("generator").array(of: UInt8.self))
            losses = try state.tensor("losses").doubles()
            report.notice("training resumes after epoch \(losses.count)")
        }
    }

    private func write() throws {
        guard let checkpoint else { return }
        var tensors = ["generator": try Tensor(generator.state), "losses": try Tensor(losses)]
        for (name, tensor) in head.named { tensors["weight.\(name)"] = try tensor.detach().to(device: .cpu) }
        for (prefix, adam) in [("adaptor.", adaptor), ("discriminator.", discriminator)] {
            for (name, tensor) in try adam.state() { tensors[prefix + name] = try tensor.to(device: .cpu) }
        }
        try checkpoint.write(tensors)
    }
}
