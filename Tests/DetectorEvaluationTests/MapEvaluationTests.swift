import DetectorEvaluation
import EvaluationMetrics
import Foundation
import Imaging
import NumpyFiles
import ParameterKit
import Reporting
import StageKit
import Testing

/// A data set of two categories in MVTec AD's layout and the maps of a detector, in a temporary folder.
struct MapFixture {
    let root = FileManager.default.temporaryDirectory.appending(path: "flawsmith-maps-\(UUID().uuidString)")
    var data: URL { root.appending(path: "data") }
    var maps: URL { root.appending(path: "maps") }
    /// Id → map at the picture's size, and its mask.
    var expected: [String: (map: [Float], mask: [UInt8]?)] = [:]
    let width = 12
    let height = 8

    init() throws {
        for category in ["nut", "bolt"] {
            for (defect, stem) in [("good", "000"), ("good", "001"), ("crack", "000"), ("dent", "000")] {
                try add("\(category)/test/\(defect)/\(stem)")
            }
        }
    }

    private mutating func add(_ id: String) throws {
        let parts = id.split(separator: "/").map(String.init)
        let seed = id.utf8.reduce(7) { ($0 * 31 + Int($1)) % 1009 }
        let map = (0..<width * height).map { Float(($0 * 37 + seed) % 61) / 61 }
        var mask: [UInt8]?
        if parts[2] != "good" {
            mask = (0..<width * height).map { ($0 % width) / 3 == seed % 4 && $0 / width > 2 ? 1 : 0 }
        }
        expected[id] = (map, mask)
        try write(
            Data(Image(width: width, height: height, colour: [90, 90, 90]).png()), data.appending(path: "\(id).png"))
        if let mask {
            let file = data.appending(path: "\(parts[0])/ground_truth/\(parts[2])/\(parts[3])_mask.png")
            try write(Data(Mask(width: width, height: height, values: mask).png()), file)
        }
        try write(NumpyFile(width: width, height: height, values: map).data, maps.appending(path: "\(id).npy"))
    }

    func write(_ bytes: Data, _ file: URL) throws {
        try FileManager.default.createDirectory(at: file.deletingLastPathComponent(), withIntermediateDirectories: true)
        try bytes.write(to: file)
    }

    func remove(_ path: String) throws { try FileManager.default.removeItem(at: root.appending(path: path)) }

    func evaluation() throws -> MapEvaluation {
        let maps = try AnomalyMapFolder(maps)
        let truth = try TestTruth(source: data.path, categories: try maps.categories())
        return MapEvaluation(maps: maps, truth: truth, detectorName: "maps", datasetName: "data")
    }

    func evaluate() throws -> EvaluatedMaps { try evaluation().run() }

    func metrics(of category: String, score: (String, [Float]) -> Double) throws -> MetricValues {
        var images = ImageEvaluation()
        var pixels = PixelEvaluation()
        for (id, picture) in expected.sorted(by: { $0.key < $1.key }) where id.hasPrefix(category) {
            try images.add(score: score(id, picture.map), anomalous: picture.mask != nil)
            try pixels.add(map: picture.map, mask: picture.mask, width: width, height: height)
        }
        return MetricValues(image: images.results(), pixel: pixels.results(), pro: .exact)
    }
}

@Suite("Evaluation of a folder of maps")
struct MapEvaluationTests {
    /// Runs `body` on a fresh fixture and removes it.
    private func with(_ body: (inout MapFixture) throws -> Void) throws {
        var fixture = try MapFixture()
        defer { try? FileManager.default.removeItem(at: fixture.root) }
        try body(&fixture)
    }

    @Test func aMapThatLiesOnItsSideIsRefused() throws {
        let place = try MapFixture()
        let id = "bolt/test/crack/000", map = try #require(place.expected[id]?.map)
        let file = place.maps.appending(path: "\(id).npy")
        try place.write(NumpyFile(width: place.height, height: place.width, values: map).data, file)
        let failure = #expect(throws: Failure.self) { try place.evaluate() }
        #expect(failure?.status == .badData && failure?.message.contains("lies on its side") == true)
        // Of any other size it is resized.
        try place.write(NumpyFile(width: 4, height: 3, values: Array(map.prefix(12))).data, file)
        #expect(try place.evaluate().resized == 1)
    }

