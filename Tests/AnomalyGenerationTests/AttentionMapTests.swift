import AnomalyGeneration
import Generators
import GoldenSupport
import NeuralNet
import TensorCore
import Testing

@Suite struct AttentionMapTests {
    /// Two layers of two heads, drawn as `cut_parts.py` draws them, averaged.
    private func attention() throws -> Tensor {
        let seeded = SeededWeights(seed: 31)
        let layers = try (0..<2).map { try (seeded.inputs("layer \($0)", [2, 256, 77]) * 3.0).softmax(-1).mean(0) }
        return try Tensor.stack(layers).mean(0).unsqueeze(0)
    }

    @Test func theMapIsTheReferences() throws {
        let golden = try Goldens.tensors("cut_parts")
        let one = try AttentionMap(positions: [8], softmaxScale: 100, sigma: 0.5)(attention()).select(0, 0)
        #expect(try relativeError(one, golden.tensor("map.one")) < 1e-5)
        let two = try AttentionMap(positions: [3, 11], softmaxScale: 250, sigma: 0.8)(attention()).select(0, 0)
        #expect(try relativeError(two, golden.tensor("map.two")) < 1e-5)
    }

    /// The pinned weights at σ = 0.5.
    @Test func theKernelIsThePinnedOne() {
        for (weight, expected) in zip(AttentionMap.kernelLine(sigma: 0.5), [0.2119, 0.5761, 0.2119] as [Float]) {
            #expect(abs(weight - expected) < 5e-5)
        }
    }

    @Test func picturesOfABatchDoNotMix() throws {
        let single = try attention()
        let other = try single.flip(1)
        let map = try AttentionMap(positions: [8], softmaxScale: 100, sigma: 0.5)
        let both = try map(Tensor.cat([single, other]))
        #expect(try difference(both.select(0, 0), map(single).select(0, 0)) < 1e-7)
        #expect(try difference(both.select(0, 1), map(other).select(0, 0)) < 1e-7)
    }

    /// The mean over K tokens is at most 1/K, their sum at most 1: with the sum, a word that the tokenizer splits can
    /// still get full attention.
    @Test func tokensOfAPhraseAreAveragedOrAdded() throws {
        let positions = [3, 8, 11]
        let mean = try AttentionMap(positions: positions, softmaxScale: 100, sigma: 0.5)(attention())
        let sum = try AttentionMap(positions: positions, softmaxScale: 100, phrase: .sum, sigma: 0.5)(attention())
        #expect(try difference(sum, mean * 3.0) < 1e-6)
        // Attention to these tokens alone: the mean stops at a third.
        let loud = try Tensor((0..<256 * 77).map { positions.contains($0 % 77) ? Float(0.33) : 0 }, [1, 256, 77])
        #expect(
            try abs(AttentionMap(positions: positions, softmaxScale: 100, sigma: 0.5)(loud).max().item() - 1.0 / 3)
                < 1e-4)
        #expect(
            try abs(
                AttentionMap(positions: positions, softmaxScale: 100, phrase: .sum, sigma: 0.5)(loud).max().item() - 1)
                < 1e-4)
    }

    /// Neither the start token's column nor the last one takes part in the softmax.
    @Test func firstAndLastColumnAreDropped() throws {
        let plain = try attention()
        let (first, last) = (try plain.narrow(2, start: 0, length: 1), try plain.narrow(2, start: 76, length: 1))
        let louder = try Tensor.cat([first + 1.0, plain.narrow(2, start: 1, length: 75), last + 1.0], 2)
        let map = try AttentionMap(positions: [1, 75], softmaxScale: 100, sigma: 0.5)
        #expect(try difference(map(plain), map(louder)) == 0)
    }
}
