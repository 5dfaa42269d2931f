import TensorCore

/// Collects cross-attention probabilities of one forward pass, as their mean over all heads of all layers that are
/// asked for.
///
/// - Source: Chefer et al. 2023 (Attend-and-Excite), section 4; the paper's section 4.1: the layers with 16x16 queries.
final class AttentionCapture {
    /// Side of the feature maps whose layers are asked for.
    let side: Int
    /// How many such layers the pass has.
    private let layerCount: Int
    /// Whether the pass ends once the last one is recorded.
    private let endsPass: Bool
    private var sum: Tensor?
    private var layers = 0
    private var heads = 0

    /// How many layers were recorded, and how many heads they have.
    var recorded: Int { layers }
    var headCount: Int { heads }
    /// The sum over all heads: [B, Q, L], float32; nil when nothing was recorded.
    var total: Tensor? { sum }

    init(side: Int, layerCount: Int, endsPass: Bool) {
        (self.side, self.layerCount, self.endsPass) = (side, layerCount, endsPass)
    }

    func wants(height: Int, width: Int) -> Bool { height == side && width == side }

    /// Whether the pass can end: every requested layer has been recorded.
    var passIsOver: Bool { endsPass && layers == layerCount }

    /// - Parameter probabilities: [B, heads, Q, L], float32.
    func record(_ probabilities: Tensor) throws(TensorError) {
        let layerSum = try probabilities.sum(1)
        if let sum { self.sum = try sum + layerSum } else { sum = layerSum }
        layers += 1
        heads += try probabilities.size(1)
    }

    /// [B, Q, L], float32; nil when nothing was recorded.
    func mean() throws(TensorError) -> Tensor? {
        guard let sum else { return nil }
        return try sum / Double(heads)
    }
}

/// The inputs that every block of one forward pass gets.
struct UNetPass {
    /// The time embedding after its SiLU, [1, T] for the whole batch or [B, T].
    let time: Tensor
    let context: PromptContext
    let capture: AttentionCapture?
}
