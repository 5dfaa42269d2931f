import Foundation
import ManifestKit
import ManifestSections
import Testing

/// The file of `flawsmith compare`.
@Suite struct ComparisonFileTests {
    private static let whole = """
        version: 1
        name: guidance
        manifest: ../starter.yaml
        set: ["sampling.seeds=[0, 1, 2]"]
        groups: { unseen: [tile], seen: [tablet, hex_nut] }
        rows:
          - { name: CUT }
          - { name: without attention guidance, set: [generation.cut.guidance.attention=false, generation.cut.steps=50] }
          - { name: other manifest, manifest: other.yaml }
        """

    private func parse(_ text: String, file: String = "rows/c.yaml") throws -> ComparisonFile {
        try ComparisonFile.parse(Array(text.utf8), file: file)
    }

    private func complaints(_ text: String) -> String {
        do {
            _ = try parse(text, file: "c.yaml")
            return ""
        } catch {
            return "\(error)"
        }
    }

    @Test func readsAWholeFile() throws {
        let file = try parse(Self.whole)
        #expect(file.name == "guidance")
        #expect(file.manifest == "../starter.yaml")
        #expect(file.set == [Override("sampling.seeds=[0, 1, 2]", origin: "rows/c.yaml:4:7: set")])
        #expect(file.groups.map(\.name) == ["unseen", "seen"], "in the file's order")
        #expect(file.groups[1].categories == ["tablet", "hex_nut"])
        #expect(file.rows.map(\.name) == ["CUT", "without attention guidance", "other manifest"])
        #expect(file.rows[0].manifestFile == "rows/../starter.yaml")
        #expect(file.rows[0].manifestPlace == "rows/c.yaml:3:11")
        #expect(file.rows[1].set.map(\.text) == ["generation.cut.guidance.attention=false", "generation.cut.steps=50"])
        #expect(file.rows[2].ownManifest == "other.yaml")
        #expect(file.rows[2].manifestFile == "rows/other.yaml")
        #expect(file.rows[2].manifestPlace == "rows/c.yaml:9:39")
        #expect(file.rows.allSatisfy { $0.detector == nil })
        let named = try parse(Self.whole.replacing("- { name: CUT }", with: "- { name: CUT, detector: probe }"))
        #expect(named.rows[0].detector == "probe")
        #expect(named.rows[0].place.hasPrefix("rows/c.yaml:7:"))
        #expect(try parse(Self.whole, file: "c.yaml").rows[2].manifestFile == "other.yaml")
        #expect(try parse(Self.whole.replacing("other.yaml", with: "/m.yaml")).rows[2].manifestFile == "/m.yaml")
    }

