import TensorCore
import Testing

/// Channels that come last in memory, as oneDNN's convolutions leave them, have a kernel of their own.
@Suite struct GroupNormTests {
    /// The same numbers, channels last.
    private func channelsLast(_ x: Tensor) throws -> Tensor {
        try x.permute(0, 2, 3, 1).contiguous().permute(0, 3, 1, 2)
    }

    private func norm(_ x: Tensor, _ weight: Tensor, _ bias: Tensor) throws -> Tensor {
        try x.groupNorm(4, weight, bias, eps: 1e-6)
    }

    private func relative(_ one: Tensor, _ other: Tensor) throws -> Double {
        try (one.to(.float64) - other.to(.float64)).abs().max().item() / other.to(.float64).abs().max().item()
    }

    /// Plain grounds and smooth parts: the variance must stay exact even if the mean is thousands of times the spread.
    @Test(arguments: [0.0, 10, 1000], [[1, 12, 9, 7], [2, 12, 40, 33]])
    func smallSpreadsAroundLargeMeansAreKept(mean: Double, shape: [Int]) throws {
        let generator = try Generator(seed: 7)
        let weight = try Tensor.randn([12], generator: generator), bias = try Tensor.randn([12], generator: generator)
        let x = try Tensor.randn(shape, generator: generator) + mean
        let exact = try norm(x.to(.float64), weight.to(.float64), bias.to(.float64))
        #expect(try relative(norm(channelsLast(x), weight, bias), exact) < 1e-6 * max(1, mean))
    }

    @Test func anEvenPictureIsItsShift() throws {
        let weight = try Tensor.ones([12]), bias = try Tensor.zeros([12]) + 0.5
        let even = try channelsLast(Tensor.zeros([1, 12, 16, 16]) + 0.1)
        #expect(try (norm(even, weight, bias) - 0.5).abs().max().item() < 1e-6)
    }

    @Test func gradientsReachTheInput() throws {
        let generator = try Generator(seed: 8)
        let weight = try Tensor.randn([12], generator: generator), bias = try Tensor.randn([12], generator: generator)
        let x = try Tensor.randn([2, 12, 8, 8], generator: generator) + 3
        let weights = try Tensor.randn([2, 12, 8, 8], generator: generator)
        let (one, other) = (try x.to(.float64).requiringGrad(), try channelsLast(x).requiringGrad())
        let exact = try gradient(
            of: (norm(one, weight.to(.float64), bias.to(.float64)) * weights.to(.float64)).sum(), withRespectTo: one)
        let found = try gradient(of: (norm(other, weight, bias) * weights).sum(), withRespectTo: other)
        #expect(try relative(found, exact) < 1e-5)
    }
}
