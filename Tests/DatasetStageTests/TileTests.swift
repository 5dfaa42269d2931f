import AnomalyDatasets
import Foundation
import Imaging
import IngestStage
import ParameterKit
import SamplingStage
import StageKit
import Testing

/// Large pictures become tiles that later stages take for pictures, and nothing of the whole is forgotten.
@Suite struct TileTests {
    let place: Place
    init() throws { place = try Place() }

    /// A board that fills its picture; no two tiles look alike.
    private func board(_ number: Int, width: Int = 100, height: Int = 70) -> Image {
        var image = Image(width: width, height: height, colour: [0, 0, 0])
        for y in 0..<height {
            for x in 0..<width {
                image[x, y, 0] = UInt8((x * 7 + y * 3 + number * 40) % 256)
                image[x, y, 1] = UInt8(y * 2 % 256)
                image[x, y, 2] = UInt8(x * 2 % 256)
            }
        }
        return image
    }

    /// Marked pixels in the upper right corner alone.
    private func mask() -> Mask {
        var mask = Mask(width: 100, height: 70)
        for y in 5..<12 { for x in 80..<90 { mask[x, y] = true } }
        return mask
    }

    private func files() throws -> [String: [UInt8]] {
        var files: [String: [UInt8]] = [:]
        for number in 0..<3 { files["board/train/good/00\(number).png"] = try board(number).png() }
        files["board/train/good/small.png"] = try board(9, width: 40, height: 40).png()
        files["board/test/good/000.jpg"] = try board(20).jpeg()
        files["board/test/scratch/000.png"] = try board(30).png()
        files["board/ground_truth/scratch/000_mask.png"] = try mask().png()
        return files
    }

    private func ingest(_ files: [String: [UInt8]], size: Int = 40, overlap: Int = 10) throws -> (
        IngestedCategory, [String], [Job]
    ) {
        let url = try place.unpacked(files, "boards-\(size)-\(overlap)")
        let tiles = TileRule(size: size, overlap: overlap)
        let survey = try IngestStage.survey(
            .init(path: url, written: "boards", layout: nil, settings: .init(tiles: tiles)), store: place.store,
            digests: DigestCache(store: place.store))
        let jobs = try IngestStage.jobs(survey, categories: ["board"])
        let (summary, said) = try place.run(jobs)
        let object = place.store.object(named: try #require(summary.objects[JobKey("ingest", "board")]))
        return (try IngestedCategory(folder: object.data), said, jobs)
    }

    @Test func tilesTakeTheirPicturesPlaceAndKnowWhereTheyWere() throws {
        let (found, said, _) = try ingest(files())
        // 100 x 70 at 40 and 10: columns at 0, 30, 60, rows at 0, 30.
        #expect(found.records.count == 5 * 6 + 1)
        #expect(found.records.map(\.id) == found.records.map(\.id).sorted())
        let tile = try #require(found["board/train/good/001~r01c02"])
        let place = try #require(tile.tile)
        #expect((place.row, place.column, place.x, place.y) == (1, 2, 60, 30))
        #expect((place.picture, place.pictureWidth, place.pictureHeight) == ("board/train/good/001", 100, 70))
        #expect((tile.split, tile.defect, tile.anomalous, tile.width, tile.height) == (.train, "good", false, 40, 40))
        #expect(
            try Image(contentsOf: found.url(tile.file).path)
                == board(1).cropped(x: 60, y: 30, width: 40, height: 40))
        #expect(tile.sha256 == Digest.sha256(try Data(contentsOf: found.url(tile.file))))
        #expect(found.trainingNormals.count == 3 * 6 + 1 && found.trainingNormals.allSatisfy { $0.split == .train })

        // Small pictures are what they were, byte for byte.
        let small = try #require(found["board/train/good/small"])
        #expect(small.tile == nil)
        #expect(try [UInt8](Data(contentsOf: found.url(small.file))) == files()["board/train/good/small.png"])

        #expect(said.contains("board: pictures that are larger than a tile and are cut: 5"))
        #expect(said.contains("board: tiles that take their place (40 pixels, 10 of overlap): 30"))
        #expect(said.contains { $0.contains("no larger than a tile and stay whole: 1 (board/train/good/small.png)") })
        #expect(said.contains { $0.contains("the picture stays damaged in metrics: 5") })
    }

    @Test func masksAreCutAlikeAndTheWholeStaysDamaged() throws {
        let (found, _, _) = try ingest(files())
        let tiles = found.tests.filter { $0.picture == "board/test/scratch/000" }
        #expect(tiles.count == 6)
        // Columns 60...99 hold x 80...89: the tile r00c02 alone.
        #expect(tiles.filter(\.anomalous).map(\.id) == ["board/test/scratch/000~r00c02"])
        #expect(tiles.allSatisfy { $0.anomalous == ($0.mask != nil) && $0.defect == "scratch" })
        let marked = try #require(tiles.first(where: \.anomalous)?.mask)
        #expect(
            try Mask(contentsOf: found.url(marked).path, above: 127)
                == mask().cropped(x: 60, y: 0, width: 40, height: 40))

