import EvaluationMetrics
import Foundation
import Testing

@Suite("KID")
struct KernelDistanceTests {
    private struct Case: Decodable {
        var first, second, width: Int
        var phase, amplitude, kid: Double
    }

    private static let cases = Result {
        let goldens = URL(fileURLWithPath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
            .appendingPathComponent("Goldens")
        return try JSONDecoder().decode([Case].self, from: Data(contentsOf: goldens.appendingPathComponent("kid.json")))
    }

    @Test("The values are those of torch-fidelity, and of the definition for sets of two sizes")
    func parity() throws {
        for each in try Self.cases.get() {
            let value = try KernelDistance.unbiased(
                waves(each.first, each.width, phase: 0, amplitude: each.amplitude),
                waves(each.second, each.width, phase: each.phase, amplitude: each.amplitude))
            #expect(abs(try #require(value) - each.kid) < 1e-9 * max(1, abs(each.kid)), "\(each.first), \(each.second)")
        }
    }

    /// Sums of twelve even draws: close enough to a bell.
    private func cloud(_ count: Int, shift: Double, _ random: inout Draws) throws -> FeatureRows {
        try FeatureRows(
            (0..<count * 6).map { _ in (0..<12).reduce(-6) { sum, _ in sum + random.even() } + shift }, width: 6,
            name: "cloud")
    }

    @Test("Unbiased: sets drawn alike are 0 apart on average, and a shift is seen whatever the sizes")
    func unbiased() throws {
        var random = Draws(state: 7)
        var alike: [Double] = [], shifted: [Double] = []
        for _ in 0..<200 {
            let first = try cloud(12, shift: 0, &random)
            alike.append(try #require(try KernelDistance.unbiased(first, cloud(20, shift: 0, &random))))
            shifted.append(try #require(try KernelDistance.unbiased(first, cloud(20, shift: 1, &random))))
        }
        func mean(_ values: [Double]) -> Double { values.reduce(0, +) / Double(values.count) }
        let deviation = (alike.map { ($0 - mean(alike)) * ($0 - mean(alike)) }.reduce(0, +) / 200).squareRoot()
        // Four standard errors of the mean.
        #expect(abs(mean(alike)) < 4 * deviation / 200.squareRoot())
        #expect(alike.contains { $0 < 0 } && mean(shifted) > 3 * deviation)
    }

    @Test("Either order; nothing with a single picture; rows of another width and NaN are refused")
    func edges() throws {
        let first = try waves(9, 4, phase: 0, amplitude: 1), second = try waves(6, 4, phase: 1, amplitude: 1)
        let value = try #require(try KernelDistance.unbiased(first, second))
        #expect(abs(value - (try #require(try KernelDistance.unbiased(second, first)))) < 1e-12)
        let single = try waves(1, 4, phase: 0, amplitude: 1)
        #expect(try KernelDistance.unbiased(single, second) == nil)
        #expect(try KernelDistance.unbiased(first, single) == nil)
        let wide = try waves(4, 5, phase: 0, amplitude: 1)
        #expect(throws: MetricError.self) { try KernelDistance.unbiased(first, wide) }
        #expect(throws: MetricError.notFinite(where: "x")) { try FeatureRows([1, .nan], width: 2, name: "x") }
        #expect(throws: MetricError.self) { try FeatureRows([1, 2, 3], width: 2, name: "x") }
    }
}

/// A small generator, so that a failure can be seen again.
private struct Draws {
    var state: UInt64

    mutating func even() -> Double {
        state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
        return Double(state >> 11) / Double(1 << 53)
    }
}
