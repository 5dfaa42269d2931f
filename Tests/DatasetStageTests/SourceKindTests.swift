import AnomalyDatasets
import Archives
import Foundation
import Imaging
import IngestStage
import StageKit
import Testing

/// Ingest of unusual sources: masks, ranges, orientations, formats, layouts. The test draws its own trees.
@Suite struct SourceKindTests {
    let place: Place
    init() throws { place = try Place() }

    private func ingest(
        _ files: [String: [UInt8]], layout: DatasetLayout? = nil, settings: IngestStage.Settings = .init(),
        as name: String = "set"
    ) throws -> (categories: [String: IngestedCategory], said: [String]) {
        let url = try place.unpacked(files, name)
        let source = IngestStage.Source(path: url, written: name, layout: layout, settings: settings)
        let survey = try IngestStage.survey(source, store: place.store, digests: DigestCache(store: place.store))
        let (summary, said) = try place.run(IngestStage.jobs(survey, categories: survey.categories))
        var found: [String: IngestedCategory] = [:]
        for (key, object) in summary.objects {
            found[key.subject] = try IngestedCategory(folder: place.store.object(named: object).data)
        }
        return (found, said)
    }

    private func mask(_ category: IngestedCategory, _ id: String) throws -> Mask {
        let record = try #require(category[id])
        return try Mask(contentsOf: category.url(try #require(record.mask)).path, above: 127)
    }

    @Test func masksOfSeveralLevelsAreWhole() throws {
        var files = try Drawn.mvtec()
        var levels = Drawn.mask(label: 63)
        for x in 0..<5 { levels[x, 0] = 255 }
        files["nut/ground_truth/bent/000_mask.png"] = try levels.png()
        // A soft mask, and a JPEG mask beside it.
        files["nut/ground_truth/bent/001_mask.png"] = nil
        files["nut/ground_truth/bent/001_mask.jpg"] = try Drawn.mask(label: 255).jpeg()
        let (found, said) = try ingest(files)
        let nut = try #require(found["nut"])
        #expect(try mask(nut, "nut/test/bent/000").count == 25)
        #expect(abs(try mask(nut, "nut/test/bent/001").count - 20) <= 4)
        // The other rule would mark less, and that is said.
        #expect(said.count == 1 && said[0].contains("levels between black and half of white"), "\(said)")
        let halved = try ingest(files, settings: .init(masks: .above(127)))
        #expect(try mask(try #require(halved.categories["nut"]), "nut/test/bent/000").count == 5)
        #expect(halved.categories["nut"]?.folder != nut.folder, "another question, another object")
    }

    @Test func invertedMasksAreSaid() throws {
        var files = try Drawn.mvtec()
        for number in 0..<2 {
            files["nut/ground_truth/bent/00\(number)_mask.png"] = try Mask(Drawn.mask(label: 9), above: 0).inverted
                .png()
        }
        #expect(try ingest(files).said.contains { $0.contains("inverted: 2 (nut/ground_truth/bent/000_mask.png)") })
        let right = try ingest(files, settings: .init(invertedMasks: true))
        #expect(try mask(try #require(right.categories["nut"]), "nut/test/bent/000").count == 20 && right.said.isEmpty)
    }

    @Test func twelveBitsAreNotBlack() throws {
        func picture(_ top: Float) throws -> [UInt8] {
            try Plane(width: 8, height: 4, values: (0..<32).map { top * Float($0) / 31 / 65535 }).png16()
        }
        // Dark and bright pictures keep their difference: one range for the category.
        let files = try ["part/0.png": picture(800), "part/1.png": picture(4095)]
        let (found, said) = try ingest(files, layout: .folder)
        let part = try #require(found["part"])
        let tops = try part.records.map { try Image(contentsOf: part.url($0.file).path).pixels.max() }
        #expect(tops == [50, 255])
        #expect(part.records.map(\.file) == ["0.png", "1.png"])
        for record in part.records { #expect(try Digest.sha256(file: part.url(record.file)) == record.sha256) }
        #expect(said.contains { $0.contains("0…4095 becomes 0…255 (the largest value is 4095): 2") })
        let given = try ingest(files, layout: .folder, settings: .init(range: SampleRange(lower: 0, upper: 1600)))
        let other = try #require(given.categories["part"])
        #expect(try Image(contentsOf: other.url("0.png").path).pixels.max() == 128)
        #expect(
            given.said.contains {
                $0.contains("outside of dataset.range 0…1600, which become black or white: 1")
            }, "\(given.said)")
        // A file that uses all 16 bits is kept unchanged.
        let whole = try ingest(["part/0.png": picture(65535)], layout: .folder, as: "whole")
        let kept = try #require(whole.categories["part"])
        #expect(try [UInt8](Data(contentsOf: kept.url("0.png"))) == picture(65535))
        #expect(!whole.said.contains { $0.contains("16 bits") })
    }

    /// One hot pixel must not make all pictures of 12 bits black without a word.
    @Test func aHotPixelIsNoRange() throws {
        var files: [String: [UInt8]] = [:]
        for number in 0..<3 {
            var values = (0..<1200).map { 4000 * Float($0) / 1199 / 65535 }
            if number == 1 { values[7] = 1 }
            files["part/\(number).png"] = try Plane(width: 40, height: 30, values: values).png16()
        }
        let said = try ingest(files, layout: .folder).said
        #expect(
            said.contains {
                $0.contains("the largest value is 65535") && $0.contains("If their range is 0…4095, set dataset.range")
                    && $0.contains(": 3")
            }, "\(said)")
        let given = try ingest(
            files, layout: .folder, settings: .init(range: SampleRange(lower: 0, upper: 4095)), as: "given")
        #expect(!given.said.contains { $0.contains("come out dark") })
    }

    @Test func picturesOfOtherEndingsAreCounted() throws {
        var files = try Drawn.mvtec()
        for name in ["nut/train/good/a.jfif", "nut/train/good/b.JFIF", "nut/test/bent/c.ppm"] {
            files[name] = [1, 2, 3]
        }
        files["nut/license.txt"] = [65]
        let said = try ingest(files).said
        #expect(
            said.contains { $0.hasPrefix("nut: 2 pictures are left out, nut/train/good/a.jfif among them: of their") })
        #expect(said.contains { $0.hasPrefix("nut: 1 picture is left out, nut/test/bent/c.ppm among them") }, "\(said)")
        #expect(!said.contains { $0.contains("license") })
    }

