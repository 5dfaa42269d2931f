import ParameterKit
import Reporting
import Testing

@Suite("Damage alone, synthetic against real")
struct RegionTableTests {
    private func found(_ generator: String?, _ distance: Double?, reason: String? = nil, patches: Int = 120)
        -> RegionComparison
    {
        RegionComparison(
            generator: generator, patches: patches, pictures: 12, realPatches: 300, realPictures: 40,
            distance: distance,
            reason: reason)
    }

    @Test("Each generator of a mixture has its own row, with counts, and a reason where there is no distance")
    func table() throws {
        var results = exampleResults()
        #expect(RunReport(results).regionTables.isEmpty)
        let reason = RegionComparison.reason(patches: 3, pictures: 1, realPatches: 300, realPictures: 40)
        for k in results.shots[0].categories.indices {
            results.shots[0].categories[k].regions = [
                [found(nil, 0.1234), found("nsa", nil, reason: reason, patches: 3), found("sdas", 0.02)],
                [found(nil, 0.1034, patches: 130), found("nsa", nil, reason: reason, patches: 3), found("sdas", 0.04)],
            ]
        }
        let report = RunReport(results), lines = report.markdown.split(separator: "\n")
        #expect(lines.contains("| screw | all | 113.4 ± 10.0 | 120–130 | 12 | 300 | 40 |"))
        #expect(lines.contains("| screw | nsa | – (too few: 3 patches of 1 synthetic) | 3 | 12 | 300 | 40 |"))
        #expect(lines.contains("| screw | sdas | 30.0 ± 10.0 | 120 | 12 | 300 | 40 |"))
        #expect(report.markdown.contains("For looking only: nothing is chosen, trained or tuned by it."))
        let page = ReportPage(
            .init(name: "example", dataset: "MVTec AD", generator: "CUT", untrained: [], warnings: []), report: report
        ).html()
        for text in [
            "Damage alone, synthetic against real, 1-shot", "113.4 ± 10.0", "too few: 3 patches of 1 synthetic",
            "For looking only",
        ] {
            #expect(page.contains(text), "\(text)")
        }
        #expect(report.results.json["regions"]?["screw"]?.array?.count == 2)
    }

    @Test("What is missing is said")
    func reasons() {
        #expect(
            RegionComparison.reason(patches: 50, pictures: 5, realPatches: 0, realPictures: 0)
                == "no real damage with masks")
        #expect(RegionComparison.reason(patches: 20, pictures: 2, realPatches: 20, realPictures: 2) == nil)
        #expect(
            RegionComparison.reason(patches: 19, pictures: 2, realPatches: 30, realPictures: 1)
                == "too few: 19 patches of 2 synthetic, 30 patches of 1 real")
    }
}
