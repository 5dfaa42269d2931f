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
            let plain = try gradient(
                of: (one.conv2d(weight, bias, stride: stride, padding: padding) * weights).sum(), withRespectTo: one)
            let found = try gradient(of: (frozen(other) * weights).sum(), withRespectTo: other)
            #expect(found.shape == shape)
            #expect(try relative(found, plain) < 1e-5, "\(shape)")
        }
    }

    /// Maps so large that tiles are transformed, of both sizes, and others that come after: odd ones, small ones,
    /// batches. Some have more channels than the backward pass processes at a time.
    @Test(arguments: [(16, 144), (128, 144), (16, 1296)])
    func aTransformedConvolutionIsAConvolution(size: Int, inputs: Int) throws {
        try compare(size: size, .float32, inputs: inputs)
    }

    @Test(.enabled(if: hasHalfKernels, noHalfKernels), arguments: [(80, 144), (16, 1296)])
    func aTransformedConvolutionInHalfPrecisionIsAConvolution(size: Int, inputs: Int) throws {
        try compare(size: size, .bfloat16, inputs: inputs)
    }

    private func compare(size: Int, _ dtype: DType, inputs: Int) throws {
        // bfloat16 keeps eight bits of each number at the points; the sums are float32.
        let tolerance = dtype == .float32 ? 1e-5 : 0.02
        let generator = try Generator(seed: 7)
        let outputs = 208
        let weight = try Tensor.randn([outputs, inputs, 3, 3], generator: generator).to(dtype)
        let bias = try (Tensor.randn([outputs], generator: generator) * 30).to(dtype)
        let frozen = FrozenConvolution(weight, bias, stride: 1, padding: 1)
        let (plainWeight, plainBias) = (try weight.to(.float32), try bias.to(.float32))
        for shape in [[1, inputs, size, size], [3, inputs, 48, 40], [2, inputs, 9, 7], [1, inputs, 1, 22]] {
            let x = try Tensor.randn(shape, generator: generator).to(dtype)
            let expected = try x.to(.float32).conv2d(plainWeight, plainBias, padding: 1)
            let result = try frozen(x)
            let kept = try result.dtype
            #expect(kept == dtype)
            #expect(try relative(result.to(.float32), expected) < tolerance, "\(shape)")
            for picture in 0..<shape[0] where shape[0] > 1 {
                let alone = try frozen(x.narrow(0, start: picture, length: 1))
                #expect(
                    try (alone - result.narrow(0, start: picture, length: 1)).abs().max().item() == 0,
                    "a picture's numbers depend on its batch")
            }

            let weights = try Tensor.randn(expected.shape, generator: generator).to(dtype)
            let (one, other) = (try x.to(.float32).clone().requiringGrad(), try x.clone().requiringGrad())
            let plain = try gradient(
                of: (one.conv2d(plainWeight, plainBias, padding: 1) * weights.to(.float32)).sum(), withRespectTo: one)
            let found = try gradient(of: (frozen(other) * weights).sum(), withRespectTo: other)
            #expect(found.shape == shape)
            #expect(try relative(found.to(.float32), plain) < tolerance, "\(shape)")
            for picture in 0..<shape[0] where shape[0] > 1 {
                let single = try x.narrow(0, start: picture, length: 1).clone().requiringGrad()
                let alone = try gradient(
                    of: (frozen(single) * weights.narrow(0, start: picture, length: 1)).sum(), withRespectTo: single)
                #expect(
                    try (alone - found.narrow(0, start: picture, length: 1)).abs().max().item() == 0,
                    "a picture's gradient depends on its batch")
            }
        }
    }

    @Test func aTransformedConvolutionRefusesOtherChannels() throws {
        let generator = try Generator(seed: 8)
        let frozen = FrozenConvolution(
            try Tensor.randn([128, 128, 3, 3], generator: generator), nil, stride: 1, padding: 1)
        #expect(throws: TensorError.self) { try frozen(Tensor.zeros([128, 16, 16])) }
        _ = try frozen(Tensor.zeros([1, 128, 16, 16]))
        #expect(throws: TensorError.self) { try frozen(Tensor.zeros([1, 64, 16, 16])) }
        #expect(throws: TensorError.self) { try frozen(Tensor.zeros([128, 16, 16])) }
        let none = try frozen(Tensor.zeros([0, 128, 16, 16]))
        #expect(none.shape == [0, 128, 16, 16])
        let broken = try frozen(Tensor.full([1, 128, 16, 16], Double.nan))
        let sum = try broken.sum().item()
        #expect(sum.isNaN)
    }

    @Test func aFrozenProductIsAProduct() throws {
        let generator = try Generator(seed: 6)
        let (weight, bias) = (
            try Tensor.randn([20, 16], generator: generator), try Tensor.randn([20], generator: generator)
        )
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

    /// A freed block is reused for a tensor of its size, never for two at once.
    @Test func keptMemoryIsNobodysTwice() throws {
        try Library.keepMemory(64 << 20)
        var tensors: [Tensor] = []
        for round in 0..<6 {
            tensors = try (0..<8).map { try Tensor.full([1 << 20], Double(round * 8 + $0)) + 1 }
            for (place, tensor) in tensors.enumerated() {
                #expect(
                    try tensor.min().item() == Double(round * 8 + place + 1)
                        && tensor.max().item() == Double(round * 8 + place + 1))
            }
        }
        #expect(throws: TensorError.self) { try Library.keepMemory(-1) }
    }
}
