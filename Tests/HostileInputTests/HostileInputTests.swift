import AnomalyDatasets
import AnomalyDetection
import Archives
import DetectorEvaluation
import Foundation
import Imaging
import ManifestKit
import ManifestSections
import NeuralNet
import NumpyFiles
import Testing
import TortureSupport

/// Eighteen thousand inputs that nobody made on purpose, over all readers. None may crash, hang or pass off a library's
/// raw words; `make test` tries a tenth.
@Suite(.serialized) struct HostileInputTests {
    let folder: HostileFolder
    init() throws { folder = try HostileFolder() }

    private func expectNoFailures(_ row: TortureRow) {
        #expect(row.failures.isEmpty, "\(row.name), seed \(Torture.seed): \(row.failures.prefix(5))")
    }

    private static var limits: ImageLimits {
        var limits = ImageLimits()
        // What a damaged header may ask for; the time goes into it, not into the reader.
        (limits.side, limits.pixels, limits.workingBytes) = (4096, 1 << 20, 1 << 24)
        return limits
    }

    @Test func archives() throws {
        let names = [
            "good.tar", "good.tar.gz", "good.tar.xz", "good.tar.zst", "good.zip", "good-stored.zip", "links.tar",
        ]
        let originals = try names.map { try Hostile.bytes("Fixtures/archives/\($0)") }
        let folder = folder
        let row = Hostile.row("archives", full: 2000, short: 200, originals: originals) { bytes, original, worker in
            let file = try folder.write(bytes, worker, "-\(names[original])")
            var limits = ArchiveLimits()
            (limits.fileBytes, limits.totalBytes) = (1 << 22, 1 << 24)
            let source = try openFileSource(file.path, limits: limits)
            while try source.next() != nil { _ = try source.contents() }
        }
        expectNoFailures(row)
    }

    @Test func pictures() throws {
        let endings = [".png", ".jpg", ".tif", ".bmp", ".webp"]
        let paths =
            try Hostile.files(in: "Goldens/formats", ending: endings)
            + Hostile.files(in: "Goldens/imaging", ending: endings)
        let originals = try paths.map { try Hostile.bytes($0) }.filter { $0.count < 50_000 }
        #expect(originals.count > 50)
        let row = Hostile.row("pictures", full: 2500, short: 250, originals: originals) { bytes, _, _ in
            _ = try PictureReader(limits: Self.limits).read(bytes, name: "mutated")
        }
        expectNoFailures(row)
    }

    @Test func jpegs() throws {
        let paths =
            try Hostile.files(in: "Goldens/formats", ending: [".jpg"])
            + Hostile.files(in: "Goldens/imaging", ending: [".jpg"])
        let originals = try paths.map { try Hostile.bytes($0) }.filter { $0.count < 50_000 }
        #expect(originals.count > 3)
        let row = Hostile.row("JPEG", full: 2000, short: 200, originals: originals) { bytes, _, _ in
            _ = try ImageInfo(checking: bytes, name: "mutated", limits: Self.limits)
            _ = try PictureReader(limits: Self.limits).read(bytes, name: "mutated")
        }
        expectNoFailures(row)
    }

    @Test func masks() throws {
        let names = [
            "formats/mask_palette.png", "formats/turned.png", "formats/palette.tif", "formats/grey16_lzw.tif",
            "formats/lossy.webp", "formats/grey.bmp", "imaging/grey16.png", "imaging/grey.jpg", "imaging/blobs.png",
        ]
        let originals = try names.map { try Hostile.bytes("Goldens/\($0)") }
        let row = Hostile.row("masks", full: 700, short: 70, originals: originals) { bytes, _, _ in
            let reading = try MaskReader(limits: Self.limits).read(bytes, name: "mutated")
            guard reading.mask.values.allSatisfy({ $0 <= 1 }) else { throw BadValue() }
        }
        expectNoFailures(row)
    }

    struct BadValue: Error {}

