import EvaluationMetrics
import Foundation
import Testing

/// Agreement with scikit-learn and with direct implementations of PRO, on the 1,000 cases of
/// `Tests/Goldens/metrics_small_cases.py`.
@Suite("Metrics against references")
struct ReferenceTests {
    /// The goldens hold 8 digits of numbers up to about 1.
    static let tolerance = 1e-6

    static func goldens() throws -> [[Double?]] {
        let file = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
            .appending(path: "Goldens/metrics_small_cases.csv")
        return try String(contentsOf: file, encoding: .utf8).split(separator: "\n").dropFirst()
            .map { $0.split(separator: ",", omittingEmptySubsequences: false).map { Double($0) } }
    }

    static func values(_ small: SmallCase, threads: Int = 1, transform: (Float) -> Float = { $0 }) throws -> [Double?] {
        var images = ImageEvaluation()
        var pixels = PixelEvaluation(variants: PROVariant.allCases, threads: threads)
        for (map, mask) in zip(small.maps, small.masks) {
            let map = map.map(transform)
            try images.add(score: Double(map.max() ?? 0), anomalous: mask.contains { $0 != 0 })
            try pixels.add(map: map, mask: mask, width: small.width, height: small.height)
        }
        let (image, pixel) = (images.results(), pixels.results())
        return [image.auroc, image.f1Max, image.averagePrecision]
            + [pixel.ranking.auroc, pixel.ranking.f1Max, pixel.ranking.averagePrecision]
            + [pixel.pro[.exact], pixel.pro[.cflow], pixel.pro[.winCLIP], pixel.pro[.rd4ad]]
    }

    static func agree(_ one: Double?, _ other: Double?) -> Bool {
        switch (one, other) {
        case (nil, nil): true
        case (let one?, let other?): abs(one - other) <= tolerance
        default: false
        }
    }

    @Test("1,000 small cases: every metric, defined or not")
    func smallCases() throws {
        let goldens = try Self.goldens()
        #expect(goldens.count == 1000)
        var defined = [Int](repeating: 0, count: 10)
        for (seed, golden) in goldens.enumerated() {
            let values = try Self.values(SmallCase(seed: UInt64(seed)))
            try #require(golden.count == values.count)
            for (column, (one, other)) in zip(values, golden).enumerated() {
                if other != nil { defined[column] += 1 }
                #expect(
                    Self.agree(one, other),
                    "case \(seed), column \(column): \(String(describing: one)), golden \(String(describing: other))")
            }
        }
        // The cases reach every column, defined and not.
        #expect(defined.allSatisfy { 100 < $0 && $0 < 1000 }, "\(defined)")
    }

    /// Float32 can't hold these scores; their order, and so every exact metric, is that of the goldens.
    @Test("The same cases in float64, squeezed into a range that is one number in float32")
    func squeezed() throws {
        for (seed, golden) in try Self.goldens().enumerated() {
            let small = SmallCase(seed: UInt64(seed))
            var pixels = PixelEvaluation()
            for (map, mask) in zip(small.maps, small.masks) {
                let map = map.map { 1 + Double($0) * 0x1p-28 }
                try pixels.add(doubles: map, mask: mask, width: small.width, height: small.height)
            }
            let pixel = pixels.results()
            let values = [pixel.ranking.auroc, pixel.ranking.f1Max, pixel.ranking.averagePrecision, pixel.pro[.exact]]
            for (one, other) in zip(values, golden[3...6]) {
                #expect(
                    Self.agree(one, other),
                    "case \(seed): \(String(describing: one)), golden \(String(describing: other))")
            }
        }
    }

    /// The rank is a rising transform for any distribution of scores.
    @Test("The rank of a score in its place leaves every exact metric unchanged to the last bit")
    func ranks() throws {
        for seed in 0..<1000 {
            let small = SmallCase(seed: UInt64(seed))
            let scores = Set(small.maps.joined()).sorted()
            let ranks = Dictionary(uniqueKeysWithValues: zip(scores, scores.indices.map(Float.init)))
            let plain = try Self.values(small)
            let ranked = try Self.values(small) { ranks[$0] ?? .nan }
            #expect(Array(ranked[..<7]) == Array(plain[..<7]), "case \(seed)")
        }
    }

    @Test("A rising transform of the scores leaves every exact metric unchanged to the last bit")
    func monotone() throws {
        var moved = 0
        for seed in 0..<300 {
            let small = SmallCase(seed: UInt64(seed))
            let plain = try Self.values(small)
            let bent = try Self.values(small) { $0 * 8 - 3 }
            let steep = try Self.values(small) { $0 < 0 ? $0 : $0 * 1024 }
            // Transforms in float32 can merge scores; only those that keep all scores apart say something.
            for (transform, values) in [
                ({ (x: Float) in x * 8 - 3 }, bent), ({ (x: Float) in x < 0 ? x : x * 1024 }, steep),
            ] {
                let scores = Set(small.maps.joined())
                guard Set(scores.map(transform)).count == scores.count else { continue }
                #expect(Array(values[..<7]) == Array(plain[..<7]), "case \(seed)")
                moved += 1
            }
        }
        #expect(moved > 300)
    }
}
