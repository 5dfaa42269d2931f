import TensorCore
import Testing

@Suite("Operations against torch")
struct OperationTests {
    let goldens: Goldens
    let x, w, b, q, k, v, normWeight, normBias, line: Tensor

    init() throws {
        func draw(_ seed: UInt32, _ shape: [Int]) throws -> Tensor {
            try .randn(shape, generator: Generator(seed: seed))
        }
        goldens = try Goldens.load()
        (x, w, b) = (try draw(1, [1, 4, 5, 6]), try draw(2, [3, 4, 3, 3]), try draw(3, [3]))
        (q, k, v) = (try draw(4, [1, 2, 3, 4]), try draw(5, [1, 2, 3, 4]), try draw(6, [1, 2, 3, 4]))
        (normWeight, normBias) = (try draw(7, [4]), try draw(8, [4]))
        line = try Tensor((-4...4).map(Float.init))
    }

    @Test func layers() throws {
        try goldens.expect("conv2d", x.conv2d(w, b, stride: 2, padding: 1))
        try goldens.expect("group_norm", x.groupNorm(2, normWeight, normBias, eps: 1e-6))
        try goldens.expect("layer_norm", q.layerNorm([4], normWeight, normBias, eps: 1e-5))
        try goldens.expect("normalize", q.normalized())
    }

    @Test func attention() throws {
        try goldens.expect("attention", .scaledDotProductAttention(q, k, v))
        try goldens.expect("attention_causal", .scaledDotProductAttention(q, k, v, isCausal: true))
        try goldens.expect("attention_masked", .scaledDotProductAttention(q, k, v, mask: .causalMask(3), scale: 0.3))
    }

    @Test func resampling() throws {
        try goldens.expect("bicubic_antialias", x.interpolate(height: 3, width: 4, .bicubic, antialias: true))
        try goldens.expect("bicubic", x.interpolate(height: 7, width: 9, .bicubic))
        try goldens.expect("bilinear", x.interpolate(height: 8, width: 3, .bilinear))
        try goldens.expect("bilinear_antialias", x.interpolate(height: 2, width: 3, .bilinear, antialias: true))
        try goldens.expect("nearest", x.upsampleNearest2x())
        try goldens.expect("pad_reflect", x.pad([1, 2, 2, 1], .reflect))
        try goldens.expect("pad_replicate", x.pad([1, 0, 0, 1], .replicate))
        try goldens.expect("pad_reflect", #require(try x.padBySelection([1, 2, 2, 1], .reflect)))
        try goldens.expect("pad_replicate", #require(try x.padBySelection([1, 0, 0, 1], .replicate)))
        #expect(try x.padBySelection([6, 0], .reflect) == nil, "wider than the tensor")
        try goldens.expect("avg_pool", x.avgPool2d(2))
        try goldens.expect("adaptive_avg_pool", x.adaptiveAvgPool2d(height: 2, width: 4))
    }

    @Test func activations() throws {
        try goldens.expect("gelu", line.gelu())
        try goldens.expect("gelu_tanh", line.geluTanh())
        try goldens.expect("quick_gelu", line.quickGELU())
        try goldens.expect("silu", line.silu())
        try goldens.expect("softplus", line.softplus())
        try goldens.expect("logsigmoid", line.logSigmoid())
        try goldens.expect("log_softmax", line.logSoftmax(0))
    }

    @Test("The gradient of a loss through a small network")
    func gradientThroughNetwork() throws {
        let z = try x.clone().requiringGrad()
        let hidden = try z.conv2d(w, b, padding: 1).groupNorm(1, eps: 1e-5).silu()
        let loss = try 1 - hidden.flatten(2).softmax(-1).amax(-1).sum()
        try goldens.expect("loss", loss)
        try goldens.expect("loss_gradient", gradient(of: loss, withRespectTo: z))
    }
}
