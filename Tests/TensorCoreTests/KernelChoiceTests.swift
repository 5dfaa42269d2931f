import TensorCore
import Testing

/// Our own kernels can be left out; LibTorch's then give the same numbers to rounding, not to the bit.
@Suite struct KernelChoiceTests {
    private let generator: Generator

    init() throws { generator = try Generator(seed: 12) }

    private func distance(_ one: Tensor, _ other: Tensor) throws -> Double {
        try (one - other).abs().max().item() / other.abs().max().item()
    }

    /// Compares results with and without our kernels: near each other, but not the same.
    private func compare(_ kernels: Kernels, _ body: () throws -> Tensor) throws {
        let own = try body()
        let others = try Library.withKernels(Kernels.own.subtracting(kernels), body)
        let plain = try Library.withKernels(.libTorch, body)
        #expect(try distance(own, plain) < 1e-5)
        #expect(try own.floats() != others.floats())
        #expect(try others.floats() == plain.floats(), "another kernel than the one left out takes part")
        #expect(try body().floats() == own.floats(), "the choice outlives its body")
    }

    @Test func attentionCanBeLeftOut() throws {
        let (q, k) = (
            try Tensor.randn([1, 2, 200, 40], generator: generator),
            try Tensor.randn([1, 2, 300, 40], generator: generator)
        )
        try compare(.attention) { try .scaledDotProductAttention(q, k, k) }
    }

    @Test func normsCanBeLeftOut() throws {
        let x = try Tensor.randn([1, 16, 16, 12], generator: generator).permute(0, 3, 1, 2)
        let (weight, bias) = (
            try Tensor.randn([12], generator: generator), try Tensor.randn([12], generator: generator)
        )
        try compare(.norms) { try x.groupNorm(4, weight, bias, eps: 1e-6) }
    }

    /// Without Winograd's algorithm a frozen convolution uses oneDNN, as LibTorch does.
    @Test func winogradsWayCanBeLeftOut() throws {
        let x = try Tensor.randn([1, 144, 16, 16], generator: generator)
        let weight = try Tensor.randn([144, 144, 3, 3], generator: generator)
        func convolve() throws -> Tensor { try FrozenConvolution(weight, nil, stride: 1, padding: 1)(x) }
        let own = try convolve()
        let direct = try Library.withKernels([.attention, .frozenLayers, .norms], convolve)
        #expect(try distance(own, direct) < 1e-5)
        #expect(try own.floats() != direct.floats())
    }

    /// Packed layers keep their algorithm, so a network computes the same way from its first pass to its last.
    @Test func aLayerThatIsLaidOutKeepsItsWay() throws {
        let x = try Tensor.randn([1, 144, 16, 16], generator: generator)
        let weight = try Tensor.randn([144, 144, 3, 3], generator: generator)
        let convolution = FrozenConvolution(weight, nil, stride: 1, padding: 1)
        let first = try convolution(x).floats()
        #expect(try Library.withKernels(.libTorch) { try convolution(x).floats() } == first)
    }

    @Test func withoutFrozenLayersThereAreNone() throws {
        try #require(Tensor.hasFrozenLayers(.float32))
        try Library.withKernels([.attention, .norms]) { #expect(!Tensor.hasFrozenLayers(.float32)) }
        try Library.withKernels(.winograd) { #expect(Tensor.hasFrozenLayers(.float32)) }
    }

    @Test func aChoiceEndsWithItsBody() throws {
        struct Stop: Error {}
        try Library.withKernels(.attention) {
            try Library.withKernels(.norms) { #expect(Library.kernels == .norms) }
            #expect(Library.kernels == .attention)
            #expect(throws: Stop.self) { try Library.withKernels(.libTorch) { throw Stop() } }
            #expect(Library.kernels == .attention)
        }
        #expect(Library.kernels == .own)
    }

    @Test func choicesAreRead() throws {
        let choices: [(String, Kernels)] = [
            ("", .own), ("own", .own), ("libtorch", .libTorch), ("attention", .attention),
            ("norms,attention", [.attention, .norms]), ("winograd", [.winograd, .frozenLayers]),
            ("frozen", .frozenLayers), ("attention,winograd,norms", .own),
        ]
        for (text, kernels) in choices {
            #expect(try Kernels.parse(text) == kernels, "\(text)")
            #expect(try Kernels.parse(kernels.description) == kernels, "\(kernels)")
        }
        for text in ["torch", "OWN", "attention,", ",", "attention norms", "own,norms"] {
            #expect(throws: TensorError.self, "\(text)") { try Kernels.parse(text) }
        }
    }
}
