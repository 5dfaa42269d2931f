import Forecasting
import Foundation
import ManifestSections
import MethodKit
import Testing

/// Categories of these many normals, ten test pictures each, a million pixels.
private func categories(_ normals: [Int]) -> [CategorySize] {
    normals.enumerated().map { CategorySize(name: "c\($0)", train: $1, test: 10, pixels: 1_000_000) }
}

private func manifest(_ overrides: String...) throws -> Manifest {
    let text = """
        version: 2
        name: price
        dataset: { path: data.tar }
        models: { diffusion: sd, clip: clip }
        sampling: { shots: [1, 2, 4], seeds: [0, 1, 2, 3, 4] }
        detectors: { vlad: {} }
        """
    return try Manifest.parse(Array(text.utf8), file: "m.yaml", directory: "/", overrides: overrides)
}

private func cost(_ overrides: String...) throws -> PictureCost {
    let text = "version: 2\nname: c\ndataset: { path: d }\nmodels: { diffusion: sd }\n"
    let manifest = try Manifest.parse(Array(text.utf8), file: "m.yaml", directory: "/", overrides: overrides)
    return PictureCost(try #require(manifest.generation.generator.work))
}

private func forecast(
    _ manifest: Manifest, _ categories: [CategorySize], stages: RunForecast.Stages = .all,
    parts: PartSeconds? = .twoCores("float32")
) -> RunForecast {
    RunForecast(
        manifest, categories: categories, stages: stages, parts: parts,
        detectors: manifest.namedDetectors.map { ($0.name, $0.detector.work(on: .vitL14)) },
        detectorSeconds: parts.map { $0.forward / PartSeconds.multiplications })
}

@Suite struct PoolForecastTests {
    private func distinct(_ normals: Int?, _ overrides: String...) throws -> Int? {
        let text = "version: 2\nname: p\ndataset: { path: d }\nmodels: { diffusion: sd }\n"
        let manifest = try Manifest.parse(Array(text.utf8), file: "m", directory: "/", overrides: overrides)
        let category = CategorySize(name: "c", train: normals, test: nil, pixels: nil)
        return PoolForecast(manifest).distinct(category, manifest.sampling.shots, seeds: manifest.sampling.seeds.count)?
            .pictures
    }

    /// One, two and four shots share: four normals with 100 pictures each, for each of five seeds.
    @Test func smallerChoicesArePartOfLargerOnes() throws {
        #expect(try distinct(20, "sampling.shots=[1, 2, 4]") == 5 * 400)
        #expect(try distinct(nil, "sampling.shots=[4]") == 5 * 400)
        // Full shot asks five of every normal; the chosen four have theirs among their hundred.
        #expect(try distinct(10, "sampling.shots=[4, full]", "sampling.seeds=[0]") == 400 + 6 * 5)
        #expect(try distinct(10, "sampling.shots=[full]", "sampling.seeds=[0]") == 50)
        #expect(try distinct(nil, "sampling.shots=[full]") == nil)
    }

    @Test func aFixedNoiseSeedSharesBetweenSeeds() throws {
        #expect(try distinct(10, "sampling.shots=[full]", "generation.seed=7") == 50)
        #expect(try distinct(10, "sampling.shots=[1]", "generation.seed=7") == 500)
        #expect(try distinct(3, "sampling.shots=[1]", "generation.seed=7") == 300)
    }

    /// What is counted doesn't grow with the normals; a normal is asked for the most that a shot count wants of it.
    @Test func countedPictures() throws {
        let one = "generation.anomalies=[{words: bent, count: 40}, {words: torn, count: 21}]"
        #expect(try distinct(10, "sampling.shots=[full]", "sampling.seeds=[0]", one) == 61)
        // The first normal makes all 61 of the one-shot set; of the second one the two-shot set wants 20 and 10.
        #expect(try distinct(10, "sampling.shots=[1, 2]", "sampling.seeds=[0]", one) == 61 + 20 + 10)
        // Beside it the others share what each normal gets.
        #expect(
            try distinct(
                10, "sampling.shots=[2]", "sampling.seeds=[0]", "generation.images_per_normal=6",
                "generation.anomalies=[{words: bent, count: 5}, torn, worn]") == 5 + 12)
    }

    /// A shot is a picture with all its tiles, each of which gets its pictures.
    @Test func tilesCountEachForItself() throws {
        let text = """
            version: 2
            name: p
            dataset: { path: d, tiles: { size: 512 } }
            sampling: { shots: [1, 4, full], seeds: [0, 1] }
            generation: { method: cutpaste, images_per_normal: { few: 10, full: 3 } }
            """
        let manifest = try Manifest.parse(Array(text.utf8), file: "m", directory: "/")
        let pool = PoolForecast(manifest)
        let category = CategorySize(name: "c", train: 6 * 12, test: 24, tilesEach: 12, pixels: 512 * 512)
        #expect(pool.normals(category, .count(4)) == 48 && pool.normals(category, .full) == 72)
        #expect(pool.pictures(category, .count(1)) == 120 && pool.pictures(category, .full) == 216)
        let made = try #require(pool.distinct(category, manifest.sampling.shots, seeds: 2))
        #expect((made.normals, made.pictures) == (144, 2 * (48 * 10 + 24 * 3)))
        let forecast = forecast(manifest, [category])
        #expect(forecast.text.contains("1-shot: 2 data sets of 120 pictures, from 12 tiles"))
        #expect(forecast.text.contains("a shot is a whole picture with all its tiles"))
        // Before ingest nobody knows how many tiles there are.
        let unknown = CategorySize(name: "c", train: nil, test: nil, tilesEach: nil, pixels: nil)
        #expect(pool.normals(unknown, .count(1)) == nil && pool.distinct(unknown, [.count(1)], seeds: 1) == nil)
    }

    /// Each anomaly's pictures fill their own batches.
    @Test func batchesAreFilledUp() throws {
        #expect(try distinct(9, "sampling.shots=[1]", "sampling.seeds=[0]", "generation.batch=8") == 104)
        #expect(
            try distinct(
                9, "sampling.shots=[1]", "sampling.seeds=[0]", "generation.batch=8",
                "generation.anomalies=[bent, cracked, torn]") == 3 * 40)
        #expect(
            try distinct(
                2, "sampling.shots=[1, full]", "sampling.seeds=[0]", "generation.images_per_normal={few: 1, full: 4}",
                "generation.anomalies=[bent, cracked]") == 2 * 4)
    }
}