    /// Adds an eXIf chunk with an orientation behind a PNG's header.
    private func turned(_ png: [UInt8], _ orientation: UInt8) -> [UInt8] {
        let body =
            Array("eXIf".utf8) + [
                0x4D, 0x4D, 0, 42, 0, 0, 0, 8, 0, 1, 1, 0x12, 0, 3, 0, 0, 0, 1, 0, orientation, 0, 0, 0, 0, 0, 0,
            ]
        var sum: UInt32 = 0xFFFF_FFFF
        for byte in body {
            sum ^= UInt32(byte)
            for _ in 0..<8 { sum = sum & 1 == 1 ? sum >> 1 ^ 0xEDB8_8320 : sum >> 1 }
        }
        func number(_ value: UInt32) -> [UInt8] { (0..<4).map { UInt8(truncatingIfNeeded: value >> (24 - 8 * $0)) } }
        return Array(png.prefix(33)) + number(UInt32(body.count - 4)) + body + number(~sum) + Array(png.dropFirst(33))
    }

    @Test func turnedPicturesStandUpright() throws {
        var files = try Drawn.mvtec()
        let stored = Drawn.picture(30)
        files["nut/test/bent/000.png"] = turned(try stored.png(), 3)
        // A quarter turn: not applied if the mask has the stored picture's size, applied if it has the turned
        // picture's.
        files["nut/test/bent/001.png"] = turned(try stored.png(), 6)
        files["nut/test/bent/002.png"] = turned(try stored.png(), 6)
        files["nut/ground_truth/bent/002_mask.png"] = try Drawn.mask(label: 255).oriented(exif: 6).png()
        let (found, said) = try ingest(files)
        let nut = try #require(found["nut"])
        func image(_ id: String) throws -> Image { try Image(contentsOf: nut.url(try #require(nut[id]).file).path) }
        #expect(try image("nut/test/bent/000") == stored.oriented(exif: 3))
        #expect(try image("nut/test/bent/001") == stored)
        #expect(try image("nut/test/bent/002") == stored.oriented(exif: 6))
        #expect(nut["nut/test/bent/002"]?.width == 16 && nut["nut/test/bent/002"]?.height == 24)
        #expect(said.contains { $0.contains("turned upright, as their files ask (EXIF): 2 (nut/test/bent/000.png)") })
        #expect(said.contains { $0.contains("their masks have the stored size: 1 (nut/test/bent/001.png)") })
        for record in nut.records { #expect(try Digest.sha256(file: nut.url(record.file)) == record.sha256) }
    }

    /// Files in the formats' folder of goldens: TIFF, BMP and WebP become PNG, and an interrupted run is the same.
    @Test func otherFormatsBecomePNG() throws {
        let formats = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
            .appending(path: "Goldens/formats")
        func bytes(_ name: String) throws -> [UInt8] { try [UInt8](Data(contentsOf: formats.appending(path: name))) }
        let files = try [
            "01/train/ok/0.bmp": bytes("rgb.bmp"), "01/train/ok/1.tif": bytes("rgb_deflate.tif"),
            "01/test/ok/2.webp": bytes("lossless.webp"), "01/test/ko/3.bmp": bytes("rgb.bmp"),
            "01/ground_truth/ko/3.bmp": bytes("bits1.bmp"), "01/train/ok/4.tif": bytes("turned.tif"),
        ]
        let (found, said) = try ingest(files)
        let one = try #require(found["01"])
        #expect(
            one.records.map(\.file) == [
                "test/ok/2.webp.png", "test/ko/3.bmp.png", "train/ok/0.bmp.png", "train/ok/1.tif.png",
                "train/ok/4.tif.png",
            ])
        let rgb = try Image(contentsOf: formats.appending(path: "rgb_bmp_decoded.png").path)
        for record in one.records {
            let image = try Image(contentsOf: one.url(record.file).path)
            #expect(image == (record.id == "01/train/good/4" ? rgb.oriented(exif: 6) : rgb), "\(record.id)")
            #expect(record.width == image.width && record.height == image.height)
        }
        let bits = try Image(contentsOf: formats.appending(path: "bits1_bmp_decoded.png").path)
        #expect(try mask(one, "01/test/ko/3") == Mask(bits, above: 0))
        #expect(said.contains { $0.contains("01 has 3 training pictures, as published it has 400") })
        // Nothing else lies in the object: the files that waited are gone.
        #expect(try StoredObject.files(under: one.folder).count == 5 + 2 + 2)
        #expect(
            !FileManager.default.fileExists(
                atPath: one.folder.deletingLastPathComponent().appendingPathComponent("work").path))
    }

    @Test func severalMasksOfAPictureAreOne() throws {
        var files = try Drawn.mvtec("nut", normals: 2)
        files = files.filter { !$0.key.contains("bent") }
        files["nut/test/logical_anomalies/000.png"] = try Drawn.picture(3).png()
        files["nut/ground_truth/logical_anomalies/000/000.png"] = try Drawn.mask(label: 7).png()
        files["nut/ground_truth/logical_anomalies/000/001.png"] = try Drawn.mask(label: 9).oriented(exif: 3).png()
        files["nut/validation/good/000.png"] = try Drawn.picture(4).png()
        let (found, said) = try ingest(files)
        let both = Mask(Drawn.mask(label: 1), above: 0).union(Mask(Drawn.mask(label: 1).oriented(exif: 3), above: 0))
        #expect(try mask(try #require(found["nut"]), "nut/test/logical_anomalies/000") == both)
        #expect(
            said == [
                "nut: 1 picture is left out, nut/validation/good/000.png among them: validation pictures are for neither training nor testing"
            ])
    }

    /// A mask beside its picture was taken for a picture while it was unpacked, so its place depends on its kind.
    @Test func masksBesideTheirPictures() throws {
        var files = try Drawn.mvtec().filter { !$0.key.contains("ground_truth") }
        files["nut/test/bent/000_mask.png"] = try Drawn.mask(label: 1).png()
        files["nut/test/bent/001_mask.png"] = try Mask(Drawn.mask(label: 9), above: 0).plane.png16()
        let (found, said) = try ingest(files)
        let nut = try #require(found["nut"])
        #expect(nut.records.count == 6 && !nut.records.contains { $0.id.hasSuffix("_mask") })
        for id in ["nut/test/bent/000", "nut/test/bent/001"] { #expect(try mask(nut, id).count == 20) }
        #expect(said == ["nut: masks that lie beside their pictures: 2 (test/bent/000_mask.png)"])
    }

    @Test func joinedTarsAreReadWhole() throws {
        let all = try Drawn.mvtec(),
            (some, others) = (all.filter { $0.key.contains("train") }, all.filter { !$0.key.contains("train") })
        let url = try place.archive(some, "set.tar")
        let second = try Data(contentsOf: place.archive(others, "other.tar"))
        try (Data(contentsOf: url) + second).write(to: url)
        let (found, said) = try place.ingest(url)
        #expect(found["nut"]?.records.count == 6)
        #expect(said.count == 1 && said[0].contains("2 tars joined into one file"))
    }

    @Test func withoutMasksTheRecordSaysSo() throws {
        let files = try Drawn.mvtec().filter { !$0.key.contains("ground_truth") }
        let (found, said) = try ingest(files)
        let nut = try #require(found["nut"])
        #expect(nut.records.count { $0.maskIsUnknown } == 2 && nut.records.allSatisfy { $0.mask == nil })
        #expect(said.count == 1 && said[0].contains("pixels can't"))
    }

    @Test func nestedAndLongNames() throws {
        let long = String(repeating: "ü", count: 120) + ".png"  // 244 bytes
        var files = try Drawn.mvtec()
        files["nut/train/good/shift_2/\(long)"] = try Drawn.picture(9).png()
        files["nut/test/bent/extra/000.png"] = try Drawn.picture(8).png()
        files["nut/ground_truth/bent/extra/000_mask.png"] = try Drawn.mask(label: 3).png()
        let (found, said) = try ingest(files)
        let nut = try #require(found["nut"])
        #expect(nut.records.count == 8 && said.isEmpty)
        let record = try #require(nut.records.first { $0.id.hasPrefix("nut/train/good/shift_2/") })
        #expect(record.id == "nut/train/good/shift_2/\(long.dropLast(4))")
        #expect(record.file.split(separator: "/").allSatisfy { $0.utf8.count <= 200 } && record.file.hasSuffix(".png"))
        #expect(try [UInt8](Data(contentsOf: nut.url(record.file))) == files["nut/train/good/shift_2/\(long)"])
        #expect(try mask(nut, "nut/test/bent/extra/000").count == 20)
    }

    @Test func aTarWithoutItsEndIsReadWithANotice() throws {
        let url = try place.archive(try Drawn.mvtec(), "set.tar")
        let whole = try Data(contentsOf: url)
        try whole.dropLast(1024).write(to: url)
        let (found, said) = try place.ingest(url)
        #expect(found["nut"]?.records.count == 6)
        #expect(said.count == 1 && said[0].contains("blocks that end a tar are missing"))
    }

    @Test func limitsCanBeSet() throws {
        var limits = ArchiveLimits()
        limits.entries = 3
        limits.raises = .init(entries: "the.key", totalBytes: "", fileBytes: "")
        let error = #expect(throws: ArchiveError.self) {
            try ingest(Drawn.mvtec(), settings: .init(limits: limits))
        }
        #expect(error?.description.hasSuffix("set the.key higher") == true)
    }

    @Test func flatPicturesInFoldersBelowACategoryBelongToIt() throws {
        let files = try [
            "part/000.png": Drawn.picture(0).png(), "part/monday/001.png": Drawn.picture(1).png(),
        ]
        let part = try #require(try ingest(files, layout: .folder).categories["part"])
        #expect(part.records.map(\.id) == ["part/train/good/000", "part/train/good/monday/001"])
    }

    @Test func aPointerInPlaceOfAPictureIsNamedAsOne() throws {
        let pointer =
            "version https://git-lfs.github.com/spec/v1\noid sha256:\(String(repeating: "0", count: 64))\nsize 9\n"
        let error = #expect(throws: ImageError.self) {
            try ingest(["part/000.png": Array(pointer.utf8)], layout: .folder)
        }
        #expect(error?.description.contains("Git LFS") == true && error?.file.contains("part/000.png") == true)
    }

