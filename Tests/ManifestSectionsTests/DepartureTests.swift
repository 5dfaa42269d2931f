import ManifestKit
import ManifestSections
import Testing

/// How a manifest differs from the paper.
@Suite struct DepartureTests {
    private let paper = """
        version: 2
        name: own
        dataset: { path: data.tar }
        models: { diffusion: sd, clip: clip }
        sampling: { shots: [1], seeds: [3] }
        generation: { batch: 4, seed: 1 }
        training: { seed: 2 }
        detectors: { vlad: { image_size: 512 } }
        cache: { limit: 1GB }

        """

    private func departures(_ overrides: String...) throws -> [String] {
        try parse(bytes: Array(paper.utf8), overrides).departures.map { "\($0.key) \($0.value) (\($0.paper))" }
    }

    @Test func thePaperHasAuxiliaryDataAndAnotherInputSize() throws {
        #expect(try departures() == ["auxiliary none (the other data set)"])
        #expect(try departures("detectors.vlad.image_size=518").last == "detectors.vlad.image_size 518 (512)")
    }

    @Test func otherDetectorsThanThePapersDontDepartFromIt() throws {
        #expect(
            try departures("models.cnn=c", "detectors={vlad: {image_size: 512}, patchcore: {image_size: 64}}")
                == departures())
    }

    @Test func tilesAreNamed() throws {
        #expect(
            try departures("dataset.tiles={size: 512, overlap: 64}").dropFirst()
                == ["dataset.tiles size 512, overlap 64 (none)"])
    }

    @Test func keysThatDecideResultsAreNamed() throws {
        #expect(
            try departures(
                "detectors.vlad.epochs=50", "generation.images_per_normal={few: 10, full: 5}",
                "sampling.order=consecutive"
            ).dropFirst()
                == [
                    "sampling.order consecutive (random)", "generation.images_per_normal.few 10 (100)",
                    "detectors.vlad.epochs 50 (200)",
                ])
        let fast = try departures("generation.cut.preset=fast")
        #expect(
            fast.contains("generation.cut.steps 40 (200)")
                && fast.contains("generation.cut.guidance.places [0, 2, 4] ([0, 10, 20])"))
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
