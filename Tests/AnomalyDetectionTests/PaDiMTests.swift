import AnomalyDetection
import FeatureTrunks
import Foundation
import GoldenSupport
import TensorCore
import Testing

@Suite("PaDiM")
struct PaDiMTests {
    /// anomalib adds 0.00001 to the paper's ridge.
    private static let ridge = 0.01001

    @Test("Distances and smoothed scores are anomalib's, with fewer normals than channels and with more")
    func parity() throws {
        let golden = try Golden<AnomalibGolden>("anomalib_detectors"), description = golden.description
        let trunk = try AnomalibGolden.trunk(), layers = ["layer1", "layer2", "layer3"]
        for (name, described) in [("few", description.padim_few), ("many", description.padim_many)] {
            let channels = try Tensor(described.channels)
            func vectors(_ kind: String, _ count: Int) throws -> [Tensor] {
                try description.pictures("padim \(name) \(kind)", count, described.size).map { picture in
                    let maps = try trunk(picture, cuts: Set(layers))
                    return try PlaceEmbedding.vectors(layers.compactMap { maps[$0] }, channels: channels).vectors
                }
            }
            let gaussians = try LocalGaussians(
                vectors("normals", described.normals), channels: channels, ridge: Self.ridge)
            let size = described.size
            let smoothing = try GaussianSmoothing(height: size, width: size, deviation: 4, device: .cpu)
            for (index, test) in try vectors("tests", described.tests).enumerated() {
                let distances = try gaussians.distances(of: test)
                #expect(
                    try relativeError(distances, golden.output("padim.\(name).distances").select(0, index)) < 1e-4,
                    "\(name)")
                let pixels = try distances.reshape([1, 1, size / 4, size / 4]).interpolate(
                    height: size, width: size, .bilinear)
                let expected = try golden.output("padim.\(name).scores").select(0, index).item()
                let score = try smoothing(pixels).max().item()
                #expect(abs(score - expected) < 1e-4 * expected, "\(name): \(score), \(expected)")
            }
        }
    }

    @Test("By both forms, where there are as many samples as channels and one more, it is the definition's distance")
    func forms() throws {
        let generator = try Generator(seed: 3)
        for count in [2, 3] {
            let samples = try (0..<count).map { _ in try Tensor.randn([5, 2], generator: generator) }
            let test = try Tensor.randn([5, 2], generator: generator)
            let found = try LocalGaussians(samples, channels: .arange(2)).distances(of: test).floats()
            for place in 0..<5 {
                let rows = try samples.map { try $0.select(0, place).doubles() }
                let mean = (0..<2).map { channel in rows.map { $0[channel] }.reduce(0, +) / Double(count) }
                func covariance(_ a: Int, _ b: Int) -> Double {
                    rows.map { ($0[a] - mean[a]) * ($0[b] - mean[b]) }.reduce(0, +) / Double(count - 1)
                        + (a == b ? 0.01 : 0)
                }
                let (a, b, c) = (covariance(0, 0), covariance(0, 1), covariance(1, 1))
                let off = try zip(test.select(0, place).doubles(), mean).map { $0 - $1 }
                let square = (c * off[0] * off[0] - 2 * b * off[0] * off[1] + a * off[1] * off[1]) / (a * c - b * b)
                #expect(abs(Double(found[place]) - square.squareRoot()) < 1e-4 * square.squareRoot(), "\(count)")
            }
        }
    }

    @Test("Of one normal the ridge alone is left: ten times the Euclidean distance")
    func single() throws {
        let sample = try Tensor([0, 0, 1, 1] as [Float], [2, 2])
        let gaussians = try LocalGaussians([sample], channels: .arange(2))
        let distances = try gaussians.distances(of: Tensor([3, 4, 1, 1] as [Float], [2, 2])).floats()
        #expect(abs(distances[0] - 50) < 1e-3 && distances[1] == 0)
    }

    @Test("Gaussians survive their file; those of other channels are refused")
    func files() throws {
        let generator = try Generator(seed: 4)
        let samples = try (0..<3).map { _ in try Tensor.randn([7, 5], generator: generator) }
        let gaussians = try LocalGaussians(samples, channels: Tensor([0, 2, 3, 8, 9]))
        try Goldens.withFolder { folder in
            let file = folder.appendingPathComponent("gaussians.safetensors").path
            try gaussians.write(to: file)
            let read = try LocalGaussians.read(file, channels: 5, of: 10, device: .cpu)
            let test = try Tensor.randn([7, 5], generator: generator)
            #expect(try read.distances(of: test).floats() == gaussians.distances(of: test).floats())
            #expect(try read.channels.ints() == [0, 2, 3, 8, 9])
            for (count, all, reason) in [(4, 10, "no Gaussians of 4 channels"), (5, 9, "channels that the layers")] {
                let error = #expect(throws: DetectionError.self) {
                    try LocalGaussians.read(file, channels: count, of: all, device: .cpu)
                }
                #expect(error?.description.contains(reason) == true)
            }
        }
    }

    @Test("A map that is the same everywhere stays as it is under the Gaussian, however small it is")
    func smoothing() throws {
        for size in [1, 5, 40] {
            let smoothing = try GaussianSmoothing(height: size, width: size + 1, deviation: 4, device: .cpu)
            let smooth = try smoothing(.full([1, size, size + 1], 3.0))
            #expect(try abs(smooth.max().item() - 3) < 1e-5 && abs(smooth.min().item() - 3) < 1e-5, "\(size)")
        }
    }
}
