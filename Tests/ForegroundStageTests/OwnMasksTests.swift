import AnomalyDatasets
import ForegroundStage
import Foundation
import Imaging
import StageKit
import Testing

@Suite("Own masks, and foregrounds that look wrong")
struct OwnMasksTests {
    private let place: Place
    init() throws { place = try Place() }

    private func mask(_ x: Range<Int>, width: Int = 64, height: Int = 48) -> Image {
        var image = Image(width: width, height: height, colour: [0])
        for y in 10..<20 { for x in x { image[x, y] = 255 } }
        return image
    }

    private func put(_ image: Image, _ path: String) throws {
        try DurableFile.write(Data(try image.png()), to: place.folder.appendingPathComponent(path))
    }

    @Test("a mask is found by its picture's name, and taken as it is")
    func byName() throws {
        try put(mask(10..<30), "masks/disc/000.png")
        try put(mask(12..<30), "masks/disc/train/good/001_mask.png")
        try put(mask(14..<30), "masks/disc/002.png")
        let (summary, said, data) = try place.run(masks: "masks")
        #expect(summary.failures.isEmpty, "\(said)")
        let records: [ForegroundRecord] = try JSONLines.read(from: data.appendingPathComponent("index.jsonl"))
        #expect(records.map(\.method) == ["own", "own", "own"])
        #expect(records.map { Int(($0.coverage * 64 * 48).rounded()) } == [200, 180, 160])
        #expect(said.isEmpty)
    }

    @Test("one file is the mask of all pictures; another file is another question")
    func oneForAll() throws {
        try put(mask(10..<30), "outline.png")
        let (_, _, first) = try place.run(masks: "outline.png")
        let records: [ForegroundRecord] = try JSONLines.read(from: first.appendingPathComponent("index.jsonl"))
        #expect(Set(records.map(\.sha256)).count == 1)
        try put(mask(10..<31), "outline.png")
        #expect(try place.run(masks: "outline.png").data != first)
    }

    @Test("what is missing, of another size, black or not there is said with its place")
    func refused() throws {
        func failure(_ masks: String) throws -> Failure {
            try #require(try place.run(masks: masks).summary.failures.first?.1 as? Failure)
        }
        try put(mask(10..<30), "some/000.png")
        let missing = try failure("some")
        #expect(missing.status == .inputMissing && missing.message.contains("2 of 3") && missing.place == "some")
        try put(mask(10..<30, width: 60), "small.png")
        #expect(try failure("small.png").message.contains("60×48"))
        try put(Image(width: 64, height: 48, colour: [0]), "black.png")
        #expect(try failure("black.png").status == .badData)
        #expect(throws: Failure.self) { try place.run(masks: "nowhere") }
        try put(mask(10..<30), "twice/000.png")
        try put(mask(10..<30), "twice/000_mask.png")
        #expect(throws: Failure.self) { try place.run(masks: "twice") }
    }

    @Test("a tile's mask is cut from its picture's; it may show nothing of the part")
    func tiles() throws {
        try put(mask(10..<30), "m/disc/000.png")
        let own = try OwnMasks(
            place.folder.appendingPathComponent("m"), written: "m", category: "disc",
            digests: DigestCache(store: place.store))
        let grid = TileGrid(try #require(TileRule(size: 32, overlap: 0)), width: 64, height: 48)
        let picture = "disc/train/good/000"
        let tiles = grid.tiles.map { tile in
            ImageRecord(
                id: TilePlace.id(of: tile, in: picture, grid), category: "disc", split: .train, anomalous: false,
                defect: "good", file: "tile.png", mask: nil, width: grid.tileWidth, height: grid.tileHeight,
                channels: 3,
                sha256: "", maskSHA256: nil, tile: TilePlace(tile, of: picture, in: grid))
        }
        try own.checkAll(tiles, category: "disc")
        // Rows 10 to 19 of columns 10 to 29: all in the upper left tile; the lower ones begin at row 16.
        #expect(try tiles.map { try own.mask(of: $0).count } == [200, 0, 80, 0])
        let other = tiles.map { tile in
            var tile = tile
            tile.tile?.picture = "disc/train/good/001"
            return tile
        }
        let failure = #expect(throws: Failure.self) { try own.checkAll(tiles + other, category: "disc") }
        #expect(failure?.message.hasPrefix("no mask for 1 of 2 pictures") == true)
        try put(mask(10..<20, width: 32, height: 32), "m/disc/000.png")
        #expect(throws: Failure.self) { try own.mask(of: tiles[0]) }
    }

    @Test("edge, whole picture and parts are said once for the category, with the sheet's path")
    func looks() throws {
        try put(mask(0..<64), "m/disc/000.png")
        try put(Image(width: 64, height: 48, colour: [255]), "m/disc/001.png")
        var dots = mask(0..<0)
        for x in [5, 20, 35, 50] { for y in 20..<24 { for dx in 0..<4 { dots[x + dx, y] = 255 } } }
        try put(dots, "m/disc/002.png")
        let (summary, said, data) = try place.run(masks: "m")
        #expect(summary.failures.isEmpty)
        let notice = try #require(said.first { $0.contains("look at the foregrounds") })
        #expect(said.count == 1)
        #expect(notice.contains(data.appendingPathComponent("contact-sheet.png").relativePathFromHere))
        for what in ["touches the picture's edge", "is the whole picture", "is in many parts"] {
            #expect(notice.contains("1 of 3 pictures: the foreground \(what)"), "\(notice)")
        }
    }

    @Test("one that is unlike its siblings is said")
    func unlike() throws {
        for number in 0..<3 { try put(mask(20..<40), "m/disc/00\(number).png") }
        try put(mask(20..<24), "m/disc/003.png")
        let (_, said, data) = try place.run(pictures: 4, masks: "m")
        #expect(said.contains { $0.contains("1 of 4 pictures: the foreground is much larger or smaller") })
        let records: [ForegroundRecord] = try JSONLines.read(from: data.appendingPathComponent("index.jsonl"))
        #expect(records.map(\.warnings.count) == [0, 0, 0, 1])
    }
}
