import EvaluationMetrics
import Foundation
import Testing

@Suite("Distance under a Gaussian kernel")
struct GaussianDistanceTests {
    private struct Case: Decodable {
        var first, second, width: Int
        var phase, amplitude, sigma, distance: Double
    }

    private static let cases = Result {
        let goldens = URL(fileURLWithPath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
            .appendingPathComponent("Goldens")
        return try JSONDecoder().decode(
            [Case].self, from: Data(contentsOf: goldens.appendingPathComponent("region_distance.json")))
    }

    @Test("Bandwidth and estimate are those of the definition, pair by pair")
    func parity() throws {
        let cases = try Self.cases.get()
        #expect(cases.count == 5)
        for each in cases {
            let first = try waves(each.first, each.width, phase: 0, amplitude: each.amplitude)
            let second = try waves(each.second, each.width, phase: each.phase, amplitude: each.amplitude)
            let sigma = try #require(try GaussianDistance.bandwidth(of: second))
            #expect(abs(sigma - each.sigma) < 1e-9 * each.sigma)
            let value = try #require(try GaussianDistance.unbiased(first, second, bandwidth: sigma))
            #expect(abs(value - each.distance) < 1e-9)
            let turned = try #require(try GaussianDistance.unbiased(second, first, bandwidth: sigma))
            #expect(abs(turned - value) < 1e-12)
        }
    }

    @Test("Sets drawn alike are 0 apart on average, a shift is seen, and nothing is more than 2 apart")
    func unbiased() throws {
        // A linear congruential generator (Knuth's MMIX).
        var state: UInt64 = 11
        func even() -> Double {
            state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
            return Double(state >> 11) * 0x1p-53
        }
        func cloud(_ count: Int, shift: Double) throws -> FeatureRows {
            try FeatureRows(
                (0..<count * 5).map { _ in (0..<12).reduce(-6) { sum, _ in sum + even() } + shift }, width: 5,
                name: "cloud")
        }
        var alike: [Double] = [], shifted: [Double] = []
        for _ in 0..<200 {
            let second = try cloud(18, shift: 0), sigma = try #require(try GaussianDistance.bandwidth(of: second))
            alike.append(try #require(try GaussianDistance.unbiased(cloud(12, shift: 0), second, bandwidth: sigma)))
            shifted.append(try #require(try GaussianDistance.unbiased(cloud(12, shift: 2), second, bandwidth: sigma)))
        }
        func mean(_ values: [Double]) -> Double { values.reduce(0, +) / Double(values.count) }
        let deviation = (alike.map { ($0 - mean(alike)) * ($0 - mean(alike)) }.reduce(0, +) / 200).squareRoot()
        #expect(abs(mean(alike)) < 4 * deviation / 200.squareRoot() + 0.005)
        #expect(alike.contains { $0 < 0 } && mean(shifted) > 3 * deviation)
        let far = try #require(
            try GaussianDistance.unbiased(
                cloud(12, shift: 1e6), FeatureRows([0, 0, 0, 0, 0, 0, 0, 0, 0, 0], width: 5, name: "one"),
                bandwidth: 1e9))
        #expect(far <= 2)
    }

    @Test("Nothing of a single row; no bandwidth of equal rows; other widths are refused")
    func bounds() throws {
        let one = try FeatureRows([1, 2], width: 2, name: "one"),
            two = try FeatureRows([1, 2, 1, 2], width: 2, name: "two")
        #expect(try GaussianDistance.bandwidth(of: one) == nil && GaussianDistance.bandwidth(of: two) == nil)
        #expect(try GaussianDistance.unbiased(one, two, bandwidth: 1) == nil)
        let wide = try FeatureRows([1, 2, 3, 4, 5, 6], width: 3, name: "wide")
        #expect(throws: MetricError.self) { try GaussianDistance.unbiased(two, wide, bandwidth: 1) }
    }
}
