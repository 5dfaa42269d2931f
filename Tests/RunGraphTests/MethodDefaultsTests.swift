import AnomalyDatasets
import Detectors
import ExportLayouts
import Foundation
import Generators
import ManifestSections
import MethodKit
import ParameterKit
import StageKit
import Testing

/// Identities hold what differs from the defaults: changing a default without its method's version would silently mix
/// old and new pictures.
///
/// `FLAWSMITH_RECORD_SNAPSHOTS=1` writes the golden anew, and the test then fails once.
@Suite struct MethodDefaultsTests {
    private static let golden = URL(fileURLWithPath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
        .appendingPathComponent("Snapshots/method-defaults.json")

    static let methods: [any Method.Type] = Generators.methods + Detectors.methods + ExportLayouts.methods

    @Test func defaultsChangeOnlyWithTheirVersion() throws {
        var found: [String: JSONValue] = [:]
        for method in Self.methods { found["\(method.name) v\(method.version)"] = method.allDefaults }
        for generator in Generators.all {
            for (name, settings) in generator.presetSettings {
                found["\(generator.name) v\(generator.version), preset \(name)"] = settings
            }
        }
        if ProcessInfo.processInfo.environment["FLAWSMITH_RECORD_SNAPSHOTS"] == "1" {
            try JSONValue.object(found).prettyText.write(to: Self.golden, atomically: true, encoding: .utf8)
            Issue.record("recorded \(Self.golden.lastPathComponent): look at the difference, then run again")
        }
        let known = try JSONValue(parsing: try Data(contentsOf: Self.golden)).object ?? [:]
        #expect(known.count == found.count)
        for (name, defaults) in found {
            #expect(
                known[name]?.canonicalText == defaults.canonicalText,
                "\(name): another default, or a new key. A changed default must raise the version; then record the golden"
            )
        }
    }

    /// A method whose settings can't be read back would stop the program at its first use.
    @Test func settingsSurviveTheWayThroughAMessage() throws {
        #expect(Self.methods.count >= 6)
        for method in Self.methods {
            let isSame = try method.defaultsReadBack()
            #expect(isSame, "\(method.name)")
            #expect(method.version >= 1 && !method.doc.isEmpty, "\(method.name)")
        }
    }

    @Test func namesAreUnique() {
        for registry in [Generators.methods, Detectors.methods, ExportLayouts.methods] {
            let names = registry.map { $0.name }
            #expect(Set(names).count == names.count && !names.isEmpty)
            // A table of this name must not hide a key of the section around.
            #expect(Set(names).isDisjoint(with: ["method", "prompt", "anomalies", "overrides", "batch", "seed"]))
        }
    }

    /// A preset and its numbers written out are one unit.
    @Test func presetsAreTheirNumbers() throws {
        let fast = CUT(try CUTSettings(json: ["preset": "fast"]))
        #expect(
            fast.asked()["parameters"] == [
                "guidance": ["places": [0, 2, 4], "stop_after": 2], "sampler": "dpmsolver", "steps": 40,
            ])
        #expect(CUT().asked()["parameters"] == [:])
    }

    @Test func scoringKeysAreNoPartOfWhatIsFitted() throws {
        let vlad = VLAD(try VLADSettings(json: ["coreset": 0.5, "bank": "raw", "epochs": 3, "weights": [0, 1]]))
        #expect(vlad.asked([.result])["parameters"] == ["epochs": 3])
        let asked = try #require(vlad.asked()["parameters"])
        #expect(
            asked.canonicalText
                == #"{"bank":"raw","coreset":0.5,"epochs":3,"map_weights":[0,1],"weights":[0,1]}"#)
    }
}

extension Method {
    fileprivate static var allDefaults: JSONValue { Settings().json }

    fileprivate static func defaultsReadBack() throws -> Bool { try Settings(json: Settings().json) == Settings() }
}

extension Generator {
    fileprivate static var presetSettings: [(String, JSONValue)] {
        presets.map { ($0.name, $0.generator.settings.json) }
    }
}
