import Detectors
import Generators
import ManifestKit
import ManifestSections
import ParameterKit
import Testing

/// `--set key.path=value`
@Suite struct OverrideTests {
    @Test func replacesAndAdds() throws {
        let manifest = try parse(
            short, "name=other", "generation.cut.steps=50", "generation.cut.steps=60", "sampling.shots=[1, full]",
            "sampling.seeds=[7]",
            "models.clip=c", "detectors.vlad.epochs=3", "foreground.overrides.screw={method: fixed, threshold: 20}",
            "dataset.path=a=b"
        )
        #expect(manifest.name == "other")
        #expect(manifest.generation.cut.steps == 60)
        #expect(manifest.generation.method.name == "cutpaste")
        #expect(manifest.sampling.shots == [.count(1), .full])
        #expect(manifest.vlad?.epochs == 3)
        #expect(manifest.foreground.settings(for: "screw").threshold == 20)
        #expect(manifest.dataset.path.written == "a=b")
        // A section can be opened where there was none, and closed.
        #expect(try parse(short + "detectors: {}\n", "models.clip=c", "detectors.vlad={}").vlad?.epochs == 200)
        let closed = short + "models: { clip: c }\ndetectors: { vlad: {} }\n"
        #expect(try parse(closed).vlad != nil && parse(closed, "detectors={}").vlad == nil)
    }

    @Test func isCheckedLikeTheFile() {
        let said = complaints(
            short + "report: { compare_with: paper }\n", "generation.step=3", "generaton.steps=3",
            "generation.cut.steps=many",
            "generation.cut.guidance.sigma=0",
            "report.compare_with.x=3", "nothing", "=3", "a..b=3", "name=", "sampling.seeds=[1", "cache.limit=*x")
        #expect(
            said == """
                --set nothing: expected key.path=value
                --set : expected a key path as generation.cut.steps before `=`
                --set a..b: expected a key path as generation.cut.steps before `=`
                --set name: no value after `=`
                --set sampling.seeds: not YAML: did not find expected ',' or ']' (while parsing a flow sequence)
                --set cache.limit: alias `*x`: aliases are refused; write the value out
                --set generaton.steps: unknown key `generaton` in a manifest; did you mean `generation`?
                --set generation.step: unknown key `step` in `generation`; did you mean `generation.cut.steps`?
                --set generation.cut.steps: generation.cut.steps: expected a whole number from 1 to 1000, found `many`
                --set generation.cut.guidance.sigma: generation.cut.guidance.sigma: expected a number above 0, at most 10, found `0`
                --set report.compare_with.x: report.compare_with: expected paper or none, found a mapping
                """)
    }
}