    /// A packed archive that was unpacked on the way to its names gives what any other way gives.
    @Test(arguments: [IngestStage.Wanted.all, .categories(["nut"]), .categories(["bolt"]), .nothing])
    func whatTheSurveyUnpackedIsTheSame(wanted: IngestStage.Wanted) throws {
        var files = try Drawn.mvtec("nut").merging(Drawn.mvtec("bolt")) { first, _ in first }
        files["nut/validation/good/000.png"] = try Drawn.picture(4).png()
        files["nut/test/bent/001.png"] = turned(try Drawn.picture(31).png(), 3)
        files["nut/train/good/009.png"] = try Plane(width: 24, height: 16, values: [Float](repeating: 0.01, count: 384))
            .png16()
        let url = try place.archive(files, "set.tar.xz")
        let survey = try IngestStage.survey(
            .init(path: url, written: "set", layout: nil), store: place.store, digests: DigestCache(store: place.store),
            unpackingFor: wanted)
        let (summary, said) = try place.run(IngestStage.jobs(survey, categories: survey.categories))
        let other = try Place(), plain = try other.ingest(try other.archive(files, "set.tar"))
        for (key, object) in summary.objects {
            let folder = place.store.object(named: object).data
            var (own, theirs) = (
                try place.digests(folder), try other.digests(try #require(plain.categories[key.subject]).folder)
            )
            // The archives differ, and dataset.json names them.
            (own["dataset.json"], theirs["dataset.json"]) = (nil, nil)
            #expect(own == theirs, "\(key)")
        }
        #expect(said.sorted() == plain.said.sorted())
        #expect(
            try FileManager.default.contentsOfDirectory(atPath: place.store.cache.path).allSatisfy {
                !$0.hasPrefix(".")
            })
    }

