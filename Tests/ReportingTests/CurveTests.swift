import DetectorEvaluation
import EvaluationMetrics
import ParameterKit
import Reporting
import Testing

@Suite("Curves of the report")
struct CurveTests {
    @Test("A judgement's ROC, threshold and kinds follow from its scores")
    func judgement() throws {
        // Good 0.1, 0.4; hole 0.9, 0.35; scratch 0.2.
        let scores: [Judgement.Score] = [
            .init(kind: "good", anomalous: false, score: 0.1), .init(kind: "good", anomalous: false, score: 0.4),
            .init(kind: "hole", anomalous: true, score: 0.9), .init(kind: "hole", anomalous: true, score: 0.35),
            .init(kind: "scratch", anomalous: true, score: 0.2),
        ]
        let judgement = try Judgement(
            category: "screw", scores: scores, metrics: MetricValues(), pixels: [], regions: [])
        let third = 1.0 / 3
        #expect(
            judgement.images == [
                .init(x: 0, y: 0), .init(x: 0, y: third), .init(x: 0.5, y: third), .init(x: 0.5, y: 2 * third),
                .init(x: 0.5, y: 1), .init(x: 1, y: 1),
            ])
        #expect(judgement.threshold == 0.2)
        #expect(judgement.kinds.map(\.name) == ["hole", "scratch"])
        #expect(judgement.kinds.map(\.found) == [2, 1] && judgement.flaggedGood == 1)
        #expect(judgement.kinds.map(\.auroc) == [0.75, 0.5])

        let bad = try Judgement(
            category: "screw", scores: Array(scores[2...]), metrics: MetricValues(), pixels: [], regions: [])
        #expect(
            bad.images.isEmpty && bad.threshold == nil && bad.kinds.allSatisfy { $0.auroc == nil && $0.found == nil })
        #expect(throws: MetricError.self) {
            try Judgement(
                category: "screw", scores: [.init(kind: "good", anomalous: false, score: .nan)],
                metrics: MetricValues(), pixels: [], regions: [])
        }
    }

    @Test("A median goes as far as half of the traces do")
    func median() {
        #expect(GuidanceTrace.median([[1, 2, 3], [3, 4], [5, 9, 9, 9]]) == [3, 4, 6])
        #expect(GuidanceTrace.median([[4], [6]]) == [5])
        #expect(GuidanceTrace.median([]).isEmpty && GuidanceTrace.median([[], [1], []]).isEmpty)
    }

    @Test("A trace ends where guidance stopped, where nothing is updated any more")
    func trace() throws {
        let record: JSONValue = [
            "stopped_at": 2,
            "trace": ["n": [75, 40, 38, 0, 0], "loss": [0.9, 0.85, 0.8, 0, 0], "alpha": [14, 7, 0, 0, 0]],
        ]
        let trace = try #require(GuidanceTrace(record: record))
        #expect(trace == GuidanceTrace(n: [75, 40, 38], loss: [0.9, 0.85, 0.8], alpha: [14, 7], stoppedAt: 2))
        #expect(trace.summary == "stopped at step 2 · n 75 → 38 · loss 0.900 → 0.800 · α 14 → 7")

        let whole = try #require(
            GuidanceTrace(record: ["trace": ["n": [3, 2], "loss": [1, 0.5], "alpha": [10, 5]]]))
        #expect(whole.stoppedAt == nil && whole.alpha == [10, 5])
        for none: JSONValue in [
            ["method": "cutpaste"], ["trace": ["n": [0, 0], "loss": [0, 0], "alpha": [0, 0]]],
            ["trace": ["n": [1, 2], "loss": [1], "alpha": [1, 2]]],
            ["trace": ["n": ["a"], "loss": [1], "alpha": [2]]],
        ] { #expect(GuidanceTrace(record: none) == nil) }
        // A stop beyond the steps is no stop.
        #expect(
            GuidanceTrace(record: ["stopped_at": 9, "trace": ["n": [1, 2], "loss": [1, 2], "alpha": [1, 2]]])?.n.count
                == 2)
    }
}
