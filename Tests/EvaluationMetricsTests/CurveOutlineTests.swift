import EvaluationMetrics
import Testing

@Suite("Curves for drawings")
struct CurveOutlineTests {
    @Test("Few scores: every corner of ROC and PRO, from the origin to the end")
    func corners() throws {
        var pixels = PixelEvaluation()
        // Two regions of one and of two pixels; falling scores: region A, good, region B, B, good.
        try pixels.add(
            map: [0.9, 0.8, 0.1, 0.7, 0.6], mask: [1, 0, 0, 1, 1], width: 5, height: 1)
        let found = pixels.results()
        let third = 1.0 / 3
        #expect(
            found.roc == [
                .init(x: 0, y: 0), .init(x: 0, y: third), .init(x: 0.5, y: third), .init(x: 0.5, y: 2 * third),
                .init(x: 0.5, y: 1), .init(x: 1, y: 1),
            ])
        #expect(found.overlap.map(\.y) == [0, 0.5, 0.5, 0.75, 1, 1])
        #expect(found.overlap.map(\.x) == [0, 0, 0.5, 0.5, 0.5, 1])
    }

    @Test("With one class there is no curve")
    func oneClass() throws {
        var pixels = PixelEvaluation()
        try pixels.add(map: [0.9, 0.8], mask: nil, width: 2, height: 1)
        let found = pixels.results()
        #expect(found.roc.isEmpty && found.overlap.isEmpty)
        var images = ImageEvaluation()
        try images.add(score: 1, anomalous: true)
        #expect(images.roc().isEmpty)
    }

    @Test("Many scores: few points, and the area under them is the AUROC to a hundredth")
    func many() throws {
        var state: UInt64 = 7
        func random() -> Float {
            state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
            return Float(state >> 40) / Float(1 << 24)
        }
        let mask = (0..<40_000).map { UInt8($0 % 200 < 20 ? 1 : 0) }
        let map = mask.map { random() + ($0 == 1 ? 0.4 : 0) }
        var pixels = PixelEvaluation()
        try pixels.add(map: map, mask: mask, width: 200, height: 200)
        let found = pixels.results()
        #expect(found.roc.count < 900 && found.roc.count > 50)
        let area = zip(found.roc, found.roc.dropFirst()).reduce(0) { sum, pair in
            sum + (pair.1.x - pair.0.x) * (pair.0.y + pair.1.y) / 2
        }
        let auroc = try #require(found.ranking.auroc)
        #expect(abs(area - auroc) < 0.01)
        #expect(zip(found.roc, found.roc.dropFirst()).allSatisfy { $0.x <= $1.x && $0.y <= $1.y })
        #expect(found.roc.last == CurvePoint(x: 1, y: 1) && found.overlap.last?.x == 1)
    }
}