    @Test func safetensors() throws {
        func file(_ header: String, data: Int) -> [UInt8] {
            let text = Array(header.utf8)
            return withUnsafeBytes(of: UInt64(text.count).littleEndian) { Array($0) } + text
                + (0..<data).map { UInt8($0 % 251) }
        }
        let originals = [
            file(
                #"{"__metadata__":{"k":"v"},"a":{"dtype":"F32","shape":[2,1],"data_offsets":[0,8]},"b":{"dtype":"U8","shape":[3],"data_offsets":[8,11]}}"#,
                data: 11),
            file(
                #"{"w":{"dtype":"F16","shape":[2,3,4],"data_offsets":[0,48]},"é":{"dtype":"BF16","shape":[],"data_offsets":[48,50]}}  "#,
                data: 50),
        ]
        let folder = folder
        let row = Hostile.row("safetensors", full: 1500, short: 150, originals: originals) { bytes, _, worker in
            let file = try SafetensorsFile(folder.write(bytes, worker, ".safetensors").path)
            for key in file.keys { _ = try file.tensor(key) }
        }
        expectNoFailures(row)
    }

    @Test func manifests() throws {
        let paths = try Hostile.files(in: "Snapshots/manifests", ending: [".yaml"])
        let whole = try Hostile.bytes("Snapshots/manifests/whole.yaml")
        let originals = try paths.flatMap { [try Hostile.bytes($0), whole, whole, whole] }
        let row = Hostile.row("manifests", full: 1200, short: 60, originals: originals) { bytes, _, _ in
            let manifest = try Manifest.parse(bytes, file: "m.yaml", directory: "/home/me", overrides: [String]())
            // What is still accepted resolves to itself.
            let again = try Manifest.parse(
                Array(manifest.resolvedText.utf8), file: "m.yaml", directory: "/home/me", overrides: [String]())
            guard again == manifest else { throw BadValue() }
        }
        expectNoFailures(row)
        #expect(row.unharmed > 0 || row.tried < 60, "no mutated manifest was accepted: the mutations are too rough")
    }

    /// The same for values of the command line.
    @Test func overrides() {
        let manifest = Array("version: 2\nname: s\ndataset: { path: d }\ngeneration: { method: cutpaste }\n".utf8)
        let options = [
            "generation.cut.guidance.places=[0, 1, 2]", "dataset.categories=all", "sampling.shots=[1, full]",
            "foreground.overrides.a={method: otsu}", "generation.anomalies=[{words: a, share: 2}, b]",
            "cache.limit=20GB", "training=none", "generation.cut.gamma=0.25", "dataset.categories=\"x\"",
            "sampling.seeds=- 1\n- 2", "generation.cut.steps=1e3", "annotation=~", "export=*a", "report=!!x y",
        ]
        let row = Hostile.row("overrides", full: 600, short: 60, originals: options.map { Array($0.utf8) }) {
            bytes, _, _ in
            let option = String(decoding: bytes, as: UTF8.self)
            let read = try Manifest.parse(manifest, file: "m.yaml", directory: "/home/me", overrides: [option])
            let again = try Manifest.parse(
                Array(read.resolvedText.utf8), file: "m.yaml", directory: "/home/me", overrides: [String]())
            guard again == read else { throw BadValue() }
        }
        expectNoFailures(row)
    }

    @Test func comparisons() {
        let text = """
            version: 1
            name: guidance
            manifest: mvtec-fewshot.yaml
            set: ["sampling.seeds=[0, 1, 2]"]
            groups: { objects: [bottle, screw], textures: [tile] }
            pairs: true
            rows:
              - { name: CUT }
              - { name: without attention guidance, set: [generation.cut.guidance.attention=false] }
              - { name: another manifest, manifest: other.yaml }
            """
        let row = Hostile.row("comparisons", full: 300, short: 30, originals: [Array(text.utf8)]) { bytes, _, _ in
            _ = try ComparisonFile.parse(bytes, file: "c.yaml")
        }
        expectNoFailures(row)
    }

