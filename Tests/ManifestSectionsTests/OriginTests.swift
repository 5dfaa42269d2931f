import Generators
import Imaging
import ManifestSections
import ParameterKit
import Testing

/// Where the values of a resolved manifest come from.
@Suite struct OriginTests {
    private let text = """
        version: 2
        name: short
        dataset:
          path: data.tar
          objects: { nut: "hex nut", "a.b": thing }
        models: { diffusion: m }
        generation:
          images_per_normal: 7
          cut:
            preset: draft
            gamma: 0.5
        """

    private func explained(_ overrides: String...) throws -> ExplainedManifest {
        try ExplainedManifest(Array(text.utf8), file: "m.yaml", directory: "/home/me", overrides: overrides)
    }

    @Test func eachKindOfOrigin() throws {
        let manifest = try explained("generation.cut.steps=60", "sampling.seeds=[3]")
        #expect(manifest.origin(of: "name") == .line(2))
        #expect(manifest.origin(of: "dataset.objects.nut") == .line(5))
        #expect(manifest.origin(of: "generation.images_per_normal.full") == .line(8))
        #expect(manifest.origin(of: "generation.cut.gamma") == .line(11))
        #expect(manifest.origin(of: "generation.cut.steps") == .option)
        #expect(manifest.origin(of: "sampling.seeds") == .option)
        #expect(manifest.origin(of: "generation.cut.dtype") == .preset("draft"))
        #expect(manifest.origin(of: "generation.cut.guidance_scale") == .byDefault)
        #expect(manifest.origin(of: "foreground.method") == .byDefault)
    }

    /// Comments apart it is the resolved manifest, and reads as the same one.
    @Test func theTextIsAManifest() throws {
        let manifest = try explained("generation.cut.steps=60")
        #expect(try parse(manifest.text) == parse(manifest.manifest.resolvedText))
        let line = try #require(manifest.text.split(separator: "\n").first { $0.contains(" steps: 60") })
        #expect(line.hasSuffix("  # --set"))
        #expect(
            manifest.text.split(separator: "\n").contains {
                $0.contains("dtype: bfloat16") && $0.hasSuffix("# preset draft")
            })
    }

    @Test func theSameForPrograms() throws {
        let json = try explained("generation.cut.steps=60").json
        #expect(json["generation.cut.steps"] == ["value": 60, "origin": "option"])
        #expect(json["name"] == ["value": "short", "origin": "line", "line": 2])
        #expect(json["generation.cut.dtype"]?["preset"] == "draft")
        #expect(json["dataset.objects.a.b"] == ["value": "thing", "origin": "line", "line": 5])
    }
}

/// Pictures that are counted, and own masks.
@Suite struct CountTests {
    @Test func countsAreReadAndAddUp() throws {
        let manifest = try parse(
            short,
            "generation.anomalies=[{words: scratched, count: 40}, {words: stained, count: 20}]")
        #expect(manifest.generation.anomalies.map(\.count) == [40, 20])
        #expect(manifest.generation.pictures(of: "nut", normals: 4, .count(4)) == 60)
        let mixed = try parse(
            short, "generation.images_per_normal=5",
            "generation.overrides.nut={anomalies: [{words: bent, count: 7}, torn]}")
        #expect(mixed.generation.pictures(of: "nut", normals: 3, .count(3)) == 7 + 15)
        #expect(mixed.generation.pictures(of: "bolt", normals: 3, .count(3)) == 15)
        #expect(try parse(manifest.resolvedText) == manifest)
    }

    @Test func whatCannotBeMeantIsRefused() {
        #expect(
            complaints(short, "generation.anomalies=[{words: bent, count: 4, share: 2}]").contains(
                "say `count` or `share`, not both"))
        #expect(
            complaints(
                short, "generation.method=external", "generation.external.path=set",
                "generation.anomalies=[{words: bent, count: 4}]"
            ).contains("so that `count` has no use"))
        #expect(
            complaints(
                short, "generation.method=external", "generation.external.path=set",
                "generation.anomalies=[{words: bent, strength: 0.4}, {words: torn, size: 0.1}]"
            ).contains("so that `size` and `strength` have no use"))
        #expect(
            complaints(
                short, "generation.method=external", "generation.external.path=set", "generation.strength=0.4"
            ).contains("a strength has no use"))
        for value in ["0", "1.01", "-1"] {
            #expect(complaints(short, "generation.strength=\(value)").contains("generation.strength"))
            #expect(complaints(short, "generation.anomalies=[{words: bent, size: \(value)}]").contains("size"))
        }
        #expect(complaints(short, "generation.anomalies=[{words: bent, count: 0}]").contains("from 1 to 1000000"))
    }

    @Test func aKindsStrengthStandsBeforeTheSections() throws {
        let section = try parse(
            short, "generation.method=cut", "models.diffusion=sd", "generation.strength=0.3",
            "generation.anomalies=[{words: bent, strength: 0.5}, torn]"
        ).generation
        #expect(section.anomalies.map { section.strength(of: $0) } == [nil, 0.3])
        #expect(section.dialledGenerators.map { ($0 as? CUT)?.settings.gamma.description } == ["0.15", "0.25"])
    }

    @Test func aPlaceIsAPathBesideTheManifest() throws {
        let manifest = try parse(short, "generation.anomalies=[{words: bent, place: thread.png}]")
        #expect(manifest.generation.anomalies[0].place?.absolute == "/home/me/thread.png")
        #expect(try parse(manifest.resolvedText) == manifest)
        #expect(try parse(short, "generation.anomalies=[bent]").generation.anomalies[0].place == nil)
    }

    @Test func ownMasksStandAlone() throws {
        let manifest = try parse(short, "foreground.masks=drawn", "foreground.overrides.tile.method=whole")
        #expect(manifest.foreground.settings(for: "nut").masks?.absolute == "/home/me/drawn")
        #expect(manifest.foreground.settings(for: "tile").masks == nil)
        #expect(manifest.foreground.settings(for: "tile").method == .whole)
        let own = try parse(short, "foreground.overrides.nut.masks=here")
        #expect(own.foreground.settings(for: "nut").masks?.absolute == "/home/me/here")
        #expect(own.foreground.settings(for: "tile").masks == nil)
        #expect(
            complaints(short, "foreground.masks=drawn", "foreground.method=otsu").contains(
                "own masks are taken as they are, so that `method` has no use"))
        #expect(try parse(manifest.resolvedText) == manifest)
    }
}