@Suite struct CostTests {
    /// What Tests/Benchmarks' seconds of the parts make of the paper's preset on two cores: 400 to 821.
    @Test func aPictureOfThePapersPreset() throws {
        let cost = try cost()
        #expect((cost.passes, cost.evaluations) == (100, 11...110))
        let parts = PartSeconds.twoCores("float32")
        let seconds = cost.seconds(parts), once = cost.secondsOnce(parts)
        #expect((once + seconds.lowerBound).rounded() == 400)
        #expect((once + seconds.upperBound).rounded() == 821)
    }

    @Test func switchesChangeTheCount() throws {
        #expect(try cost("generation.cut.guidance.attention=false").evaluations == 0...0)
        #expect(try cost("generation.cut.guidance.early_stop=false").evaluations == 50...110)
        let draft = try cost("generation.cut.preset=draft")
        // Eight steps, every second one without its unconditional half.
        #expect(draft.passes == 12)
    }

    @Test func aPassOfAnotherSpeedScalesAllParts() {
        let parts = PartSeconds(secondsPerPass: 0.0357), measured = PartSeconds.twoCores("float32")
        #expect(abs(parts.guided - measured.guided / 100) < 1e-12)
        #expect(abs(parts.decode - measured.decode / 100) < 1e-12)
        #expect(PartSeconds(parts: ["forward": 1]) == nil)
        #expect(
            PartSeconds(parts: ["text": 1, "encode": 2, "forward": 3, "evaluation": 4, "guided": 5, "decode": 0]) == nil
        )
    }

    /// 11.2 MB and 506 GMAC for ViT-L/14 at 518.
    @Test func theVisionTowerOfThePaper() throws {
        let cost = try #require(manifest().namedDetectors.first).detector.work(on: .vitL14)
        #expect(cost.tokenBytes == 1369 * 1024 * 4 * 2 + 768 * 4)
        #expect((cost.trunk / 1e9).rounded() == 506)
        #expect(cost.comparison == 1369 * 1369 * 4 * 768)
    }
}

