import ManifestKit
import Testing

/// What a manifest asks for otherwise than the paper did.
@Suite struct DepartureTests {
    private let paper = """
        version: 1
        name: own
        dataset: { path: data.tar }
        sampling: { shots: [1], seeds: [3] }
        generation: { model: sd, batch: 4, seed: 1 }
        training: { model: clip, image_size: 512, seed: 2 }
        cache: { limit: 1GB }

        """

    private func departures(_ overrides: String...) throws -> [String] {
        try parse(bytes: Array(paper.utf8), overrides).departures.map { "\($0.key) \($0.value) (\($0.paper))" }
    }

    @Test func thePaperHasAuxiliaryDataAndAnotherInputSize() throws {
        #expect(try departures() == ["auxiliary none (the other data set)"])
        #expect(try departures("training.image_size=518").last == "training.image_size 518 (512)")
    }

    @Test func keysThatDecideResultsAreNamed() throws {
        #expect(
            try departures(
                "training.epochs=50", "generation.images_per_normal={few: 10, full: 5}", "sampling.order=consecutive"
            ).dropFirst()
                == [
                    "sampling.order consecutive (random)", "generation.images_per_normal.few 10 (100)",
                    "training.epochs 50 (200)",
                ])
        let fast = try departures("generation.preset=fast")
        #expect(
            fast.contains("generation.steps 40 (200)")
                && fast.contains("generation.guidance.places [0, 2, 4] ([0, 10, 20])"))
    }

    @Test func longValuesAreCut() throws {
        let long = try #require(
            try departures("generation.anomalies=[scratched, dented, cracked, bent]").first {
                $0.hasPrefix("generation.anomalies ")
            })
        #expect(
            long.hasPrefix("generation.anomalies [{words: scratched, name: scratched")
                && long.hasSuffix("([{words: damaged, name: damaged, share: 1}])"), "\(long)")
        #expect(long.contains("…") && long.count < 150)
    }
}
