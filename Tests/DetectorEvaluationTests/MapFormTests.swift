import DetectorEvaluation
import EvaluationMetrics
import Foundation
import Imaging
import NumpyFiles
import ParameterKit
import Reporting
import StageKit
import Testing

/// The forms that maps come in: official TIFFs, NumPy's narrow types, what this program's own detection leaves.
@Suite struct MapFormTests {
    private func with(_ body: (inout MapFixture) throws -> Void) throws {
        var fixture = try MapFixture()
        defer { try? FileManager.default.removeItem(at: fixture.root) }
        try body(&fixture)
    }

    /// A TIFF of one strip: what tifffile writes of a two-dimensional array.
    private func tiff(_ width: Int, _ height: Int, bits: Int, float: Bool, _ data: [UInt8]) -> Data {
        var bytes = Data([0x49, 0x49, 42, 0])
        func number(_ value: Int, _ count: Int) { for i in 0..<count { bytes.append(UInt8(value >> (8 * i) & 255)) } }
        number(8 + data.count, 4)
        bytes.append(contentsOf: data)
        let tags = [
            (256, 4, width), (257, 4, height), (258, 3, bits), (259, 3, 1), (262, 3, 1), (273, 4, 8), (277, 3, 1),
            (278, 4, height), (279, 4, data.count), (339, 3, float ? 3 : 1),
        ]
        number(tags.count, 2)
        for (tag, type, value) in tags {
            number(tag, 2)
            number(type, 2)
            number(1, 4)
            number(value, 4)
        }
        number(0, 4)
        return bytes
    }

    private func bytes(_ map: [Float]) -> [UInt8] {
        map.flatMap { value in withUnsafeBytes(of: value.bitPattern.littleEndian) { Array($0) } }
    }

    private func npy(_ type: String, _ data: [UInt8]) -> Data {
        let header = "{'descr': '\(type)', 'fortran_order': False, 'shape': (8, 12), }".padding(
            toLength: 117, withPad: " ", startingAt: 0)
        return Data([0x93] + Array("NUMPY".utf8) + [1, 0, 118, 0] + Array((header + "\n").utf8) + data)
    }

    /// All maps of the fixture in another form.
    private func rewrite(_ fixture: MapFixture, _ ending: String, _ form: ([Float]) -> Data) throws {
        for (id, picture) in fixture.expected {
            try fixture.remove("maps/\(id).npy")
            try fixture.write(form(picture.map), fixture.maps.appending(path: id + ending))
        }
    }

    @Test(arguments: [".tiff", ".tif"])
    func officialMapsAreReadAsTheyAre(ending: String) throws {
        try with { fixture in
            let before = try fixture.evaluate()
            try rewrite(fixture, ending) { tiff(12, 8, bits: 32, float: true, bytes($0)) }
            let found = try fixture.evaluate()
            #expect(found.results.categories.map(\.values) == before.results.categories.map(\.values))
            #expect(found.ranges.keys.map(\.rawValue) == ["float32"] && found.remarks.isEmpty)
            #expect(try fixture.evaluation().omissions().isEmpty)
        }
    }

    @Test func sixteenBitsOfATIFFWillDo() throws {
        try with { fixture in
            func wide(_ map: [Float]) -> [Int] { map.map { Int($0 * 60000) } }
            for id in fixture.expected.keys {
                let old = fixture.expected[id]?.map ?? []
                fixture.expected[id]?.map = wide(old).map { Float($0) / 65535 }
            }
            let expected = try fixture.metrics(of: "nut") { Double($1.max() ?? 0) }
            try rewrite(fixture, ".tiff") { map in
                tiff(
                    12, 8, bits: 16, float: false,
                    map.flatMap { value -> [UInt8] in
                        let sample = Int((value * 65535).rounded())
                        return [UInt8(sample & 255), UInt8(sample >> 8)]
                    })
            }
            #expect(try fixture.evaluate().results.categories[1].values == [expected])
        }
    }

