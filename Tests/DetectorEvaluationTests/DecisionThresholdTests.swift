import DetectorEvaluation
import ParameterKit
import Testing

@Suite("Thresholds from held-aside pictures")
struct DecisionThresholdTests {
    @Test("Between the two, where generated pictures stand apart")
    func apart() {
        let found = DecisionThreshold(normals: [0.1, 0.2, 0.3, 0.4, 0.5], generated: [0.9, 0.7, 0.8, 0.95, 1])
        #expect(found.rule == .f1 && abs((found.value ?? 0) - 0.6) < 1e-12)
        #expect(found.flaggedNormals == 0 && found.foundGenerated == 5)
        #expect(found.isDefective(0.6001) == true && found.isDefective(0.5999) == false)
        #expect(found.phrase == "largest F1 on 5 normals and 5 generated pictures held aside")
    }

    @Test("Both kinds count alike, however many there are of each")
    func balanced() {
        // F1 as usual would flag all: 100/105 against 90/95.
        let normals = [0.1, 0.1, 0.1, 0.1, 0.1]
        let generated = Array(repeating: 0.05, count: 5) + Array(repeating: 0.9, count: 45)
        let found = DecisionThreshold(normals: normals, generated: generated)
        #expect(found.rule == .f1 && found.value == 0.5 && found.flaggedNormals == 0 && found.foundGenerated == 45)
    }

    @Test("Where too few were generated, or they look like normals: above every normal, from ten on")
    func normalsAlone() {
        let normals = (0..<10).map { Double($0) / 10 }
        let few = DecisionThreshold(normals: normals, generated: [2, 3])
        #expect(few.rule == .normals && few.value == 0.9.nextUp && few.isDefective(0.9) == false)
        #expect(few.phrase.contains("2 generated pictures are too few"))
        // Generated pictures below all normals: the best F1 flags everything.
        let alike = DecisionThreshold(normals: normals, generated: Array(repeating: -1, count: 20))
        #expect(alike.rule == .normals && alike.foundGenerated == 0 && alike.phrase.contains("don't stand apart"))
    }

    @Test("Too few of both: no threshold, and no verdict")
    func none() throws {
        let cases: [(normals: [Double], generated: [Double])] = [
            ([], []), ([0.1, 0.2], [1, 2, 3, 4, 5, 6]), (Array(repeating: 0.5, count: 9), [1]),
        ]
        for (normals, generated) in cases {
            let found = DecisionThreshold(normals: normals, generated: generated)
            #expect(found.rule == .none && found.value == nil && found.isDefective(5) == nil)
            #expect(found.phrase.hasSuffix("are too few"))
        }
    }

    @Test("Equal scores everywhere are one threshold, which flags all; the record survives")
    func equal() throws {
        let same = Array(repeating: 0.5, count: 6)
        let found = DecisionThreshold(normals: same, generated: same)
        #expect(found.rule == .none)
        let ten = DecisionThreshold(normals: same + same, generated: same)
        #expect(ten.rule == .normals && ten.value == 0.5.nextUp)
        let again = try JSONValue(encoding: ten)
        #expect(again["rule"] == "normals" && again["value"]?.number == 0.5.nextUp)
    }

    @Test("Precision, recall and F1 are defined where they can be")
    func outcomes() {
        var outcome = DecisionOutcome()
        #expect(outcome.precision == nil && outcome.recall == nil && outcome.f1 == nil)
        for (flagged, anomalous) in [(true, true), (true, true), (true, false), (false, true), (false, false)] {
            outcome.add(flagged: flagged, anomalous: anomalous)
        }
        #expect(outcome.precision == 2.0 / 3 && outcome.recall == 2.0 / 3 && outcome.f1 == 2.0 / 3)
        var missed = DecisionOutcome()
        missed.add(flagged: false, anomalous: true)
        #expect(missed.precision == nil && missed.recall == 0 && missed.f1 == 0)
    }
}