@Suite struct RunForecastTests {
    private func line(_ forecast: RunForecast, _ name: String) throws -> RunForecast.Line {
        try #require(forecast.lines.first { $0.name == name })
    }

    /// Full shot on VisA: 8,659 normals, 43,295 pictures, 583 GB of tokens.
    @Test func fullShotOfVisA() throws {
        let normals = [900, 542, 450, 453, 450, 900, 900, 904, 901, 905, 904, 450]
        let forecast = forecast(try manifest("sampling.shots=[full]", "sampling.seeds=[0]"), categories(normals))
        #expect(forecast.dataSets == [.init(shots: .full, seeds: 1, normals: 8659, pictures: 43295)])
        #expect(try line(forecast, "generate").images == 43295)
        #expect(try line(forecast, "export").images == 43295 + 8659)
        let tokens = try #require(forecast.tokens)
        #expect((tokens.bytes / 1e9).rounded() == 583)
        // 1,782 pictures fit below 20 GB; the others' tokens are computed 199 times more.
        #expect(tokens.passes == 51954 + 199 * (51954 - 1782))
        #expect(try line(forecast, "fit").bytes == 20e9)
        #expect(forecast.text.contains("583 GB") && forecast.text.contains("43,295"))
    }

    /// Test pictures of another data set, or pictures drawn on its normals once for all models.
    @Test func auxiliaryDataIsTrainedOnByEveryModel() throws {
        let others = [
            CategorySize(name: "o", train: 30, test: 40, pixels: 1_000_000),
            CategorySize(name: "p", train: 7, test: 9, pixels: 1_000_000),
        ]
        func using(_ use: String) throws -> RunForecast {
            let manifest = try manifest("auxiliary={kind: visa, path: other.tar, use: \(use)}", "cache.limit=60GB")
            return RunForecast(
                manifest, categories: categories([100]), auxiliary: others, parts: .twoCores("float32"),
                detectors: manifest.namedDetectors.map { ($0.name, $0.detector.work(on: .vitL14)) },
                detectorSeconds: 1e-12)
        }
        let alone = forecast(try manifest("cache.limit=60GB"), categories([100]))
        let tests = try using("test-split")
        #expect(tests.auxiliaryPictures == 49)
        #expect(try line(tests, "generate").images == line(alone, "generate").images)
        #expect(try #require(tests.tokens).pictures == #require(alone.tokens).pictures + 49)
        // All 37 normals, five pictures of each.
        let drawn = try using("normals+synthetic")
        #expect(drawn.auxiliaryPictures == 37 * 6)
        #expect(try #require(line(drawn, "generate").images) == #require(line(alone, "generate").images) + 37 * 5)
        #expect(try #require(drawn.tokens).pictures == #require(alone.tokens).pictures + 37 * 6)
        #expect(drawn.text.contains("auxiliary data: 222 pictures beside each"))
    }

    @Test func aLimitThatHoldsAllTokensSparesThePasses() throws {
        let forecast = forecast(
            try manifest("sampling.shots=[full]", "sampling.seeds=[0]", "cache.limit=2GB"), categories([20]))
        let tokens = try #require(forecast.tokens)
        #expect((tokens.pictures, tokens.passes) == (120, 120))
        #expect(tokens.bytes < tokens.limit)
    }