        let judged = try found.testPictures()
        #expect(judged.map(\.id) == ["board/test/good/000", "board/test/scratch/000"])
        #expect(judged.map(\.anomalous) == [false, true] && judged.map(\.parts.count) == [6, 6])
        #expect((judged[1].width, judged[1].height, judged[1].maskIsUnknown) == (100, 70, false))
        #expect(try Mask(contentsOf: found.url(try #require(judged[1].mask)).path, above: 127) == mask())
        #expect(try found.image(of: judged[1]) == board(30))
        #expect(try found.image(of: judged[0]) == Image(bytes: board(20).jpeg(), name: "jpeg"))
        #expect(found.cut.map(\.id) == found.cut.map(\.id).sorted() && found.cut.count == 5)
        let counts = try JSONDecoder().decode(
            DatasetRecord.self, from: Data(contentsOf: found.url("dataset.json"))
        ).counts
        #expect(counts == CategoryCounts(train: 4, testGood: 1, defects: ["scratch": 1]), "pictures, not tiles")
    }

    @Test func withoutAMaskEveryTileCountsAsDamaged() throws {
        var files = try files()
        files["board/ground_truth/scratch/000_mask.png"] = nil
        let (found, said, _) = try ingest(files, overlap: 0)
        let tiles = found.tests.filter { $0.picture == "board/test/scratch/000" }
        #expect(tiles.count == 6 && tiles.allSatisfy(\.maskIsUnknown))
        #expect(try found.testPictures().last?.maskIsUnknown == true)
        #expect(said.contains { $0.contains("damaged pictures without a mask; each counts as damaged: 6") })
    }

    /// Without the key nothing of an index or a question is other than it was.
    @Test func withoutTilesNothingChanges() throws {
        let url = try place.unpacked(files(), "plain")
        let source = IngestStage.Source(path: url, written: "plain", layout: nil)
        let survey = try IngestStage.survey(source, store: place.store, digests: DigestCache(store: place.store))
        let job = try #require(try IngestStage.jobs(survey, categories: ["board"]).first)
        #expect(Set(job.asked.object?.keys.map { $0 } ?? []) == ["category", "layout", "source"])
        let found = try #require(try place.ingest(url).categories["board"])
        #expect(found.records.count == 6 && found.cut.isEmpty)
        let index = try String(contentsOf: found.url("index.jsonl"), encoding: .utf8)
        #expect(!index.contains("tile"))
        #expect(!FileManager.default.fileExists(atPath: found.url(CutPicture.file).path))
        #expect(try found.testPictures().allSatisfy { $0.tiling == nil && $0.parts.map(\.id) == [$0.id] })
    }

    @Test func theRuleIsPartOfTheQuestion() throws {
        let asked = try [(40, 10), (40, 0), (50, 10)].map { try ingest(files(), size: $0.0, overlap: $0.1).2[0].asked }
        #expect(Set(asked.map { $0["tiles"]?.canonicalText ?? "" }).count == 3)
    }

    @Test func aForcedIngestGivesTheSameBytes() throws {
        let (found, _, jobs) = try ingest(files())
        let before = try place.digests(found.folder)
        #expect(before.keys.contains("train/good/001~r01c02.png") && before.keys.contains("wholes.jsonl"))
        #expect(!before.keys.contains("train/good/001.png"), "the whole is not kept")
        let summary = try place.run(jobs, forced: ["ingest"]).summary
        let again = place.store.object(named: try #require(summary.objects[JobKey("ingest", "board")]))
        #expect(try place.digests(again.data) == before)
    }

    @Test func tooManyTilesAreAnErrorThatNamesThePicture() throws {
        var files = try files()
        files["board/train/good/001.png"] = try board(1, width: 3000, height: 100).png()
        let error = #expect(throws: DatasetError.self) { try ingest(files, size: 32, overlap: 31) }
        #expect(error?.description.contains("board/train/good/000.png: would be cut into 2691 tiles") != true)
        #expect(
            error?.description.hasPrefix("board/train/good/001.png: would be cut into 204861 tiles") == true,
            "\(String(describing: error))")
    }

    @Test func aPictureWithATilesNameIsAnError() throws {
        var files = try files()
        files["board/train/good/001~r00c00.png"] = try board(9, width: 40, height: 40).png()
        let error = #expect(throws: DatasetError.self) { try ingest(files) }
        #expect(error?.description.contains("board/train/good/001~r00c00") == true)
    }

    /// k shots are k photographs, the same as without tiles; all tiles of each are candidates.
    @Test(arguments: [1, 2, nil])
    func aShotIsAPhotograph(shots: Int?) throws {
        func sample(_ tiles: TileRule?) throws -> SampleRecord {
            let url = try place.unpacked(files(), "sampled")
            let source = IngestStage.Source(path: url, written: "sampled", layout: nil, settings: .init(tiles: tiles))
            let survey = try IngestStage.survey(source, store: place.store, digests: DigestCache(store: place.store))
            var jobs = try IngestStage.jobs(survey, categories: ["board"])
            jobs.append(
                try SamplingStage.job(
                    subject: "board", category: "board", ingest: JobKey("ingest", "board"), shots: shots, seed: 3,
                    order: .random))
            let object = try #require(try place.run(jobs).summary.objects[JobKey("sample", "board")])
            return try SampleRecord(folder: place.store.object(named: object).data)
        }
        let whole = try sample(nil).images.map(\.id),
            tiles = try sample(TileRule(size: 40, overlap: 10)).images.map(\.id)
        func photographs(_ ids: [String]) -> [String] {
            ids.map { String($0.prefix { $0 != "~" }) }.reduce(into: []) { if $0.last != $1 { $0.append($1) } }
        }
        #expect(photographs(tiles) == whole && whole.count == shots ?? 4)
        #expect(tiles.count == whole.reduce(0) { $0 + ($1.hasSuffix("small") ? 1 : 6) })
    }
}