    @Test func saysAllThatIsWrongAtOnce() {
        #expect(
            complaints(
                """
                version: 1
                name: a b
                manifst: x.yaml
                groups: { seen: [], "": [a], twice: [a, a] }
                rows:
                  - { name: CUT, sets: [a=1] }
                  - { name: CUT, set: [generation.cut.steps, "=3", a=] }
                  - { set: a=1 }
                """) == """
                    c.yaml:1:1: manifest is missing: The manifest that the rows vary.
                    c.yaml:2:7: name: expected a name of at most 64 letters, digits, `.`, `_` and `-` that begins with a letter or digit, found `a b`
                    c.yaml:3:1: unknown key `manifst` in a comparison; did you mean `manifest`?
                    c.yaml:4:17: groups.seen: expected a list of at least 1 (each a category's name (its folder's name: no `/`, no leading dot, at most 64 characters)), found a list of 0
                    c.yaml:4:21: groups: expected one line of text, at most 60 characters, found ``
                    c.yaml:4:41: groups.twice[1]: `a` is here a second time
                    c.yaml:6:18: unknown key `sets` in `rows[0]`; did you mean `set`?
                    c.yaml:7:5: rows[1]: the name `CUT` is here a second time
                    c.yaml:7:24: rows[1].set[0]: expected an override as generation.cut.steps=50, found `generation.cut.steps`
                    c.yaml:7:46: rows[1].set[1]: expected an override as generation.cut.steps=50, found the quoted text `=3`
                    c.yaml:7:52: rows[1].set[2]: expected an override as generation.cut.steps=50, found `a=`
                    c.yaml:8:5: rows[2].name is missing: Names the row in tables.
                    c.yaml:8:12: rows[2].set: expected a list (each an override as generation.cut.steps=50), found `a=1`; write [a=1]
                    """)
    }

    @Test(arguments: [
        ("", "c.yaml:1:1: empty: there is no comparison in it"),
        ("- a", "c.yaml:1:1: a comparison is a mapping of sections, found a list"),
        ("version: 1\nname: a\nmanifest: b\nrows: []", "c.yaml:4:7: rows: expected a list of at least 1"),
        ("version: 1\nname: a\nmanifest: b\n", "c.yaml:1:1: rows is missing"),
        ("version: 2\nname: a\nmanifest: b\nrows: [{ name: a }]", "c.yaml:1:10: version: expected 1, found `2`"),
        ("set: [sampling.seeds=[0, 1]]", "wants quotes: [\"sampling.seeds=[0, 1]\"]"),
        ("a: 1\n---\nb: 1", "a second document; a comparison is one"),
        // A key of manifests is not a key of comparisons.
        (
            "version: 1\nname: a\nmanifest: b\nrows: [{ name: a }]\nsampling: {}",
            "c.yaml:5:1: unknown key `sampling` in a comparison"
        ),
    ])
    func refuses(_ text: String, _ said: String) {
        #expect(complaints(text).contains(said), "\(complaints(text))")
    }

    @Test func groupsMustBeOfEveryRow() throws {
        let file = try parse(Self.whole)
        try file.checkGroups([("CUT", ["tile", "tablet", "hex_nut"]), ("b", ["hex_nut", "bottle", "tablet", "tile"])])
        let error = #expect(throws: ManifestError.self) {
            try file.checkGroups([("CUT", ["tile", "tablet", "hex_nut"]), ("b", ["tablet", "hexnut", "board"])])
        }
        #expect(
            error?.description == """
                rows/c.yaml:5:20: groups.unseen: the row `b` has no category `tile`
                rows/c.yaml:5:42: groups.seen: the row `b` has no category `hex_nut`; did you mean `hexnut`?
                """)
    }

    /// Errors caused by an override are reported at the override's place in the comparison.
    @Test func overridesKeepTheirPlace() throws {
        let file = try parse(Self.whole.replacing("attention=false", with: "attenton=false"))
        let error = #expect(throws: ManifestError.self) {
            try Manifest.parse(
                Array(short.utf8), file: "m.yaml", directory: "/",
                overrides: file.set + file.rows[1].set + [Override("generation.cut.steps=0")])
        }
        #expect(
            error?.description == """
                rows/c.yaml:8:47: set generation.cut.guidance.attenton: unknown key `attenton` in `generation.cut.guidance`; did you mean `attention`?
                --set generation.cut.steps: generation.cut.steps: expected a whole number from 1 to 1000, found `0`
                """)
    }

    @Test func itsKeysAreDocumented() throws {
        let page = ComparisonKeys.document.keysInMarkdown
        for key in ["version", "name", "manifest", "set", "groups", "rows"] { #expect(page.contains("| `\(key)` |")) }
        #expect(page.hasPrefix("# Keys of the comparison\n"))
        #expect(page.contains("## `rows[]`"))
        let schema = try #require(
            try JSONSerialization.jsonObject(with: Data(ComparisonKeys.document.jsonSchema.utf8)) as? [String: Any])
        #expect(schema["required"] as? [String] == ["version", "name", "manifest", "rows"])
    }

    @Test func aMissingFileIsNamed() {
        #expect(throws: ManifestError.missing(path: "nowhere.yaml")) { try ComparisonFile.load(path: "nowhere.yaml") }
    }
}
