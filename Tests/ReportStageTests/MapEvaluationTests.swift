import EvaluationMetrics
import Foundation
import Imaging
import ReportStage
import StageKit
import Testing

/// A data set of two categories in MVTec AD's layout and the maps of a detector, in a temporary folder.
private struct Fixture {
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
        try write(Data(Image(width: width, height: height, colour: [90, 90, 90]).png()), data.appending(path: "\(id).png"))
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

    func evaluate() throws -> EvaluatedMaps {
        let maps = try AnomalyMapFolder(maps)
        return try MapEvaluation(
            maps: maps, truth: try TestTruth(source: data.path), detectorName: "maps", datasetName: "data"
        ).run()
    }

    func metrics(of category: String, score: (String, [Float]) -> Double) throws -> MetricValues {
        var images = ImageEvaluation()
        var pixels = PixelEvaluation()
        for (id, picture) in expected.sorted(by: { $0.key < $1.key }) where id.hasPrefix(category) {
            try images.add(score: score(id, picture.map), anomalous: picture.mask != nil)
            try pixels.add(map: picture.map, mask: picture.mask, width: width, height: height)
        }
        let (image, pixel) = (images.results(), pixels.results())
        return MetricValues(
            imageAUROC: image.auroc, imageF1Max: image.f1Max, pixelAUROC: pixel.ranking.auroc, pixelF1Max: pixel.ranking.f1Max,
            regionOverlap: pixel.pro[.exact])
    }
}

@Suite("Evaluation of a folder of maps")
struct MapEvaluationTests {
    /// Runs `body` on a fresh fixture and removes it.
    private func with(_ body: (inout Fixture) throws -> Void) throws {
        var fixture = try Fixture()
        defer { try? FileManager.default.removeItem(at: fixture.root) }
        try body(&fixture)
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
                #expect(found.json["categories"]?[category.name]?["pro"] == expected[.regionOverlap].map { .double($0) })
            }
            #expect(found.json["protocol"]?["test_images"]?["nut"] == 4)
            #expect(found.terminal.contains("bolt          4 pictures"))
        }
    }

    @Test("Scores from scores.csv, with or without the picture's ending")
    func scoresTable() throws {
        try with { fixture in
            let ids = fixture.expected.keys.sorted()
            let lines = ids.enumerated().map { "\($1)\($0 % 2 == 0 ? ".png" : ""),\(Double($0) / 4)" }
            try fixture.write(
                Data(("image,score\r\n" + lines.joined(separator: "\r\n")).utf8), fixture.maps.appending(path: "scores.csv"))
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
            let expected = try fixture.metrics(of: "nut") { id, map in id.contains("crack") ? 1 : Double(map.max() ?? 0) }
            #expect(try fixture.evaluate().results.categories[1].values == [expected])
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
            try fixture.write(Data("image,score\nnut/test/good/000,1\n".utf8), fixture.maps.appending(path: "scores.csv"))
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
            try fixture.write(Data("image,score\nnut/test/good/000,nan\n".utf8), fixture.maps.appending(path: "scores.csv"))
            #expect(throws: Failure.self) { try fixture.evaluate() }
        }
        try with { fixture in
            let bad = NumpyFile(width: 1, height: 1, values: [.nan])
            try fixture.write(bad.data, fixture.maps.appending(path: "nut/test/good/000.npy"))
            let error = #expect(throws: MetricError.self) { try fixture.evaluate() }
            #expect(error?.description.contains("nut/test/good/000.npy") == true)
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
