import DetectorEvaluation
import ParameterKit
import Reporting
import Testing

@Suite("Tables of verdicts")
struct DecisionTableTests {
    private func decision(_ counts: (tp: Int, fp: Int, fn: Int, tn: Int)?) -> ShotResults.Decision {
        guard let counts else {
            return .init(threshold: DecisionThreshold(normals: [0.1, 0.2], generated: []), outcome: nil)
        }
        var outcome = DecisionOutcome()
        for _ in 0..<counts.tp { outcome.add(flagged: true, anomalous: true) }
        for _ in 0..<counts.fp { outcome.add(flagged: true, anomalous: false) }
        for _ in 0..<counts.fn { outcome.add(flagged: false, anomalous: true) }
        for _ in 0..<counts.tn { outcome.add(flagged: false, anomalous: false) }
        let threshold = DecisionThreshold(normals: [0, 0, 0, 0, 0], generated: [1, 1, 1, 1, 1, 1])
        return .init(threshold: threshold, outcome: outcome)
    }

    /// One seed lacks a threshold in the second category.
    private func results() -> RunResults {
        var results = exampleResults()
        results.shots[0].categories[0].decisions = [decision((6, 2, 2, 10)), decision((8, 0, 0, 12))]
        results.shots[0].categories[1].decisions = [decision((3, 1, 0, 6)), decision(nil)]
        return results
    }

    @Test("Precision and recall stand beside F1-max, over seeds that have a threshold, and say where it is from")
    func table() throws {
        let report = RunReport(results())
        // Nothing was held aside at full shot.
        let table = try #require(report.decisionTables.first)
        #expect(report.decisionTables.count == 1 && table.title == "1-shot, defective or not")
        #expect(table.heads == ["category", "threshold", "precision", "recall", "F1", "I-F1max"])
        #expect(
            table.rows.map(\.cells) == [
                ["0.500, 0.500", "87.5 ± 12.5", "87.5 ± 12.5", "87.5 ± 12.5", "84.0 ± 5.0"],
                ["0.500, –", "75.0 ± 0.0", "100.0 ± 0.0", "85.7 ± 0.0", "82.0 ± 13.0"],
                // Seed by seed first: (75 + 75) / 2 and 100.
                ["", "87.5 ± 12.5", "93.8 ± 6.3", "90.2 ± 9.8", "83.0 ± 4.0"],
            ], "\(table.rows.map(\.cells))")
        #expect(table.note.contains("screw, bottle: largest F1 on 5 normals and 6 generated pictures held aside."))
        #expect(table.note.contains("bottle: none: 2 normals and 0 generated pictures held aside are too few."))
        #expect(report.markdown.contains("## 1-shot, defective or not\n\n| category | threshold | precision |"))
        #expect(report.terminal.contains("1-shot, defective or not (percent)\n"))
    }

    @Test("metrics.json has every threshold and what came of it; without any nothing is there")
    func json() throws {
        let json = RunReport(results()).json
        let screw = try #require(json["decisions"]?["screw"])
        #expect(
            screw["recall"]?["values"]?.canonicalText == "[0.75,1]" && screw["precision"]?["mean"] == 0.875, "\(screw)")
        #expect(
            screw["thresholds"]?.array?.first == [
                "value": 0.5, "rule": "f1", "normals": 5, "flagged_normals": 0, "generated": 6, "found_generated": 6,
            ])
        #expect(json["decisions"]?["bottle"]?["thresholds"]?.array?.last?["value"] == .null)
        #expect(json["shots"]?["1"]?["decisions"] == json["decisions"] && json["shots"]?["full"]?["decisions"] == nil)
        let plain = RunReport(exampleResults())
        #expect(plain.json["decisions"] == nil && plain.decisionTables.isEmpty && !plain.terminal.contains("defective"))
    }

    @Test("The page shows it")
    func page() throws {
        var page = try PageFixture().page()
        page.report = RunReport(results())
        #expect(page.html().contains("<h3>1-shot, defective or not</h3>"))
        #expect(try !PageFixture().page().html().contains("defective or not"))
    }
}