    @Test func narrowMapsAreReadAndTheirRangeIsStated() throws {
        try with { fixture in
            for id in fixture.expected.keys {
                let old = fixture.expected[id]?.map ?? []
                fixture.expected[id]?.map = (old).map { Float(UInt8($0 * 255)) }
            }
            let expected = try fixture.metrics(of: "nut") { Double($1.max() ?? 0) }
            try rewrite(fixture, ".npy") { npy("|u1", $0.map { UInt8($0) }) }
            let found = try fixture.evaluate()
            #expect(found.results.categories[1].values == [expected])
            let low = fixture.expected.values.flatMap(\.map).min() ?? 0
            let high = fixture.expected.values.flatMap(\.map).max() ?? 0
            #expect(
                found.remarks == [
                    "maps of 8 bits, 256 scores at most: 8, values from \(Double(low)) to \(Double(high))"
                ])
            #expect(found.json["protocol"]?["map_values"]?["uint8"]?["maps"] == 8)
        }
        try with { fixture in
            for id in fixture.expected.keys {
                let old = fixture.expected[id]?.map ?? []
                fixture.expected[id]?.map = (old).map { Float(Float16($0)) }
            }
            let expected = try fixture.metrics(of: "bolt") { Double($1.max() ?? 0) }
            try rewrite(fixture, ".npy") { map in
                npy(
                    "<f2",
                    map.flatMap { value -> [UInt8] in
                        let bits = Float16(value).bitPattern
                        return [UInt8(bits & 255), UInt8(bits >> 8)]
                    })
            }
            let found = try fixture.evaluate()
            #expect(found.results.categories[0].values == [expected])
            #expect(found.remarks.count == 1 && found.remarks[0].hasPrefix("maps of float16, 11 bits of each score: 8"))
        }
    }

    @Test func picturesOfMapsAndOtherTIFFsAreRefusedByName() throws {
        try with { fixture in
            try fixture.remove("maps/bolt/test/dent/000.npy")
            let place = fixture.maps.appending(path: "bolt/test/dent/000.tiff")
            try fixture.write(tiff(12, 8, bits: 8, float: false, [UInt8](repeating: 3, count: 96)), place)
            let failure = #expect(throws: Failure.self) { try fixture.evaluate() }
            #expect(failure?.status == .badData && failure?.place == place.path)
            try fixture.write(tiff(12, 8, bits: 64, float: true, [UInt8](repeating: 3, count: 768)), place)
            let error = #expect(throws: ImageError.self) { try fixture.evaluate() }
            #expect(error?.reason.contains("64 bits") == true)
        }
    }

    /// A detect object as a run leaves it: grids smaller than the masks, scores of their own, smoothing.
    @Test func whatDetectionLeavesIsReadAsTheRunComparedIt() throws {
        try with { fixture in
            let object = fixture.root.appending(path: "detect-v6-0123"), data = object.appending(path: "data")
            let comparison = MapComparison(size: 10, smoothing: 1.5)
            var images = ImageEvaluation()
            var pixels = PixelEvaluation()
            var records: [DetectionRecord] = []
            for (number, (id, picture)) in fixture.expected.sorted(by: { $0.key < $1.key }).enumerated()
            where id.hasPrefix("nut") {
                let grid = Plane(width: 4, height: 3, values: Array(picture.map.prefix(12)))
                let path = "units/0000\(number)/map.npy", score = Double(number) / 7
                try fixture.write(
                    NumpyFile(width: 4, height: 3, values: grid.values).data, data.appending(path: path))
                records.append(DetectionRecord(id: id, score: score, map: path, mapSHA256: ""))
                try images.add(score: score, anomalous: picture.mask != nil)
                let map = comparison.map(grid, width: 12, height: 8)
                let mask = picture.mask.map { comparison.mask(Mask(width: 12, height: 8, values: $0)) }
                try pixels.add(map: map.values, mask: mask?.values, width: 10, height: 10)
            }
            try DetectionResults.write(records, to: data)
            let identity = ObjectIdentity(
                stage: "detect", version: 6, asked: ["size": 10, "smoothing": .double(1.5)], inputs: [:])
            try DurableFile.write(identity.json.prettyText, to: object.appending(path: "identity.json"))
            let expected = MetricValues(image: images.results(), pixel: pixels.results(), pro: .exact)

            func evaluate(_ folder: URL) throws -> EvaluatedMaps {
                let maps = try AnomalyMapFolder(folder)
                let truth = try TestTruth(source: fixture.data.path, categories: try maps.categories())
                let evaluation = MapEvaluation(maps: maps, truth: truth, detectorName: "own", datasetName: "data")
                #expect(try evaluation.omissions() == ["without maps, so not in the mean: bolt"])
                return try evaluation.run()
            }
            #expect(throws: Failure.self) { try evaluate(object) }
            try DurableFile.write("{}", to: object.appending(path: "done.json"))
            // An identity that can't be read is not one that is missing.
            let file = object.appending(path: "identity.json").path, aside = object.appending(path: "aside").path
            try FileManager.default.moveItem(atPath: file, toPath: aside)
            try FileManager.default.createSymbolicLink(atPath: file, withDestinationPath: file)
            let failure = #expect(throws: Failure.self) { try evaluate(object) }
            #expect(failure?.status == .io)
            try FileManager.default.removeItem(atPath: file)
            try FileManager.default.moveItem(atPath: aside, toPath: file)
            for folder in [object, data] {
                let found = try evaluate(folder)
                #expect(found.results.categories.map(\.name) == ["nut"])
                #expect(found.results.categories[0].values == [expected])
                #expect(found.json["protocol"]?["map_size"] == "10")
                #expect(found.json["protocol"]?["image_score"] == "the detector's")
            }
        }
    }

    @Test func masksOfManyKindsAreReadByTheRulesAndOdditiesAreSaid() throws {
        try with { fixture in
            let before = try fixture.evaluate()
            for (id, picture) in fixture.expected {
                guard let mask = picture.mask else { continue }
                let parts = id.split(separator: "/")
                // Inverted, and of two levels.
                let levels = mask.enumerated().map { $1 != 0 ? UInt8(0) : $0 % 2 == 0 ? 63 : 255 }
                try fixture.write(
                    Data(Image(width: 12, height: 8, channels: 1, pixels: levels).png()),
                    fixture.data.appending(path: "\(parts[0])/ground_truth/\(parts[2])/\(parts[3])_mask.png"))
            }
            let remarks = try fixture.evaluate().remarks
            #expect(remarks.first == "masks that mark more than half of the picture: they may be inverted: 4")
            #expect(remarks.count == 2 && remarks[1].contains("read as label maps") && remarks[1].hasSuffix(": 4"))
            let maps = try AnomalyMapFolder(fixture.maps)
            let truth = try TestTruth(
                source: fixture.data.path, categories: try maps.categories(),
                masks: MaskReader(rule: .labels, inverted: true))
            let found = try MapEvaluation(maps: maps, truth: truth, detectorName: "maps", datasetName: "data").run()
            #expect(found.results.categories.map(\.values) == before.results.categories.map(\.values))
        }
    }

    @Test func turnedAndNestedPicturesAreSaidAndRead() throws {
        try with { fixture in
            let picture = try Image(width: 12, height: 8, colour: [90, 90, 90]).jpeg()
            // An APP1 segment with orientation 3 behind the first marker.
            let exif: [UInt8] =
                Array("Exif\0\0MM".utf8) + [0, 42, 0, 0, 0, 8, 0, 1, 1, 0x12, 0, 3, 0, 0, 0, 1, 0, 3, 0, 0, 0, 0, 0, 0]
            let turned = Array(picture[..<2]) + [0xFF, 0xE1, 0, UInt8(exif.count + 2)] + exif + picture[2...]
            try fixture.remove("data/bolt/test/dent/000.png")
            try fixture.write(Data(turned), fixture.data.appending(path: "bolt/test/dent/000.jpg"))
            let truth = try fixture.evaluation().truth
            #expect(
                truth.warnings == [
                    "test pictures that ask to be shown turned (EXIF), whose maps are taken to be upright: 1"
                ])
            try fixture.write(Data(picture), fixture.data.appending(path: "bolt/test/good/extra/007.jpg"))
            let missing = #expect(throws: Failure.self) { try fixture.evaluate() }
            #expect(missing?.message.contains("bolt/test/good/extra/007") == true)
            try fixture.write(
                NumpyFile(width: 12, height: 8, values: [Float](repeating: 0, count: 96)).data,
                fixture.maps.appending(path: "bolt/test/good/extra/007.npy"))
            #expect(try fixture.evaluate().testImages["bolt"] == 5)
            #expect(try fixture.evaluation().omissions().isEmpty)
        }
    }

    /// The same damage as a hard mask, a blurred one and a JPEG: maps that fit it are perfect by all three.
    @Test(arguments: ["hard", "soft", "jpeg"])
    func oneTruthAboutMasks(kind: String) throws {
        let root = FileManager.default.temporaryDirectory.appending(path: "flawsmith-truth-\(UUID().uuidString)")
        defer { try? FileManager.default.removeItem(at: root) }
        func write(_ bytes: [UInt8], _ path: String) throws {
            let file = root.appending(path: path)
            try FileManager.default.createDirectory(
                at: file.deletingLastPathComponent(), withIntermediateDirectories: true)
            try Data(bytes).write(to: file)
        }
        let (width, height) = (96, 80)
        let disc = Plane(
            width: width, height: height,
            values: (0..<width * height).map { place in
                let (x, y) = (place % width - 50, place / width - 36)
                return x * x + y * y < 400 ? 1 : 0
            })
        var plane = disc
        if kind != "hard" { plane = plane.gaussianSmoothed(sigma: 1.5) }
        let mask = Image(
            width: width, height: height, channels: 1, pixels: plane.values.map { UInt8(($0 * 255).rounded()) })
        let ending = kind == "jpeg" ? "jpg" : "png"
        let stored = kind == "jpeg" ? try mask.jpeg(quality: 75) : try mask.png()
        try write(stored, "data/part/ground_truth/crack/000_mask.\(ending)")
        let marked = try MaskReader().read(stored, name: "mask").mask
        let overlap = zip(marked.values, disc.values).count { ($0 == 1) == ($1 == 1) }
        #expect(overlap > width * height - 40)
        let picture = try Image(width: width, height: height, colour: [90, 90, 90]).png()
        for name in ["train/good/000", "test/good/000", "test/crack/000"] {
            try write(picture, "data/part/\(name).png")
        }
        for name in ["good", "crack"] {
            let values = (0..<width * height).map { place in
                Float(place % 7) / 100 + (name == "crack" && marked.values[place] == 1 ? 1 : 0)
            }
            try write(
                [UInt8](NumpyFile(width: width, height: height, values: values).data), "maps/part/test/\(name)/000.npy")
        }
        let maps = try AnomalyMapFolder(root.appending(path: "maps"))
        let truth = try TestTruth(source: root.appending(path: "data").path)
        let found = try MapEvaluation(maps: maps, truth: truth, detectorName: "maps", datasetName: "data").run()
        let values = try #require(found.categories.first?.values)
        #expect(values[.pixelAUROC] == 1 && values[.pixelF1Max] == 1)
        #expect((values[.regionOverlap] ?? 0) > 0.999)
    }

    @Test func withoutMasksPicturesAreScoredAndPixelsAreNot() throws {
        try with { fixture in
            for category in ["nut", "bolt"] { try fixture.remove("data/\(category)/ground_truth") }
            let found = try fixture.evaluate(), values = try #require(found.categories.first?.values)
            #expect(values[.imageAUROC] != nil && values[.imageF1Max] != nil)
            #expect(values[.pixelAUROC] == nil && values[.pixelF1Max] == nil && values[.regionOverlap] == nil)
            #expect(
                try fixture.evaluation().truth.warnings.contains { $0.contains("4 defective pictures have no mask") })
        }
    }
}
