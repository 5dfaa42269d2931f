import AnomalyDetection
import FeatureTrunks
import Foundation
import GoldenSupport
import TensorCore
import Testing

@Suite("PatchCore")
struct PatchCoreTests {
    @Test("Patches, distances and weighted scores are anomalib's, from its choice of patches")
    func parity() throws {
        let golden = try Golden<AnomalibGolden>("anomalib_detectors"), described = golden.description.patchcore
        let trunk = try AnomalibGolden.trunk()
        func vectors(_ name: String, _ count: Int) throws -> [Tensor] {
            try golden.description.pictures(name, count, described.size).map { picture in
                let maps = try trunk(picture, cuts: Set(described.layers))
                return try PatchEmbedding.vectors(described.layers.compactMap { maps[$0] }).vectors
            }
        }
        let normals = try Tensor.cat(vectors("patchcore normals", described.normals), 0)
        let bank = try PatchBank(normals.indexSelect(0, described.chosen))
        let tests = try vectors("patchcore tests", described.tests)
        let rows = Array(stride(from: 0, to: try tests[0].size(0) * tests.count, by: 7))
        #expect(
            try relativeError(Tensor.cat(tests, 0).indexSelect(0, rows), golden.output("patchcore.embedding")) < 1e-4)
        for (index, patches) in tests.enumerated() {
            let nearest = try bank.nearest(to: patches)
            let distances = try golden.output("patchcore.distances").select(0, index)
            #expect(try relativeError(nearest.distances, distances) < 1e-4)
            let (distance, weight) = try bank.score(patches, nearest, neighbours: described.neighbours)
            let expected = try golden.output("patchcore.scores").select(0, index).item()
            #expect(abs(distance * weight - expected) < 1e-4 * expected, "\(distance * weight), \(expected)")
            #expect(weight > 0 && weight < 1)
        }
    }

    @Test("The same patches are chosen as by anomalib, from the same start")
    func coreset() throws {
        let golden = try Golden<AnomalibGolden>("anomalib_detectors"), chosen = golden.description.patchcore.chosen
        let points = try golden.output("patchcore.projected")
        #expect(try Coreset.choose(points, count: chosen.count, start: #require(chosen.first)) == chosen)
        #expect(try SparseProjection.dimensions(points: points.size(0)) == points.size(1))
    }

    @Test("Looking at parts alone chooses what looking at everything does")
    func lazily() throws {
        let generator = try Generator(seed: 3)
        // Clusters of unequal widths, over several parts.
        let centres = try Tensor.randn([40, 12], generator: generator) * 4
        let spread = try Tensor.rand([1700, 1], generator: generator)
        let rows = (0..<1700).map { ($0 * 7919) % 40 }
        // Whole numbers: every distance is exact, and many are alike.
        let drawn = try centres.indexSelect(0, rows) + Tensor.randn([1700, 12], generator: generator) * spread
        let points = try (drawn * 8).to(.int64).to(.float32)
        var (expected, nearest) = ([1234], [Double](repeating: .infinity, count: 1700))
        let values = try points.to(.float64).doubles()
        while expected.count < 400 {
            let last = expected[expected.count - 1]
            for row in 0..<1700 {
                var sum = 0.0
                for place in 0..<12 {
                    let difference = values[row * 12 + place] - values[last * 12 + place]
                    sum += difference * difference
                }
                nearest[row] = min(nearest[row], sum)
            }
            expected.append(nearest.indices.max { nearest[$0] < nearest[$1] } ?? 0)
        }
        #expect(try Coreset.choose(points, count: 400, start: 1234) == expected)
        #expect(try Coreset.choose(points, count: 1700, start: 5).sorted() == Array(0..<1700))
        #expect(try Coreset.choose(points, count: 1, start: 5) == [5])
    }

    @Test("Rows that are all alike are each chosen once")
    func alike() throws {
        let points = try Tensor.full([6, 3], 1.7) + Tensor.randn([6, 3], generator: Generator(seed: 1)) * 1e-9
        #expect(try Coreset.choose(points, count: 6, start: 4).sorted() == [0, 1, 2, 3, 4, 5])
    }

    @Test("The projection has the density and the size of its source, and nearly keeps distances")
    func projection() throws {
        let directions = try SparseProjection.directions(points: 784, width: 1600, generator: Generator(seed: 7))
        #expect(directions.shape == [164, 1600])
        let share = try (directions .!= 0).to(.float32).mean().item()
        #expect(abs(share - 1.0 / 40) < 0.002)
        #expect(try abs(directions.max().item() - (40.0 / 164).squareRoot()) < 1e-6)
        #expect(try abs(directions.min().item() + (40.0 / 164).squareRoot()) < 1e-6)
        let points = try Tensor.randn([20, 1600], generator: Generator(seed: 8))
        let lengths = try points.matmul(directions.transposed()).norm(1) / points.norm(1)
        #expect(try abs(lengths.mean().item() - 1) < 0.1)
    }

    @Test("A bank of one patch, and of patches that are all the same")
    func smallBanks() throws {
        let patches = try Tensor([0, 0, 3, 4] as [Float], [2, 2])
        let one = try PatchBank(.zeros([1, 2]))
        let nearest = try one.nearest(to: patches)
        #expect(try nearest.distances.floats() == [0, 5])
        #expect(try one.score(patches, nearest, neighbours: 9) == (5, 1))
        let same = try PatchBank(.zeros([3, 2]))
        let (distance, weight) = try same.score(patches, same.nearest(to: patches), neighbours: 9)
        #expect(distance == 5 && abs(weight - 2.0 / 3) < 1e-6)
    }

    @Test("A bank is searched whole, whatever the blocks, and survives its file")
    func largeBank() throws {
        let generator = try Generator(seed: 5)
        let vectors = try Tensor.randn([9000, 4], generator: generator)
        let patches = try Tensor.cat(
            [vectors.narrow(0, start: 8995, length: 2), vectors.narrow(0, start: 3, length: 1)], 0)
        try Goldens.withFolder { folder in
            let file = folder.appendingPathComponent("bank.safetensors").path
            try PatchBank(vectors).write(to: file)
            let bank = try PatchBank.read(file, channels: 4, device: .cpu)
            #expect(try bank.nearest(to: patches).rows.ints() == [8995, 8996, 3])
            let error = #expect(throws: DetectionError.self) { try PatchBank.read(file, channels: 5, device: .cpu) }
            #expect(error?.description.contains("no bank of patches with 5 channels") == true)
        }
    }
}
