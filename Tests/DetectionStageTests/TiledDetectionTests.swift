import AnomalyDatasets
import DetectionStage
import DetectorEvaluation
import Detectors
import EngineLink
import EvaluationMetrics
import Foundation
import Imaging
import IngestStage
import NumpyFiles
import ParameterKit
import SamplingStage
import StageKit
import StageSupport
import Testing

/// From pictures to metrics with tiles, and a detector that is no network: it calls red pixels anomalous.
@Suite struct TiledDetectionTests {
    private let root = FileManager.default.temporaryDirectory.appendingPathComponent("tiled-\(UUID().uuidString)")
    private let ground = StageGround()
    private static let (width, height) = (150, 90)

    /// Maps at half of a tile's size: the red channel of every second pixel; their maximum is the score.
    private static func engine() -> FakeEngine {
        FakeEngine { operation throws(EngineFailure) in
            guard case .score(let request) = operation else {
                throw EngineFailure(kind: .internalError, message: "another question")
            }
            do {
                return .applied(try request.items.map { try score($0) })
            } catch {
                throw EngineFailure(kind: .io, message: "\(error)")
            }
        }
    }

    private static func score(_ item: ApplyItem) throws -> AppliedItem {
        let image = try Image(contentsOf: item.image)
        let (width, height) = (image.width / 2, image.height / 2)
        var map = Plane(width: width, height: height)
        for y in 0..<height { for x in 0..<width { map[x, y] = Float(image[2 * x, 2 * y, 0]) / 255 } }
        try NumpyFile(width: width, height: height, values: map.values).write(to: item.output)
        return AppliedItem(score: Double(map.maximum), parts: ["red": Double(map.maximum)])
    }

    /// A green board with a red mark of some strength, which the mask holds.
    private static func board(_ seed: Int, mark: (x: Int, y: Int, red: UInt8)? = nil) -> (Image, Mask) {
        var image = Image(width: width, height: height, colour: [0, 90, 30]), mask = Mask(width: width, height: height)
        for y in 0..<height { for x in 0..<width { image[x, y, 0] = UInt8((x * 5 + y * 11 + seed * 17) % 60) } }
        if let mark {
            for y in mark.y..<mark.y + 14 {
                for x in mark.x..<mark.x + 14 {
                    image[x, y, 0] = mark.red
                    mask[x, y] = true
                }
            }
        }
        return (image, mask)
    }

    private func write(_ image: Image, _ path: String) throws {
        try DurableFile.write(Data(image.png()), to: root.appendingPathComponent("data/board/\(path).png"))
    }

    /// Marks in a tile's middle, on a seam, and one too weak to be told by its maximum alone.
    private func drawData() throws {
        for number in 0..<2 { try write(Self.board(number).0, "train/good/00\(number)") }
        for number in 0..<3 { try write(Self.board(10 + number).0, "test/good/00\(number)") }
        for (number, mark) in [(10, 12, 250), (58, 40, 200), (130, 70, 50)].enumerated() {
            let (image, mask) = Self.board(20 + number, mark: (mark.0, mark.1, UInt8(mark.2)))
            try write(image, "test/stain/00\(number)")
            try write(mask.image, "ground_truth/stain/00\(number)_mask")
        }
    }

    /// The detect object, and the ingested category.
    private func detect(_ tiles: TileRule?, comparison: MapComparison = MapComparison()) throws -> (
        StoredObject, IngestedCategory
    ) {
        let source = IngestStage.Source(
            path: root.appendingPathComponent("data"), written: "data", layout: .mvtec, settings: .init(tiles: tiles))
        let survey = try IngestStage.survey(source, store: ground.store, digests: DigestCache(store: ground.store))
        let ingest = try IngestStage.jobs(survey, categories: ["board"])
        let sample = try SamplingStage.job(
            subject: "board", category: "board", ingest: JobKey("ingest", "board"), shots: 1, seed: 0, order: .random)
        let fit = Job(JobKey("fit", "board"), version: 1, asked: [:]) { _ in .complete }
        let detector = FittedDetector(VLAD(), model: (URL(fileURLWithPath: "/model"), "digest"), files: [:])
        let detect = Detection.job(
            subject: "board", category: "board",
            inputs: ["ingest": ingest[0].key, "sample": sample.key, "fit": fit.key],
            parameters: DetectionParameters(
                detector: detector, className: "board", comparison: comparison, cacheLimit: 0),
            engines: Self.engine().pool)
        let summary = try ground.run(ingest + [sample, fit, detect])
        if let (_, error) = summary.failures.first { throw error }
        return (
            try ground.object(detect.key, summary),
            try IngestedCategory(folder: ground.object(ingest[0].key, summary).data)
        )
    }

