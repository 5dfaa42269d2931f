import NeuralNet
package import TensorCore

/// Gradients of the attention that keep the activations of only one block at a time: a pass keeps the blocks' inputs,
/// and the backward pass runs each block again. Costs one more pass to the last 16×16 map (half a forward pass in SD
/// 1.5).
///
/// - Source: Chen et al. 2016 (sublinear memory).
extension UNet2DConditionModel {
    /// A pass whose attention is known and whose gradient can still be asked for.
    package struct CheckpointedAttention {
        /// [B, 256, tokens], float32, the same as `attention(_:timestep:context:)`.
        package let attention: Tensor
        /// Maps the gradient of a loss with respect to `attention` to the gradient with respect to the latents, [B, C,
        /// h, w] float32.
        package let latentGradient: (_ gradient: Tensor) throws -> Tensor
    }

    /// The state between two blocks: x, and the skips that the way up still needs.
    private struct State {
        var x: Tensor
        var skips: [Tensor]
    }

    /// One block as a function of the state; nil when the pass ended in it.
    private typealias Block = (State, UNetPass) throws -> State?

    /// - Parameter latents: z_t, [B, C, h, w].
    /// - Throws: as `attention(_:timestep:context:)`.
    package func checkpointedAttention(_ latents: Tensor, timestep: Int, context: PromptContext) throws
        -> CheckpointedAttention
    {
        let whole = try capture(latents, endsPass: true)
        let blocks = blocks, time = try timeEmbedding([timestep], dtype: dtype, device: device).silu()
        var states = [State(x: try latents.detach(), skips: [])], layers = [0]
        let attention = try withoutGradients { () throws -> Tensor? in
            let pass = UNetPass(time: time, context: context, capture: whole)
            for block in blocks {
                let next = try block(states[states.count - 1], pass)
                layers.append(whole.recorded)
                guard let next else { break }
                states.append(next)
            }
            return try whole.mean()
        }
        guard let attention, whole.passIsOver else { throw Self.endedEarly }
        return CheckpointedAttention(attention: attention) { [states, layers] gradient in
            let heads = try gradient / Double(whole.headCount)
            var back: [Tensor?] = []  // of the next state's skips
            var ofX: Tensor?
            for index in states.indices.reversed() {
                let capture = AttentionCapture(
                    side: Self.attentionSide, layerCount: layers[index + 1] - layers[index],
                    endsPass: index == states.count - 1)
                let pass = UNetPass(time: time, context: context, capture: capture)
                (ofX, back) = try Self.gradients(
                    of: blocks[index], at: states[index], pass, heads: heads, ofX: ofX, ofSkips: back)
            }
            guard let ofX else { throw Self.endedEarly }
            return try ofX.to(.float32)
        }
    }

    /// Runs a block once more and maps gradients of its outputs to gradients of its inputs.
    ///
    /// - Parameters:
    ///   - heads: the gradient of the sum over all heads of the attention.
    ///   - ofX, ofSkips: the gradients of the block's output state; nil where nothing depends on it.
    private static func gradients(
        of block: Block, at state: State, _ pass: UNetPass, heads: Tensor, ofX: Tensor?, ofSkips: [Tensor?]
    ) throws
        -> (Tensor?, [Tensor?])
    {
        try withGradients {
            // On the way down a block only adds skips, on the way up it takes the last ones. The other skips need no
            // gradients here.
            let leaves = State(
                x: try state.x.detach().requiringGrad(),
                skips: try state.skips.map { skip throws(TensorError) in try skip.detach().requiringGrad() })
            let next = try block(leaves, pass)
            var terms: [Tensor] = []
            func add(_ value: Tensor, _ gradient: Tensor?) throws(TensorError) {
                if let gradient { terms.append(try (value.to(.float32) * gradient).sum()) }
            }
            if let sum = pass.capture?.total { try add(sum, heads) }
            let kept = min(next?.skips.count ?? leaves.skips.count, leaves.skips.count)
            if let next {
                try add(next.x, ofX)
                for (skip, gradient) in zip(next.skips, ofSkips).dropFirst(kept) { try add(skip, gradient) }
            }
            let taken = Array(leaves.skips.suffix(leaves.skips.count - (next == nil ? 0 : kept)))
            guard var sum = terms.first else { return (nil, ofSkips) }
            for term in terms.dropFirst() { sum = try sum + term }
            let all = try TensorCore.gradients(of: sum, withRespectTo: [leaves.x] + taken)
            let untouched: [Tensor?] = next == nil ? [] : Array(ofSkips.prefix(kept))
            return (all[0], untouched + all.dropFirst().map { Optional($0) })
        }
    }

    private var blocks: [Block] {
        var blocks: [Block] = [
            { state, _ in
                let x = try convIn(state.x.to(dtype, device: device))
                return State(x: x, skips: [x])
            }
        ]
        for block in downBlocks {
            blocks.append { state, pass in
                var skips = state.skips
                return try block(state.x, pass, skips: &skips).map { State(x: $0, skips: skips) }
            }
        }
        blocks.append { state, pass in try midBlock(state.x, pass).map { State(x: $0, skips: state.skips) } }
        for block in upBlocks {
            blocks.append { state, pass in
                var skips = state.skips
                return try block(state.x, pass, skips: &skips).map { State(x: $0, skips: skips) }
            }
        }
        return blocks
    }
}