    @Test("Maps of MVTec AD 2 lie in test_public or in test; private ones are named")
    func publicMaps() throws {
        try with { fixture in
            let plain = try fixture.evaluate().results.categories
            let files = FileManager.default
            try files.moveItem(
                at: fixture.maps.appending(path: "nut/test"), to: fixture.maps.appending(path: "nut/test_public"))
            let found = try fixture.evaluate()
            #expect(found.results.categories == plain)
            #expect(try fixture.evaluation().omissions().isEmpty)
            // What belongs to no picture with a truth is named by its own path.
            let maps = fixture.maps.appending(path: "nut")
            try files.createDirectory(at: maps.appending(path: "test_private"), withIntermediateDirectories: true)
            for stranger in ["test_private/999.npy", "test_public/good/999.npy"] {
                try files.copyItem(
                    at: maps.appending(path: "test_public/good/000.npy"), to: maps.appending(path: stranger))
            }
            #expect(
                try fixture.evaluation().omissions()
                    == ["maps of no test picture: 2, nut/test_private/999 among them"])
        }
    }

    @Test("The metrics of each category, score = maximum of the map")
    func maximum() throws {
        try with { fixture in
            let found = try fixture.evaluate()
            #expect(found.results.categories.map(\.name) == ["bolt", "nut"])
            for category in found.results.categories {
                let expected = try fixture.metrics(of: category.name) { Double($1.max() ?? 0) }
                #expect(category.values == [expected])
                #expect(expected[.regionOverlap] != nil)
                #expect(
                    found.json["categories"]?[category.name]?["pro"] == expected[.regionOverlap].map { .double($0) })
                #expect(found.json["categories"]?[category.name]?["p_ap"] == expected[.pixelAP].map { .double($0) })
            }
            #expect(try fixture.evaluation().omissions().isEmpty)
            #expect(found.json["protocol"]?["test_images"]?["nut"] == 4)
            #expect(found.terminal.contains("bolt          4 pictures"))
        }
    }

    @Test("Scores from scores.csv, with or without the picture's ending")
    func scoresTable() throws {
        try with { fixture in
            let ids = fixture.expected.keys.sorted()
            let lines = ids.enumerated().map { "\(["", "./"][$0 % 2])\($1)\([".png", ""][$0 % 2]),\(Double($0) / 4)" }
            try fixture.write(
                Data(("image,score\r\n" + lines.joined(separator: "\r\n")).utf8),
                fixture.maps.appending(path: "scores.csv"))
            let found = try fixture.evaluate()
            let expected = try fixture.metrics(of: "nut") { id, _ in Double(ids.firstIndex(of: id) ?? 0) }
            #expect(found.results.categories[1].values == [expected])
            #expect(found.json["protocol"]?["image_score"] == "scores.csv")
        }
    }

    @Test("A 16-bit PNG and a map of another size will do")
    func otherForms() throws {
        try with { fixture in
            let small = Plane(width: 3, height: 2, values: [0, 0.25, 1, 0.5, 0, 0.75])
            try fixture.remove("maps/nut/test/crack/000.npy")
            try fixture.write(Data(small.png16()), fixture.maps.appending(path: "nut/test/crack/000.png"))
            let stored = try Plane(png: try small.png16(), name: "small")
            fixture.expected["nut/test/crack/000"]?.map = stored.resizedBilinear(width: 12, height: 8).values
            let expected = try fixture.metrics(of: "nut") { id, map in id.contains("crack") ? 1 : Double(map.max() ?? 0)
            }
            let found = try fixture.evaluate()
            #expect(found.results.categories[1].values == [expected])
            #expect(found.resized == 1)
            #expect(found.terminal.contains("Maps resized to the mask's size: 1 of 8."))
        }
    }

    @Test("Float64 maps keep what float32 would merge")
    func doubles() throws {
        try with { fixture in
            // Float32 sees 1 everywhere: AUROC would be ½.
            for (id, picture) in fixture.expected where id.hasPrefix("nut") {
                let map = picture.map.indices.map { 1 + Double($0) * 1e-12 + (picture.mask?[$0] ?? 0 == 0 ? 0 : 1e-9) }
                let header = "{'descr': '<f8', 'fortran_order': False, 'shape': (8, 12), }".padding(
                    toLength: 117, withPad: " ", startingAt: 0)
                var file = Data([0x93] + Array("NUMPY".utf8) + [1, 0, 118, 0] + Array((header + "\n").utf8))
                for value in map { withUnsafeBytes(of: value.bitPattern.littleEndian) { file.append(contentsOf: $0) } }
                try fixture.write(file, fixture.maps.appending(path: "\(id).npy"))
            }
            let values = try fixture.evaluate().results.categories[1].values[0]
            #expect(DetectionMetric.allCases.allSatisfy { abs((values[$0] ?? 0) - 1) < 1e-12 }, "\(values)")
        }
    }

    @Test("One class only: null and –, and the mean goes without")
    func oneClass() throws {
        try with { fixture in
            for part in ["data", "maps"] { try fixture.remove("\(part)/nut/test/good") }
            let found = try fixture.evaluate()
            #expect(found.json["categories"]?["nut"]?["i_auroc"] == .null)
            #expect(found.json["mean"]?["i_auroc"] == found.json["categories"]?["bolt"]?["i_auroc"])
            #expect(found.terminal.contains { $0 == "–" })
        }
    }

    @Test("A defective picture whose mask is empty: its image counts as defective, its pixels as good")
    func emptyMask() throws {
        try with { fixture in
            fixture.expected["bolt/test/crack/000"]?.mask = [UInt8](repeating: 0, count: 96)
            let mask = try Mask(width: 12, height: 8, repeating: false).png()
            try fixture.write(Data(mask), fixture.data.appending(path: "bolt/ground_truth/crack/000_mask.png"))
            let found = try fixture.evaluate()
            #expect(found.emptyMasks == ["bolt/test/crack/000"])
            #expect(found.results.categories[0].values == [try fixture.metrics(of: "bolt") { Double($1.max() ?? 0) }])
        }
    }

    @Test("What is left out is said")
    func omissions() throws {
        try with { fixture in
            try fixture.remove("maps/nut")
            try fixture.write(Data(), fixture.maps.appending(path: "Nut/test/good/000.npy"))
            try fixture.write(Data(), fixture.maps.appending(path: "bolt/test/good/002.npy"))
            let ids = fixture.expected.keys.sorted() + ["bolt/test/good/7"]
            try fixture.write(
                Data(("image,score\n" + ids.map { "\($0),1\n" }.joined()).utf8),
                fixture.maps.appending(path: "scores.csv"))
            let evaluation = try fixture.evaluation()
            let lines = try evaluation.omissions()
            #expect(lines.count == 4)
            #expect(lines[0] == "left out, being no category of data: Nut")
            #expect(lines[1] == "without maps, so not in the mean: nut")
            #expect(lines[2] == "maps of no test picture: 1, bolt/test/good/002 among them")
            // The scores of nut belong to test pictures, although these aren't evaluated.
            #expect(lines[3] == "lines of scores.csv for no test picture: 1, bolt/test/good/7 among them")
            #expect(try evaluation.run().results.categories.map(\.name) == ["bolt"])

            try fixture.remove("maps/bolt")
            #expect(try fixture.evaluation().omissions().isEmpty)
            let failure = #expect(throws: Failure.self) { try fixture.evaluate() }
            #expect(failure?.message.contains("(bolt, nut)") == true)
        }
    }

    @Test("Missing maps, missing scores, nothing to evaluate: 66")
    func missing() throws {
        try with { fixture in
            try fixture.remove("maps/nut/test/good/001.npy")
            let failure = #expect(throws: Failure.self) { try fixture.evaluate() }
            #expect(failure?.status == .inputMissing)
            #expect(failure?.message.contains("1 of 8 test pictures have no map, nut/test/good/001") == true)
        }
        try with { fixture in
            try fixture.write(
                Data("image,score\nnut/test/good/000,1\n".utf8), fixture.maps.appending(path: "scores.csv"))
            let failure = #expect(throws: Failure.self) { try fixture.evaluate() }
            #expect(failure?.message.contains("7 of 8 test pictures have no score") == true)
        }
        try with { fixture in
            try fixture.remove("maps/nut")
            try fixture.remove("maps/bolt")
            #expect(throws: Failure.self) { try fixture.evaluate() }
            try fixture.remove("maps")
            #expect(throws: Failure.self) { try fixture.evaluate() }
        }
    }

    @Test("Bad scores and masks are named: 65")
    func badInput() throws {
        try with { fixture in
            try fixture.write(
                Data("image,score\nnut/test/good/000,nan\n".utf8), fixture.maps.appending(path: "scores.csv"))
            #expect(throws: Failure.self) { try fixture.evaluate() }
        }
        try with { fixture in
            let bad = NumpyFile(width: 1, height: 1, values: [.nan])
            try fixture.write(bad.data, fixture.maps.appending(path: "nut/test/good/000.npy"))
            let error = #expect(throws: MetricError.self) { try fixture.evaluate() }
            #expect(error?.description.contains("nut/test/good/000.npy") == true)
        }
        try with { fixture in
            try fixture.remove("maps/bolt/test/dent/000.npy")
            let heat = Image(width: 12, height: 8, colour: [200, 10, 10])
            try fixture.write(Data(heat.png()), fixture.maps.appending(path: "bolt/test/dent/000.png"))
            let failure = #expect(throws: Failure.self) { try fixture.evaluate() }
            #expect(failure?.status == .badData)
            #expect(failure?.message.contains("3 channels of 8 bits") == true)
        }
        try with { fixture in
            let mask = try Mask(width: 3, height: 3, repeating: true).png()
            try fixture.write(Data(mask), fixture.data.appending(path: "bolt/ground_truth/crack/000_mask.png"))
            let failure = #expect(throws: Failure.self) { try fixture.evaluate() }
            #expect(failure?.status == .badData)
            #expect(failure?.place?.contains("bolt/ground_truth/crack/000_mask.png") == true)
        }
    }
}