    @Test func recordsNameWholePicturesAndTheHighestTileDecides() throws {
        defer { try? FileManager.default.removeItem(at: root) }
        try drawData()
        let rule = try #require(TileRule(size: 64, overlap: 16))
        let (object, ingested) = try detect(rule)
        let records = try DetectionResults.records(of: object)
        #expect(
            records.map(\.id)
                == ["good/000", "good/001", "good/002", "stain/000", "stain/001", "stain/002"].map {
                    "board/test/\($0)"
                })
        for record in records {
            let tiles = try #require(record.tiles)
            #expect((tiles.width, tiles.height, tiles.rule, tiles.maps.count) == (150, 90, rule, 6))
            #expect(record.map == nil && record.score == tiles.maps.map(\.score).max())
            #expect(record.parts == ["red": record.score])
            let map = try DetectionResults.map(record, data: object.data)
            #expect((map.width, map.height) == (150, 90))
            #expect(
                try DetectionResults.grids(record, data: object.data).map(\.width) == Array(repeating: 32, count: 6))
        }
        #expect(abs((records.map(\.score).max() ?? 0) - 250.0 / 255) < 1e-6)
        #expect(ingested.tests.count == 36)
    }

    /// What is compared is the whole map with the whole mask, whatever the tiles' own labels say.
    @Test func metricsAreOfWholePictures() throws {
        defer { try? FileManager.default.removeItem(at: root) }
        try drawData()
        let rule = try #require(TileRule(size: 64, overlap: 16))
        let (object, _) = try detect(rule)
        let grid = TileGrid(rule, width: Self.width, height: Self.height)
        var images = ImageEvaluation()
        var pixels = PixelEvaluation()
        let marks: [(x: Int, y: Int, red: UInt8)?] = [nil, nil, nil, (10, 12, 250), (58, 40, 200), (130, 70, 50)]
        for (number, mark) in marks.enumerated() {
            let (image, mask) = Self.board(number < 3 ? 10 + number : 17 + number, mark: mark)
            // The detector's own maps, made here from the whole picture.
            var highest: Float = 0
            let map = grid.joined { tile in
                let part = grid.cut(tile, of: image)
                var map = Plane(width: 32, height: 32)
                for y in 0..<32 { for x in 0..<32 { map[x, y] = Float(part[2 * x, 2 * y, 0]) / 255 } }
                highest = max(highest, map.maximum)
                return map
            }
            try images.add(score: Double(highest), anomalous: mark != nil)
            try pixels.add(
                map: map.values, mask: mark == nil ? nil : mask.values, width: Self.width, height: Self.height)
        }
        let expected = MetricValues(image: images.results(), pixel: pixels.results(), pro: .exact)
        let found = try DetectionResults.metrics(of: object, pro: .exact)
        #expect(found == expected)
        // The third mark is weaker than the ground: of nine pairs the third picture ties in two and loses one.
        #expect(abs((found[.imageAUROC] ?? 0) - 7.0 / 9) < 1e-12 && found[.regionOverlap] != nil)
    }

    /// What detection leaves evaluates to its own figures, tiled or not; and so do the tiles' maps by name.
    @Test(arguments: [true, false])
    func evaluateSaysWhatTheReportSays(isTiled: Bool) throws {
        defer { try? FileManager.default.removeItem(at: root) }
        try drawData()
        let rule = isTiled ? TileRule(size: 64, overlap: 16) : nil
        let (object, _) = try detect(rule)
        let own = try DetectionResults.metrics(of: object, pro: .exact)
        let truth = try TestTruth(source: root.appendingPathComponent("data").path, categories: ["board"])
        func evaluate(_ maps: AnomalyMapFolder) throws -> EvaluatedMaps {
            let evaluation = MapEvaluation(maps: maps, truth: truth, detectorName: "d", datasetName: "data")
            #expect(try evaluation.omissions().isEmpty)
            return try evaluation.run()
        }
        for folder in [object.data, object.data.deletingLastPathComponent()] {
            let maps = try AnomalyMapFolder(folder)
            #expect(try maps.categories() == ["board"])
            let found = try evaluate(maps)
            #expect(found.categories.map(\.values) == [own] && found.resized == 0 && found.testImages == ["board": 6])
        }

        // The same maps as anybody's detector would write them.
        let folder = root.appendingPathComponent("maps")
        for record in try DetectionResults.records(of: object) {
            let files = try record.tiles?.maps.map { ($0.id, $0.map) } ?? [(record.id, #require(record.map))]
            for (id, map) in files {
                try DurableFile.write(
                    try Data(contentsOf: object.data.appendingPathComponent(map)),
                    to: folder.appendingPathComponent("\(id).npy"))
            }
        }
        #expect(try evaluate(AnomalyMapFolder(folder, tiles: rule)).categories.map(\.values) == [own])
        guard isTiled else { return }
        let error = #expect(throws: Failure.self) {
            let maps = try AnomalyMapFolder(folder)
            _ = try MapEvaluation(maps: maps, truth: truth, detectorName: "d", datasetName: "data").run()
        }
        #expect("\(error.map { "\($0)" } ?? "")".contains("--tile-size"), "\(String(describing: error))")
        // A tile without a map is a picture without one.
        try FileManager.default.removeItem(at: folder.appendingPathComponent("board/test/stain/001~r01c02.npy"))
        let missing = #expect(throws: Failure.self) { try evaluate(AnomalyMapFolder(folder, tiles: rule)) }
        #expect("\(missing.map { "\($0)" } ?? "")".contains("1 of 6 test pictures have no map, board/test/stain/001"))
    }

    /// Compared on a square, as some papers do: the whole map and the whole mask are resized.
    @Test func aFixedSizeTakesTheWholeMap() throws {
        defer { try? FileManager.default.removeItem(at: root) }
        try drawData()
        let (object, _) = try detect(TileRule(size: 64, overlap: 0), comparison: MapComparison(size: 48))
        let metrics = try DetectionResults.metrics(of: object, pro: .exact)
        #expect((metrics[.pixelAUROC] ?? 0) > 0.8)
    }

    /// One tile is one picture: a size that no picture exceeds gives the same figures as none.
    @Test func aSizeThatCutsNothingChangesNoFigure() throws {
        defer { try? FileManager.default.removeItem(at: root) }
        try drawData()
        let whole = try DetectionResults.metrics(of: detect(nil).0, pro: .exact)
        #expect(try DetectionResults.metrics(of: detect(TileRule(size: 150, overlap: 20)).0, pro: .exact) == whole)
    }
}