    @Test func whatAKilledSurveyUnpackedIsRemoved() throws {
        let left = place.store.cache.appendingPathComponent(".unpacked-1-abc")
        try DurableFile.write("half", to: left.appendingPathComponent("0"))
        _ = try place.survey(try place.archive(try Drawn.mvtec()))
        #expect(!FileManager.default.fileExists(atPath: left.path))
    }

    /// White is 255 in the first mask's file, and 1 in the second's.
    @Test(arguments: ["set.tar", "set.tar.xz"])
    func aMaskThatIsReadAsItIsKeepsItsBytes(name: String) throws {
        var files = try Drawn.mvtec()
        let white = try Drawn.mask(label: 255).png()
        // As another program packs it.
        let own = white.dropLast(12) + note + white.suffix(12)
        files["nut/ground_truth/bent/000_mask.png"] = Array(own)
        files["nut/ground_truth/bent/001_mask.png"] = try Drawn.mask(label: 1).png()
        let survey = try IngestStage.survey(
            .init(path: try place.archive(files, name), written: "set", layout: nil), store: place.store,
            digests: DigestCache(store: place.store), unpackingFor: .all)
        let (summary, _) = try place.run(IngestStage.jobs(survey, categories: ["nut"]))
        let object = place.store.object(named: try #require(summary.objects.values.first))
        let nut = try IngestedCategory(folder: object.data)
        func kept(_ index: Int) throws -> [UInt8] {
            let record = nut.records[index], data = try Data(contentsOf: nut.url(try #require(record.mask)))
            #expect(record.maskSHA256 == Digest.sha256(data))
            return [UInt8](data)
        }
        #expect(try kept(0) == Array(own))
        #expect(try kept(1) == Mask(Drawn.mask(label: 1), above: 0).png())
    }

    /// A PNG chunk that nobody reads: "tEXt", "k", 0, "v".
    private var note: [UInt8] {
        let body = Array("tEXtk".utf8) + [0] + Array("v".utf8)
        var sum: UInt32 = 0xFFFF_FFFF
        for byte in body {
            sum ^= UInt32(byte)
            for _ in 0..<8 { sum = sum & 1 == 1 ? sum >> 1 ^ 0xEDB8_8320 : sum >> 1 }
        }
        sum ^= 0xFFFF_FFFF
        return [0, 0, 0, 3] + body + (0..<4).map { UInt8(truncatingIfNeeded: sum >> (24 - 8 * $0)) }
    }

    @Test func aBadPictureIsNamedThoughTheSurveyUnpackedIt() throws {
        var files = try Drawn.mvtec()
        files["nut/test/bent/001.png"] = Array(try Drawn.picture(1).png().dropLast(20))
        files["nut/train/good/002.png"] = Array(try Drawn.picture(1).png().dropLast(20))
        let url = try place.archive(files, "set.tar.gz")
        let survey = try IngestStage.survey(
            .init(path: url, written: "set", layout: nil), store: place.store, digests: DigestCache(store: place.store),
            unpackingFor: .all)
        let error = #expect(throws: ImageError.self) { try place.run(IngestStage.jobs(survey, categories: ["nut"])) }
        #expect(error?.file == "set: nut/test/bent/001.png", "the first in the archive")
    }
}
