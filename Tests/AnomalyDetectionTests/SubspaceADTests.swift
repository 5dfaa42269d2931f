import AnomalyDetection
import Detectors
import FeatureTrunks
import Foundation
import GoldenSupport
import TensorCore
import Testing

@Suite("SubspaceAD")
struct SubspaceADTests {
    @Test("Components, residuals and scores are those of the method written out")
    func parity() throws {
        let golden = try Golden<DinoDetectorGolden>("dino_detectors"), description = golden.description
        let described = description.subspace, trunk = try description.trunk(described, registers: 4)
        let blocks = try #require(described.blocks)
        let cut = TransformerCut.mean(try #require(blocks.first)...(try #require(blocks.last))).name
        func tokens(_ name: String, _ count: Int) throws -> [Tensor] {
            try description.pictures(name, count, described).map {
                try PatchTokens.rows(#require(trunk($0, cuts: [cut])[cut]))
            }
        }
        var sums = PatchSubspace.Sums()
        for normal in try tokens("subspace normals", described.normals) { try sums.add(normal) }
        let variance = try #require(described.variance)
        let subspace = try #require(try sums.subspace(variance: variance))
        #expect(subspace.count == described.kept)
        let scoring = try ResidualScore(size: described.grid * VisionTransformerShape.patch, device: .cpu)
        for (index, test) in try tokens("subspace tests", described.tests).enumerated() {
            let map = try subspace.residuals(of: test).reshape([described.grid, described.grid])
            #expect(try relativeError(map, golden.output("subspace.residuals").select(0, index)) < 1e-4)
            let expected = try golden.output("subspace.scores").select(0, index).item()
            let score = try scoring(map)
            #expect(abs(score - expected) < 1e-4 * expected, "\(score), \(expected)")
        }
    }

    @Test("Of points on a line off the origin one component is left, and distances are those from the line")
    func line() throws {
        var sums = PatchSubspace.Sums()
        #expect(try sums.subspace(variance: 0.99) == nil)
        try sums.add(Tensor([1000, 3, 1001, 3] as [Float], [2, 2]))
        try sums.add(Tensor([1005, 3] as [Float], [1, 2]))
        let subspace = try #require(try sums.subspace(variance: 0.99))
        #expect(subspace.count == 1)
        let residuals = try subspace.residuals(of: Tensor([-50, 3, 1002, 5] as [Float], [2, 2])).floats()
        #expect(abs(residuals[0]) < 1e-4 && abs(residuals[1] - 4) < 1e-4)
        try sums.add(Tensor([1002, 4] as [Float], [1, 2]))
        #expect(try #require(try sums.subspace(variance: 1)).count == 2)
    }

    @Test("A subspace survives its file; one of another network is refused")
    func files() throws {
        var sums = PatchSubspace.Sums()
        let generator = try Generator(seed: 5)
        try sums.add(.randn([20, 6], generator: generator))
        let subspace = try #require(try sums.subspace(variance: 0.7))
        try Goldens.withFolder { folder in
            let file = folder.appendingPathComponent("subspace.safetensors").path
            try subspace.write(to: file)
            let test = try Tensor.randn([4, 6], generator: generator)
            let read = try PatchSubspace.read(file, channels: 6, device: .cpu)
            #expect(try read.residuals(of: test).floats() == subspace.residuals(of: test).floats())
            let error = #expect(throws: DetectionError.self) {
                try PatchSubspace.read(file, channels: 7, device: .cpu)
            }
            #expect(error?.description.contains("no subspace of 7 channels") == true)
        }
    }
}
