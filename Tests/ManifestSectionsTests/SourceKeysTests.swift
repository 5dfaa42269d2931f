import AnomalyDatasets
import Archives
import Generators
import Imaging
import ManifestSections
import MethodKit
import ParameterKit
import Testing

/// What a user may say about a data set's files.
@Suite struct SourceKeysTests {
    private func dataset(_ keys: String) throws -> DatasetSection {
        try parse("version: 2\nname: x\ngeneration: { method: cutpaste }\ndataset: { path: d\(keys) }\n").dataset
    }

    private func complaint(_ keys: String) -> String {
        complaints("version: 2\nname: x\ngeneration: { method: cutpaste }\ndataset: { path: d\(keys) }\n")
    }

    @Test(arguments: [
        ("", MaskReader.Rule.automatic, false), (", masks: labels", .labels, false),
        (", masks: half-range", .soft, false), (", masks: 127", .above(127), false),
        (", masks: { inverted: true }", .automatic, true), (", masks: { levels: 0, inverted: true }", .above(0), true),
    ])
    func masks(keys: String, rule: MaskReader.Rule, inverted: Bool) throws {
        let reader = try dataset(keys).reading.masks.reader
        #expect(reader.rule == rule && reader.inverted == inverted)
    }

    @Test func ranges() throws {
        #expect(try dataset("").reading.range == nil)
        #expect(try dataset(", range: 12").reading.range == SampleRange(lower: 0, upper: 4095))
        #expect(try dataset(", range: 16").reading.range == .full)
        #expect(try dataset(", range: [100, 3000]").reading.range == SampleRange(lower: 100, upper: 3000))
    }

    @Test func folders() throws {
        #expect(try dataset("").reading.folders == nil)
        let named = try dataset(
            ", kind: folder, folders: { normal: ./good/, abnormal: [bad/a, bad/b], normal_test: ok, masks: [m/a, m/b] }"
        )
        #expect(
            named.reading.folders?.names
                == FolderNames(
                    normal: ["good"], abnormal: ["bad/a", "bad/b"], normalTest: ["ok"], masks: ["m/a", "m/b"]))
    }

    @Test func limits() throws {
        #expect(try dataset("").reading.limits.archive(key: "k").entries == ArchiveLimits().entries)
        let limits = try dataset(", limits: { entries: 7, bytes: 2GB, file: 1MiB }").reading.limits.archive(key: "k")
        #expect(limits.entries == 7 && limits.totalBytes == 2_000_000_000 && limits.fileBytes == 1 << 20)
        #expect(limits.raises == .init(entries: "k.entries", totalBytes: "k.bytes", fileBytes: "k.file"))
    }

    @Test(arguments: [
        ", masks: 300", ", masks: soft", ", masks: { levels: auto, invert: true }", ", range: 7", ", range: [5, 5]",
        ", range: [9, 3]", ", range: [1, 2, 3]", ", range: [0, 70000]", ", folders: { abnormal: bad }",
        ", folders: { normal: /abs }", ", folders: { normal: ../up }", ", folders: { normal: a/../b }",
        ", folders: { normal: [] }", ", folders: { normal: a, masks: [a] }", ", kind: visa, folders: { normal: a }",
        ", limits: { entries: 0 }", ", limits: { bytes: 20 }",
    ])
    func wrong(keys: String) {
        let said = complaint(keys)
        #expect(said.contains("dataset."), "\(keys): \(said)")
    }

    @Test func whatIsWrittenComesBack() throws {
        let text = """
            version: 2
            name: x
            generation: { method: external, external: { path: s, masks: { levels: 99, inverted: true } } }
            dataset: { path: d, masks: half-range, range: 10, folders: { normal: a, abnormal: [b] }, limits: { bytes: 1TB } }
            """
        let manifest = try parse(text)
        #expect(try parse(manifest.resolvedText) == manifest)
        #expect(try parse(manifest.askedText) == manifest)
        #expect((manifest.generation.generator as? any MaskedSource)?.maskKeys.reader.rule == .above(99))
        // A key that says nothing new asks for nothing.
        let plain = try parse("version: 2\nname: x\ndataset: { path: d }\ngeneration: { method: cutpaste }\n")
        #expect(!plain.askedText.contains("masks") && !plain.askedText.contains("limits"))
    }
}
