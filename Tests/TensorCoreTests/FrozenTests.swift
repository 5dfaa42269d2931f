import TensorCore
import Testing

@Suite struct FrozenTests {
    private func relative(_ one: Tensor, _ other: Tensor) throws -> Double {
        try (one - other).abs().max().item() / other.abs().max().item()
    }

    /// Any size may come after the one that the layout was chosen for.
    @Test(arguments: [(3, 1, 1), (3, 2, 1), (3, 2, 0), (3, 1, 0), (4, 3, 1)])
    func aFrozenConvolutionIsAConvolution(kernel: Int, stride: Int, padding: Int) throws {
        let generator = try Generator(seed: 5)
        let weight = try Tensor.randn([12, 8, kernel, kernel], generator: generator)
        let bias = try Tensor.randn([12], generator: generator)
        let frozen = FrozenConvolution(weight, bias, stride: stride, padding: padding)
        for shape in [[1, 8, 10, 10], [2, 8, 10, 10], [1, 8, 11, 14]] {
            let x = try Tensor.randn(shape, generator: generator)
            let expected = try x.conv2d(weight, bias, stride: stride, padding: padding)
            #expect(try relative(frozen(x), expected) < 1e-5)

            let weights = try Tensor.randn(expected.shape, generator: generator)
            let (one, other) = (try x.clone().requiringGrad(), try x.clone().requiringGrad())
            let plain = try gradient(of: (one.conv2d(weight, bias, stride: stride, padding: padding) * weights).sum(), withRespectTo: one)
            let found = try gradient(of: (frozen(other) * weights).sum(), withRespectTo: other)
            #expect(found.shape == shape)
            #expect(try relative(found, plain) < 1e-5, "\(shape)")
        }
    }

    @Test func aFrozenProductIsAProduct() throws {
        let generator = try Generator(seed: 6)
        let (weight, bias) = (try Tensor.randn([20, 16], generator: generator), try Tensor.randn([20], generator: generator))
        for shape in [[16], [7, 16], [2, 3, 16]] {
            let x = try Tensor.randn(shape, generator: generator)
            #expect(try relative(x.frozenLinear(weight, bias), x.linear(weight, bias)) < 1e-5)
            #expect(try relative(x.frozenLinear(weight), x.linear(weight)) < 1e-5)
            let (one, other) = (try x.clone().requiringGrad(), try x.clone().requiringGrad())
            let plain = try gradient(of: one.linear(weight, bias).sin().sum(), withRespectTo: one)
            let found = try gradient(of: other.frozenLinear(weight, bias).sin().sum(), withRespectTo: other)
            #expect(try relative(found, plain) < 1e-5)
        }
    }

    /// Blocks that were freed come back to tensors of their size, never to two at once.
    @Test func keptMemoryIsNobodysTwice() throws {
        try Library.keepMemory(64 << 20)
        var tensors: [Tensor] = []
        for round in 0..<6 {
            tensors = try (0..<8).map { try Tensor.full([1 << 20], Double(round * 8 + $0)) + 1 }
            for (place, tensor) in tensors.enumerated() {
                #expect(try tensor.min().item() == Double(round * 8 + place + 1) && tensor.max().item() == Double(round * 8 + place + 1))
            }
        }
        #expect(throws: TensorError.self) { try Library.keepMemory(-1) }
    }
}
