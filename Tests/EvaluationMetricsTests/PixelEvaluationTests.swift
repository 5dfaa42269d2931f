import EvaluationMetrics
import Testing

@Suite("Pixel metrics")
struct PixelEvaluationTests {
    @Test("A two-pixel example by hand")
    func byHand() throws {
        // One region of two pixels (scores 0.9, 0.4), eight good pixels, one of them above 0.4.
        var pixels = PixelEvaluation()
        try pixels.add(
            map: [0.9, 0.4, 0.5, 0, 0, 0, 0, 0, 0, 0], mask: [255, 255, 0, 0, 0, 0, 0, 0, 0, 0], width: 10, height: 1)
        let metrics = pixels.results()
        #expect(metrics.ranking.auroc == 15.0 / 16)
        #expect(metrics.ranking.f1Max == 0.8)
        #expect(metrics.regions == 1)
        // Recall ½ up to rate 1/8, then 1: (0.125 · 0.5 + 0.175) / 0.3.
        let pro = try #require(metrics.pro[.exact])
        #expect(abs(pro - 0.2375 / 0.3) < 1e-12)
    }

    @Test("Corners join a region, images do not")
    func regions() throws {
        var pixels = PixelEvaluation()
        let diagonal: [UInt8] = [1, 0, 0, 0, 1, 0, 0, 0, 1]
        try pixels.add(map: [Float](repeating: 0, count: 9), mask: diagonal, width: 3, height: 3)
        try pixels.add(map: [Float](repeating: 0, count: 9), mask: [1, 0, 1, 0, 0, 0, 1, 0, 1], width: 3, height: 3)
        #expect(pixels.results().regions == 5)
    }

    @Test("Without defects or without good pixels nothing is defined")
    func oneClass() throws {
        for mask in [nil, [UInt8](repeating: 0, count: 4), [UInt8](repeating: 255, count: 4)] {
            var pixels = PixelEvaluation(variants: PROVariant.allCases)
            try pixels.add(map: [1, 2, 3, 4], mask: mask, width: 2, height: 2)
            let metrics = pixels.results()
            #expect(metrics.ranking.auroc == nil)
            #expect(metrics.ranking.f1Max == nil)
            #expect(metrics.ranking.averagePrecision == nil)
            #expect(metrics.pro.isEmpty)
        }
        #expect(PixelEvaluation().results().ranking.auroc == nil)
    }

    @Test("A map that is constant has no order: AUROC ½, PRO of the diagonal")
    func constant() throws {
        var pixels = PixelEvaluation(variants: PROVariant.allCases)
        try pixels.add(map: [0, -0.0, 0, -0.0], mask: [1, 0, 0, 0], width: 2, height: 2)
        let metrics = pixels.results()
        #expect(metrics.ranking.auroc == 0.5)
        #expect(abs((metrics.pro[.exact] ?? 0) - 0.15) < 1e-12)
        #expect(metrics.pro[.cflow] == nil)
    }

    @Test(
        "NaN and infinity are refused, in good and in defect pixels",
        arguments: [Float.nan, -.nan, .infinity, -.infinity])
    func notFinite(score: Float) {
        for index in 0..<4 {
            var map: [Float] = [0, 1, 2, 3]
            map[index] = score
            var pixels = PixelEvaluation()
            #expect(throws: MetricError.notFinite(where: "a")) {
                try pixels.add(map: map, mask: [0, 255, 0, 0], width: 2, height: 2, name: "a")
            }
            #expect(pixels.results().ranking.negatives == 0)
        }
    }

    @Test("Float64 scores are told apart to their last bit, whenever they come")
    func doubles() throws {
        let close = [1, 1.0.nextUp, 1.0.nextUp.nextUp, 1]
        for order in [[0, 1, 2], [1, 0, 2], [2, 1, 0]] {
            var pixels = PixelEvaluation(variants: PROVariant.allCases)
            for picture in order {
                switch picture {
                case 0: try pixels.add(map: [1, 0.5, -0.0, 2], mask: [0, 0, 0, 255], width: 2, height: 2)
                case 1: try pixels.add(doubles: close, mask: [0, 255, 255, 0], width: 2, height: 2)
                default: try pixels.add(doubles: [0.5, 0, -3, 0.25], mask: nil, width: 2, height: 2)
                }
            }
            let metrics = pixels.results()
            #expect(metrics.ranking.auroc == 1)
            #expect(metrics.ranking.f1Max == 1)
            #expect(metrics.ranking.f1Threshold == 1.0.nextUp)
            #expect(metrics.pro[.exact] == 1)
            #expect(metrics.regions == 2)
        }
    }

    @Test("NaN and infinity in float64 are refused", arguments: [Double.nan, .infinity, -.infinity])
    func doublesNotFinite(score: Double) {
        for others in [0.5, 0.1] {
            var pixels = PixelEvaluation()
            #expect(throws: MetricError.notFinite(where: "a")) {
                try pixels.add(doubles: [others, score], mask: [255, 0], width: 2, height: 1, name: "a")
            }
            let metrics = pixels.results()
            #expect(metrics.ranking.negatives == 0)
            #expect(metrics.regions == 0)
        }
    }

    @Test("Sizes must agree")
    func sizes() {
        var pixels = PixelEvaluation()
        #expect(throws: MetricError.self) { try pixels.add(map: [1, 2, 3], mask: nil, width: 2, height: 2) }
        #expect(throws: MetricError.self) { try pixels.add(map: [1, 2], mask: [0], width: 2, height: 1) }
        #expect(throws: MetricError.self) { try pixels.add(map: [], mask: nil, width: 0, height: 0) }
    }
}
