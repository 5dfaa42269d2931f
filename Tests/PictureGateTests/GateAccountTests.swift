import Imaging
import ParameterKit
import PictureGate
import Testing

/// Counts and words.
@Suite struct GateAccountTests {
    private func scores(_ change: Double, outside: Double = 0) throws -> GateScores {
        let picture = Image(width: 8, height: 8, colour: [9, 9, 9])
        var scores = try GateScores(
            picture: picture, base: picture, label: Mask(width: 8, height: 8, repeating: true), part: nil,
            settings: GateSettings())
        (scores.change, scores.outside) = (change, outside)
        return scores
    }

    private func account(_ kind: String, _ failures: [[GateCheck]?]) throws -> GateAccount {
        GateAccount(
            picture: "p", category: "nut", anomaly: kind, source: "nut/train/good/000", generator: "nsa",
            tries: try failures.enumerated().map { number, failed in
                GateAccount.Try(
                    unit: "u\(number)", label: nil, image: nil, seed: number,
                    scores: failed == nil ? nil : try scores(0.001 * Double(number)), failed: failed ?? [])
            })
    }

    @Test("pictures, tries and first failures are counted")
    func tally() throws {
        let accounts = [
            try account("bent", [[]]), try account("bent", [[.outside, .overlap], [.change], []]),
            try account("bent", [[.change], nil]),
        ]
        let tally = GateTally(accounts)
        #expect(tally.asked == 3 && tally.atOnce == 1 && tally.again == 1 && tally.givenUp == 1 && tally.tries == 6)
        #expect(tally.firstFailures == [.outside: 1, .change: 2] && tally.undrawn == 1)
        #expect(tally.yield == 2.0 / 6)
        #expect(
            tally.sentence
                == "2 of 3 pictures passed (1 at once, 1 drawn again), 1 was given up, yield 33 %; tries failed by change 2, outside 1, not drawn 1"
        )
        #expect(GateTally([]).yield == nil)
        #expect(accounts.map(\.chosen) == [0, 2, nil])
        let json = try JSONValue(encoding: accounts[1])
        #expect(json["tries"]?.array?.count == 3 && json["keep"] == nil)
        #expect(json["tries"]?.array?.first?["failed"] == ["outside", "overlap"])
    }

    @Test("who passes nothing is told by how much, and by which keys")
    func reasons() throws {
        let text = GateVerdict(GateSettings()).reasons([try account("bent", [[.change], [.change], [.outside]])])
        #expect(
            text
                == "change failed 2, the nearest had 0.1 %, it takes at least 0.2 % of the part (quality.change); outside failed 1, the nearest had 0 %, it takes at most 0.5 % of the picture (quality.outside, quality.contrast)"
        )
    }

    @Test("identities hold what differs from the defaults, and not what becomes of failed pictures")
    func identity() {
        var settings = GateSettings()
        settings.enabled = true
        let plain = settings.identity
        settings.keepRejected = false
        #expect(settings.identity == plain)
        settings.tries = 7
        #expect(settings.identity == ["version": 2, "parameters": ["enabled": true, "tries": 7]])
    }
}