    /// The pool holds what is different, exports hold what they list.
    @Test func fewShots() throws {
        let forecast = forecast(try manifest(), categories([100, 200]))
        #expect(forecast.dataSets.map(\.pictures) == [200, 400, 800])
        #expect(try line(forecast, "generate").images == 2 * 400 * 5)
        // Beside pictures and normals as many unused normals as there are pictures, or as are left: of 100 and of 200.
        #expect(try line(forecast, "export").images == (200 + 300 + 500 + 201 + 400 + 600) * 5)
        #expect(try line(forecast, "detect").images == 2 * 10 * 15)
        let hours = try #require(line(forecast, "generate").hours)
        // 4,000 pictures of 391 to 811 s, and 40 times what a normal costs.
        #expect((hours.lowerBound.rounded(), hours.upperBound.rounded()) == (434, 902))
        let total = try #require(forecast.total.hours)
        #expect(total.lowerBound > hours.lowerBound)
    }

    @Test func whatIsNotKnownIsNotPriced() throws {
        let unknown = CategorySize(name: "own", train: nil, test: nil, pixels: nil)
        let few = forecast(try manifest(), [unknown])
        #expect(try line(few, "generate").images == 2000)
        #expect(try line(few, "generate").hours != nil)
        #expect(try line(few, "generate").bytes == nil && line(few, "detect").images == nil)
        #expect(few.total.bytes == nil && few.total.hours == nil)
        let full = forecast(try manifest("sampling.shots=[full]"), [unknown])
        #expect(try line(full, "generate").images == nil)
        #expect(full.tokens == nil && full.text.contains("–"))
        let external = forecast(
            try manifest("generation.method=external", "generation.external.path=there"), categories([5]))
        #expect(!external.lines.contains { $0.name == "generate" })
        let slow = forecast(try manifest(), categories([100]), parts: nil)
        #expect(try line(slow, "generate").hours == nil && line(slow, "generate").bytes != nil)
    }

    @Test func stagesThatAreNotAskedAreNotPriced() throws {
        let forecast = forecast(try manifest(), categories([100]), stages: [.generate, .export])
        #expect(forecast.lines.map(\.name) == ["generate", "export"] && forecast.tokens == nil)
        #expect(forecast.total.hours == (try line(forecast, "generate").hours))
    }

    @Test func theTableIsAligned() throws {
        let rows = forecast(try manifest(), categories([100])).text.split(separator: "\n").drop {
            !$0.contains("hours")
        }.prefix { !$0.hasPrefix("Tokens") }
        #expect(rows.count == 6)
        #expect(Set(rows.map(\.count)).count == 1, "\(rows)")
    }
}

@Suite struct ProcessorTests {
    private let old = ProcessorFeatures(cpuinfo: "model name\t: X\nflags\t\t: fpu sse2 avx avx2 fma\n")
    private let new = ProcessorFeatures(cpuinfo: "flags\t\t: fpu avx2 avx512f avx512_bf16\nflags\t\t: fpu\n")

    @Test func bfloat16IsEmulatedWhereOnlyAVX2IsThere() throws {
        #expect(old.support(of: "bfloat16") == .emulated(slowdown: 17))
        #expect(new.support(of: "bfloat16") == .native)
        #expect(old.support(of: "float32") == .native)
        #expect(ProcessorFeatures(cpuinfo: "Features\t: fp asimd bf16\n").support(of: "bfloat16") == .native)
        #expect(
            ProcessorFeatures(cpuinfo: "Features\t: fp asimd\n").support(of: "bfloat16") == .emulated(slowdown: nil))
        // A text that says nothing is no reason to warn.
        #expect(ProcessorFeatures(cpuinfo: "").support(of: "bfloat16") == .native)
    }

    @Test func theWarningNamesKeyPriceAndWayOut() throws {
        let text = try #require(old.warning(about: "bfloat16", key: "generation.cut.dtype"))
        #expect(text.contains("generation.cut.dtype") && text.contains("17 times") && text.contains("write float32"))
        #expect(new.warning(about: "bfloat16", key: "k") == nil)
    }
}
