import AnomalyDatasets
import Detectors
import Foundation
import Generators
import Imaging
import ManifestKit
import ManifestSections
import MethodKit
import ParameterKit
import Testing

private func foreground(_ change: (inout ForegroundSettings) -> Void) -> ForegroundSettings {
    var settings = ForegroundSettings()
    change(&settings)
    return settings
}

@Suite struct ManifestTests {
    @Test func readsTheWholeManifest() throws {
        let manifest = try Manifest.load(path: snapshots.appendingPathComponent("whole.yaml").path)
        #expect(manifest.name == "mvtec-fewshot")
        #expect(manifest.dataset.kind == .mvtec)
        #expect(manifest.dataset.path.written == "../data/mvtec_anomaly_detection.tar.xz")
        #expect(manifest.dataset.path.absolute == snapshots.path + "/../data/mvtec_anomaly_detection.tar.xz")
        #expect(manifest.dataset.categories == ["bottle", "screw"])
        #expect(manifest.auxiliary == nil)
        #expect(manifest.foreground.settings(for: "screw").method == .otsu)
        #expect(manifest.foreground.settings(for: "carpet").method == .whole)
        #expect(manifest.sampling.shots == [.count(1), .count(2), .count(4), .full])
        #expect(manifest.sampling.seeds == [0, 1, 2, 3, 4])
        #expect(manifest.sampling.order == .random)
        #expect(manifest.generation.anomalies == [Anomaly(name: "damaged", words: "damaged", share: 1)])
        #expect(manifest.generation.cut.denoisingSteps == 50)
        #expect(manifest.generation.cut.guidance.thresholds == [0.05, 0.5, 0.8])
        #expect(manifest.generation.seed == .sampling)
        #expect(manifest.vlad?.learningRate == 1e-4)
        #expect(manifest.vlad?.supervision == .both)
        #expect(manifest.cache.limit == 20_000_000_000)
    }

    /// A short manifest has the values that the whole one writes out.
    @Test func fillsInTheDefaults() throws {
        var whole = try Manifest.load(path: snapshots.appendingPathComponent("whole.yaml").path)
        let text = """
            version: 2
            name: mvtec-fewshot
            dataset: { path: d }
            foreground: { method: otsu, overrides: { carpet: { method: whole } } }
            models: { diffusion: m, clip: c }
            detectors: { vlad: {} }
            """
        // Relative paths begin where both lie; a category's own keys may be paths.
        let short = try Manifest.parse(
            Array(text.utf8), file: "m.yaml", directory: snapshots.path, overrides: [String]())
        whole.dataset = short.dataset
        whole.models = short.models
        #expect(short == whole)
        #expect(short.resolvedText == whole.resolvedText)
        #expect(short.dataset.kind == nil)
        #expect(short.dataset.categories == nil)
    }

    @Test func ownPhotosKeepTheirPixels() throws {
        func generation(_ dataset: String, _ generation: String = "") throws -> GenerationSection {
            try parse(
                "version: 2\nname: own\ndataset: { \(dataset) }\nmodels: { diffusion: m }\ngeneration: { \(generation) }\n"
            )
            .generation
        }
        let own = try generation("kind: folder, path: d")
        #expect(own.window == .object && own.composite)
        for dataset in ["kind: mvtec, path: d", "path: d"] {
            let known = try generation(dataset)
            #expect(known.window == .whole && !known.composite)
        }
        let said = try generation("kind: folder, path: d", "window: whole, composite: false")
        #expect(said.window == .whole && !said.composite)
        #expect(try generation("kind: mvtec, path: d", "window: 512").window == .square(512))
        // Generators that keep the rest as it is anyway have neither.
        let pasted = try generation("kind: folder, path: d", "method: cutpaste")
        #expect(pasted.window == .whole && !pasted.composite)
        for wrong in [
            "method: cutpaste, window: object", "method: perlin, composite: true", "window: 32", "window: part",
        ] {
            #expect(throws: (any Error).self) { try generation("kind: mvtec, path: d", wrong) }
        }
    }

