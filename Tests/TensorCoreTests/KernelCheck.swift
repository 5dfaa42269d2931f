import TensorCore
import Testing

/// One of our kernels, forward and backward, against LibTorch in float64.
enum KernelCheck: CustomTestStringConvertible, Sendable {
    case attention(DType)
    /// A frozen convolution by Winograd's algorithm over a map of this size; large maps use tiles of 4×4.
    case convolution(DType, inputs: Int, size: Int)
    case groupNorm

    /// With 1296 inputs the backward pass has more channels than it processes at a time.
    static let all: [KernelCheck] = [
        .attention(.float32), .attention(.bfloat16), .convolution(.float32, inputs: 1296, size: 16),
        .convolution(.float32, inputs: 144, size: 128), .convolution(.bfloat16, inputs: 1296, size: 16), .groupNorm,
    ]

    var testDescription: String {
        switch self {
        case .attention(let dtype): "attention in \(dtype)"
        case .convolution(let dtype, let inputs, let size): "convolution in \(dtype), \(inputs) × \(size) × \(size)"
        case .groupNorm: "group norm"
        }
    }

    /// - Parameter level: one that the processor has.
    func run(_ level: Kernels.Level) throws {
        let generator = try Generator(seed: 11)
        switch self {
        case .attention(let dtype):
            try skipUnlessAvailable(dtype)
            try Self.attention(level, dtype, generator)
        case .convolution(let dtype, let inputs, let size):
            try skipUnlessAvailable(dtype)
            try Self.convolution(level, dtype, [1, inputs, size, size], generator)
        case .groupNorm: try Self.groupNorm(level, generator)
        }
    }

    /// bfloat16 keeps eight bits of each number; sums are float32.
    private static func bound(_ dtype: DType) -> Double { dtype == .float32 ? 1e-5 : 2e-2 }

    private static func distance(_ one: Tensor, _ other: Tensor) throws -> Double {
        try (one.to(.float64) - other.to(.float64)).abs().max().item() / other.to(.float64).abs().max().item()
    }

    // MARK: - The kernels

    /// Queries, keys and values of three heads, side by side in memory; blocks that are whole and others that aren't.
    static func heads(_ dtype: DType, _ generator: Generator) throws -> [Tensor] {
        try [300, 577, 577].map {
            try Tensor.randn([1, $0, 3, 40], generator: generator).to(dtype).transpose(1, 2)
        }
    }

    private static func attention(_ level: Kernels.Level, _ dtype: DType, _ generator: Generator) throws {
        let inputs = try heads(dtype, generator).map { try $0.requiringGrad() }
        let weights = try Tensor.randn([1, 3, 300, 40], generator: generator)
        let doubles = try inputs.map { try $0.detach().to(.float64).requiringGrad() }
        let exact = try (doubles[0].matmul(doubles[1].transposed()) * 0.3).softmax(-1).matmul(doubles[2])
        let slopes = try gradients(of: (exact * weights.to(.float64)).sum(), withRespectTo: doubles)
        try Library.withKernels(level: level) {
            let found = try Tensor.scaledDotProductAttention(inputs[0], inputs[1], inputs[2], scale: 0.3)
            #expect(try distance(found.detach(), exact.detach()) < bound(dtype))
            let own = try gradients(of: (found.to(.float32) * weights).sum(), withRespectTo: inputs)
            #expect(own.count == 3 && slopes.count == 3)
            for (one, other) in zip(own, slopes) { #expect(try distance(one, other) < bound(dtype)) }
        }
    }

    private static func convolution(
        _ level: Kernels.Level, _ dtype: DType, _ shape: [Int], _ generator: Generator
    ) throws {
        let outputs = 144
        let weight = try Tensor.randn([outputs, shape[1], 3, 3], generator: generator).to(dtype)
        let bias = try (Tensor.randn([outputs], generator: generator) * 30).to(dtype)
        let x = try Tensor.randn(shape, generator: generator).to(dtype).requiringGrad()
        let weights = try Tensor.randn([1, outputs] + shape.suffix(2), generator: generator).to(dtype)
        let double = try x.detach().to(.float64).requiringGrad()
        let exact = try double.conv2d(weight.to(.float64), bias.to(.float64), padding: 1)
        let slope = try gradient(of: (exact * weights.to(.float64)).sum(), withRespectTo: double)
        try Library.withKernels(level: level) {
            let found = try FrozenConvolution(weight, bias, stride: 1, padding: 1)(x)
            #expect(try distance(found.detach(), exact.detach()) < bound(dtype))
            #expect(try distance(gradient(of: (found * weights).sum(), withRespectTo: x), slope) < bound(dtype))
        }
    }

    private static func groupNorm(_ level: Kernels.Level, _ generator: Generator) throws {
        let weight = try Tensor.randn([12], generator: generator), bias = try Tensor.randn([12], generator: generator)
        let x = try Tensor.randn([2, 40, 33, 12], generator: generator).permute(0, 3, 1, 2) + 3
        let exact = try x.to(.float64).groupNorm(4, weight.to(.float64), bias.to(.float64), eps: 1e-6)
        let found = try Library.withKernels(level: level) { try x.groupNorm(4, weight, bias, eps: 1e-6) }
        #expect(try distance(found, exact) < 1e-6)
    }
}