    @Test func maps() throws {
        func numpy(_ type: String, _ order: String, _ shape: String, data: Int) -> [UInt8] {
            var header = "{'descr': '\(type)', 'fortran_order': \(order), 'shape': \(shape), }"
            header += String(repeating: " ", count: 117 - header.count) + "\n"
            return [0x93] + Array("NUMPY".utf8) + [1, 0, 118, 0] + Array(header.utf8)
                + (0..<data).map { UInt8($0 % 63) }
        }
        let arrays = [
            numpy("<f4", "False", "(4, 6)", data: 96), numpy("<f8", "True", "(1, 3, 5)", data: 120),
            numpy("<f4", "False", "(1, 1, 2, 2)", data: 16),
        ]
        let tiffs = try ["float.tif", "grey16_lzw.tif", "grey.tif", "bigtiff.tif"].map {
            try Hostile.bytes("Goldens/formats/\($0)")
        }
        let originals = arrays + tiffs
        let row = Hostile.row("maps", full: 1000, short: 100, originals: originals) { bytes, original, _ in
            if arrays.indices.contains(original) {
                _ = try NumpyFile(Data(bytes), name: "mutated")
            } else {
                _ = try Plane(tiff: bytes, name: "mutated", limits: Self.limits)
            }
        }
        expectNoFailures(row)
    }

    @Test func scores() throws {
        let tables = [
            "image,score\nbolt/test/good/000.png,0.25\nbolt/test/bent/001.png,1.5e-3\n",
            "score;image\r\n-1e9;bolt/test/good/000\r\n\"7\";\"bolt/test/bent/001.png\"\r\n",
            "\u{FEFF}image,score,note\nbolt/test/a,b.png,1,\n\"bolt/test/\"\"a\"\".png\",inf,x\n",
        ]
        let folder = folder
        let row = Hostile.row("scores.csv", full: 2000, short: 100, originals: tables.map { Array($0.utf8) }) {
            bytes, _, worker in
            let place = folder.url.appendingPathComponent("maps-\(worker)")
            try FileManager.default.createDirectory(at: place, withIntermediateDirectories: true)
            try Data(bytes).write(to: place.appendingPathComponent("scores.csv"))
            _ = try AnomalyMapFolder(place)
        }
        expectNoFailures(row)
    }

    @Test func tables() throws {
        let split = """
            object,split,label,image,mask
            candle,train,normal,candle/Data/Images/Normal/0000.JPG,
            candle,test,anomaly,candle/Data/Images/Anomaly/000.JPG,candle/Data/Masks/Anomaly/000.png
            "pcb1",test,normal,pcb1/Data/Images/Normal/0001.JPG,

            """
        let labels = """
            image,label,mask
            candle/Data/Images/Normal/0000.JPG,normal,
            candle/Data/Images/Anomaly/000.JPG,"melded wax,foreign particle",candle/Data/Masks/Anomaly/000.png

            """
        func bothEndings(_ text: String) -> [[UInt8]] {
            [Array(text.utf8), Array(text.replacing("\n", with: "\r\n").utf8)]
        }
        let splits = Hostile.row("VisA split tables", full: 2000, short: 100, originals: bothEndings(split)) {
            bytes, _, _ in
            _ = try VisASplitTable(bytes)
        }
        expectNoFailures(splits)
        let kinds = Hostile.row("VisA label tables", full: 2000, short: 100, originals: bothEndings(labels)) {
            bytes, _, _ in
            _ = try VisALabelTable(bytes, category: "candle")
        }
        expectNoFailures(kinds)
    }

    @Test func sentences() throws {
        let text =
            #"{"normal": ["{}", "flawless {}"], "abnormal": ["damaged {}"], "templates": ["a photo of a {}."], "names": {"pcb1": "circuit board"}}"#
        let folder = folder
        let row = Hostile.row("sentences", full: 100, short: 20, originals: [Array(text.utf8)]) { bytes, _, worker in
            let ensemble = try PromptEnsemble(contentsOf: folder.write(bytes, worker, ".json"))
            _ = ensemble.sentences(ensemble.normal + ensemble.abnormal, for: ensemble.name(of: "pcb1"))
        }
        expectNoFailures(row)
    }
}