    @Test func aSecondDataSetAndTheDetectorsSwitches() throws {
        let manifest = try parse(
            """
            version: 2
            name: crosswise
            dataset: { kind: visa, path: VisA.tar }
            auxiliary: { kind: mvtec, path: mvtec.tar.xz, use: test-split, categories: [screw, tile] }
            models: { clip: c }
            generation: { method: perlin }
            detectors:
              vlad: { prompts: own.json, image_score: both, beta: 0.5, omega: 2, bank: raw, coreset: 0.1, weights: [1, 0.5], map_weights: [0, 1] }
            evaluation: { size: 256 }
            cache: { limit: 1GB }
            """)
        let auxiliary = try #require(manifest.auxiliary)
        #expect(auxiliary.use == .testSplit && auxiliary.categories == ["screw", "tile"] && auxiliary.shots == .full)
        #expect(auxiliary.path.absolute.hasSuffix("/mvtec.tar.xz"))
        let training = try #require(manifest.vlad)
        #expect(
            training.prompts?.written == "own.json" && training.imageScore == .both && training.beta == 0.5
                && training.omega == 2)
        #expect(manifest.evaluation.size == 256 && training.bank == .raw && training.coreset == 0.1)
        #expect(training.weights == [1, 0.5] && training.mapWeights == [0, 1])
        #expect(manifest.unknownCategories(among: ["candle"], auxiliary: ["screw"]).count == 1)
        // Without: the mask's own size, every token, the built-in sentences.
        let plain = try parse(
            """
            version: 2
            name: plain
            dataset: { path: d }
            models: { clip: c }
            generation: { method: perlin }
            detectors: { vlad: {} }
            """)
        #expect(plain.evaluation.size == nil && plain.vlad?.coreset == 1 && plain.vlad?.prompts == nil)
    }

    @Test func resolvedTextReadsBackTheSame() throws {
        let odd = """
            version: 2
            name: odd
            dataset: { path: "/a b/\\"c\\"/ü/\\U0001F600", categories: [all, no, "12", "a:b"], objects: { no: "the [cls] \\\\ \\u00a0 thing", "a:b": on } }
            foreground: { threshold: 7, min_area: 1e-3, fill_holes: false, overrides: { "12": { method: fixed, threshold: 0 }, no: {} } }
            sampling: { shots: [full, 3], seeds: [4294967295], order: consecutive }
            models: { diffusion: ./m, clip: c }
            generation:
              method: cutpaste
              cut: { preset: fast, gamma: .250 }
              anomalies: [{ words: "crack, hole", share: 3 }, null, "yes"]
              overrides: { no: { anomalies: [{ name: x, words: "[anomaly]" }] }, all: { prompt: "[anomaly]: [cls] #1" } }
              images_per_normal: 7
              seed: 12
            training: { normals: reconstructed, seed: 0 }
            detectors: { vlad: { learning_rate: 0.00000001, omega: 1e3 }, second: { method: vlad, epochs: 2 } }
            cache: { limit: 1.5 GiB }
            """
        for text in [
            odd, short, try String(contentsOf: snapshots.appendingPathComponent("whole.yaml"), encoding: .utf8),
        ] {
            let once = try parse(text)
            let twice = try parse(once.resolvedText)
            #expect(twice == once)
            #expect(twice.resolvedText == once.resolvedText)
        }
        let manifest = try parse(odd)
        #expect(manifest.dataset.path.absolute == "/a b/\"c\"/ü/😀")
        #expect(manifest.dataset.categories == ["all", "no", "12", "a:b"])
        #expect(
            manifest.foreground.settings(for: "12")
                == foreground { ($0.method, $0.threshold, $0.fillHoles, $0.minArea) = (.fixed, 0, false, 0.001) })
        #expect(manifest.foreground.settings(for: "no") == manifest.foreground.common)
        #expect(manifest.generation.anomalies.map(\.name) == ["crack_hole", "null", "yes"])
        #expect(manifest.generation.anomalies.map(\.phrases) == [["crack", "hole"], ["null"], ["yes"]])
        #expect(manifest.generation.seed.seed(sampling: 3) == 12)
        #expect(manifest.generation.imagesPerNormal(.full) == 7)
        #expect(manifest.training.seed == .fixed(0))
        #expect(manifest.namedDetectors.map(\.name) == ["second", "vlad"])
        #expect(manifest.cache.limit == 3 << 29)
    }

    @Test func twoNotationsAreOneManifest() throws {
        let one = try parse(short, "generation.cut.gamma=0.25", "models.clip=c", "detectors.vlad.learning_rate=1e-4")
        let other = try parse(
            short, "generation.cut.gamma=25e-2", "models.clip=c", "detectors.vlad.learning_rate=0.00010")
        #expect(one == other)
        #expect(one.resolvedText == other.resolvedText)
    }

    @Test func lineEndsAndMarksOfOrderDoNotMatter() throws {
        let plain = try parse(short)
        #expect(try parse(short.replacing("\n", with: "\r\n")) == plain)
        #expect(try parse("\u{FEFF}" + short) == plain)
        #expect(
            complaints(short.replacing("\n", with: "\r\n") + "x: 1\r\n") == "m.yaml:5:1: unknown key `x` in a manifest")
        #expect(
            complaints("\u{FEFF}x: 1\nname: x\nversion: 2\ndataset: {path: p}\ngeneration: {method: cutpaste}")
                .hasPrefix(
                    "m.yaml:1:1: unknown key `x`"))
    }

    @Test func columnsCountLettersNotBytes() {
        #expect(
            complaints(short + "report: { ä: 1, b: 2 }").hasPrefix(
                "m.yaml:5:11: unknown key `ä` in `report`\nm.yaml:5:17: unknown key `b`"))
    }

    @Test func keysWithoutTheirSectionMayBeLeftOut() throws {
        let manifest = try parse(short)
        #expect(manifest.detectors.isEmpty && manifest.models.diffusion == nil)
        #expect(manifest.resolvedText.contains("\ndetectors: {}\n") && manifest.resolvedText.contains("\nmodels: {}\n"))
        #expect(!manifest.resolvedText.contains("diffusion:"))
        #expect(manifest.report.features == .none)
    }

    @Test func fillsPrompts() throws {
        let manifest = try parse(
            short, "generation.anomalies=[bent, {words: 'cracked, torn', share: 2}]",
            "dataset.objects={metal_nut: hex nut}",
            "generation.overrides.screw.prompt=A [cls], [anomaly], [other]")
        let prompts = manifest.generation.prompts(for: "pill_box", object: manifest.dataset.objectName("pill_box"))
        #expect(
            prompts.map(\.text) == [
                "A photo of a pill box that is bent", "A photo of a pill box that is cracked, torn",
            ])
        #expect(prompts.map(\.anomaly.share) == [1, 2])
        #expect(manifest.dataset.objectName("metal_nut") == "hex nut")
        #expect(manifest.generation.prompts(for: "screw", object: "screw").first?.text == "A screw, bent, [other]")
    }

    @Test func namesCategoriesThatADataSetLacks() throws {
        let manifest = try parse(short, "dataset.categories=[screw, botle]", "foreground.overrides.carpt.method=whole")
        #expect(
            manifest.unknownCategories(among: ["bottle", "carpet", "screw"]) == [
                "dataset.categories: the data set has no category `botle`; did you mean `bottle`?",
                "foreground.overrides: the data set has no category `carpt`; did you mean `carpet`?",
            ])
    }

    /// The manifests that travel with the project are right, and survive being resolved.
    @Test func theProjectsOwnManifestsAreRight() throws {
        let folder = URL(fileURLWithPath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
            .deletingLastPathComponent()
            .appendingPathComponent("Manifests")
        let names = try FileManager.default.contentsOfDirectory(atPath: folder.path).filter { $0.hasSuffix(".yaml") }
        #expect(names.contains("starter.yaml"))
        for name in names {
            let manifest = try Manifest.load(path: folder.appendingPathComponent(name).path)
            #expect(manifest.name == name.dropLast(".yaml".count))
            #expect(
                try Manifest.parse(Array(manifest.resolvedText.utf8), file: name, directory: folder.path) == manifest)
        }
    }

    @Test func saysThatAFileIsMissing() {
        #expect(throws: ManifestError.missing(path: "/nonexistent/m.yaml")) {
            try Manifest.load(path: "/nonexistent/m.yaml")
        }
        #expect(throws: ManifestError.unreadable(path: "/tmp", reason: "it is a folder")) {
            try Manifest.load(path: "/tmp")
        }
    }

    /// A link to itself stands there, and nobody can read it.
    @Test func tellsWhatCannotBeReadFromWhatIsMissing() throws {
        let link = FileManager.default.temporaryDirectory.appendingPathComponent(
            "manifest-\(UInt64.random(in: 0 ... .max)).yaml")
        try FileManager.default.createSymbolicLink(atPath: link.path, withDestinationPath: link.path)
        defer { try? FileManager.default.removeItem(at: link) }
        #expect(
            throws: ManifestError.unreadable(path: link.path, reason: "Too many levels of symbolic links")
        ) { try Manifest.load(path: link.path) }
        #expect(throws: ManifestError.missing(path: snapshots.path + "/whole.yaml/m.yaml")) {
            try Manifest.load(path: snapshots.path + "/whole.yaml/m.yaml")
        }
    }
}
