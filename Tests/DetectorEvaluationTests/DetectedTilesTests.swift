import DetectorEvaluation
import Foundation
import Imaging
import Testing

/// Records of pictures that were cut, from a file that anybody may have changed.
@Suite struct DetectedTilesTests {
    private func tiles(_ count: Int, width: Int = 100, height: Int = 40, size: Int = 40, overlap: Int = 0) throws
        -> DetectedTiles
    {
        let maps = (0..<count).map { #"{"id": "a~\#($0)", "score": 1, "map": "m", "mapSHA256": ""}"# }
        let text =
            #"{"rule": {"size": \#(size), "overlap": \#(overlap)}, "width": \#(width), "height": \#(height), "#
            + #""maps": [\#(maps.joined(separator: ", "))]}"#
        return try JSONDecoder().decode(DetectedTiles.self, from: Data(text.utf8))
    }

    @Test func aGridIsOneOnlyWithAllItsTiles() throws {
        #expect(try tiles(3).grid?.count == 3)
        #expect(try tiles(2).grid == nil && tiles(4).grid == nil)
    }

    @Test func whatCantBeAGridIsNone() throws {
        #expect(try tiles(1, size: 0).grid == nil)
        #expect(try tiles(3, overlap: 40).grid == nil && tiles(3, overlap: -1).grid == nil)
        #expect(try tiles(1, width: 0).grid == nil && tiles(1, height: -5).grid == nil)
        #expect(try tiles(1, width: .max, height: .max, size: .max).grid == nil)
        #expect(try tiles(1, width: 16000, height: 16000, size: 16000).grid == nil)
    }

    /// The first of the highest tiles gives its parts and facts.
    @Test func theHighestTileDecides() throws {
        let rule = try #require(TileRule(size: 40, overlap: 0))
        let grid = TileGrid(rule, width: 100, height: 40)
        let parts = [(0.25, 1.0), (0.75, 2.0), (0.75, 3.0)].enumerated().map { index, values in
            DetectionRecord(
                id: "a~r00c0\(index)", score: values.0, parts: ["text": values.1], map: "\(index).npy", mapSHA256: "")
        }
        let whole = try #require(DetectionRecord(id: "a", grid: grid, rule: rule, tiles: parts))
        #expect((whole.id, whole.score, whole.parts) == ("a", 0.75, ["text": 2]))
        #expect(whole.map == nil && whole.tiles?.maps.map(\.map) == ["0.npy", "1.npy", "2.npy"])
        #expect(DetectionRecord(id: "a", grid: grid, rule: rule, tiles: []) == nil)
        #expect(DetectionRecord(id: "b", grid: grid, rule: rule, tiles: [whole]) == nil, "a whole is no tile")
    }
}
