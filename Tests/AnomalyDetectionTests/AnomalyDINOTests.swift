import AnomalyDetection
import Detectors
import FeatureTrunks
import GoldenSupport
import Imaging
import TensorCore
import Testing

@Suite("AnomalyDINO")
struct AnomalyDINOTests {
    @Test("Distances and scores are anomalib's")
    func parity() throws {
        let golden = try Golden<DinoDetectorGolden>("dino_detectors"), description = golden.description
        let described = description.dino, trunk = try description.trunk(described)
        let cut = TransformerCut.normed(described.depth).name
        func tokens(_ name: String, _ count: Int) throws -> [Tensor] {
            try description.pictures(name, count, described).map {
                try PatchTokens.rows(#require(trunk($0, cuts: [cut])[cut]))
            }
        }
        let bank = try CosineBank(tokens("dino normals", described.normals))
        #expect(bank.bank.count == described.normals * 225)
        for (index, test) in try tokens("dino tests", described.tests).enumerated() {
            let distances = try bank.distances(of: test)
            #expect(try relativeError(distances, golden.output("dino.distances").select(0, index)) < 1e-4)
            let expected = try golden.output("dino.scores").select(0, index).item()
            let score = try PatchTokens.meanOfLargest(distances)
            #expect(abs(score - expected) < 1e-4 * expected, "\(score), \(expected)")
        }
    }

    @Test("The score is the mean of the largest hundredth, of one value at least")
    func largest() throws {
        #expect(try PatchTokens.meanOfLargest(.arange(250, dtype: .float32)) == 248.5)
        #expect(try PatchTokens.meanOfLargest(.arange(150, dtype: .float32)) == 149)
    }

    @Test("A cell is the object's where one pixel of it is; cells at the edge end with the picture")
    func cells() {
        var mask = Mask(width: 10, height: 6)
        mask[3, 2] = true
        mask[9, 5] = true
        let cells = ObjectCells(mask, rows: 2, columns: 3, height: 3, width: 10.0 / 3)
        // The pixel from 3 to 4 lies in two cells, which meet at 3.33.
        #expect(cells.values == [1, 1, 0, 0, 0, 1])
        #expect(cells.share == 0.5)
        // Cells smaller than a pixel.
        #expect(ObjectCells(mask, rows: 12, columns: 20, height: 0.5, width: 0.5).values.reduce(0, +) == 8)
    }
}
