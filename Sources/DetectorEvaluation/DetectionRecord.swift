package import Imaging
package import ParameterKit

/// Scores of one test picture: `units/<number>/record.json` of a detect object, where a tile is a picture, and a line
/// of its `scores.jsonl`, where pictures are whole.
package struct DetectionRecord: Codable, Sendable, Equatable {
    package var id: String
    /// Higher is more anomalous. Of a picture that was cut: its tiles' highest.
    package var score: Double
    /// The score's named parts, as the detector declares them. Of a picture that was cut: those of the tile with the
    /// highest score, the first of several.
    package var parts: [String: Double]
    /// What else the detector wrote down, likewise.
    package var facts: JSONValue
    /// The anomaly map before upsampling, `.npy`, float32, [height, width]; relative to the object's data folder. Nil
    /// of a picture that was cut, whose tiles have one each.
    package var map: String?
    package var mapSHA256: String?
    package var tiles: DetectedTiles?

    package init(
        id: String, score: Double, parts: [String: Double] = [:], facts: JSONValue = .object([:]), map: String,
        mapSHA256: String
    ) {
        (self.id, self.score, self.parts, self.facts) = (id, score, parts, facts)
        (self.map, self.mapSHA256) = (map, mapSHA256)
    }

    /// A whole picture of its tiles' records.
    ///
    /// - Parameter tiles: row by row.
    /// - Returns: nil without tiles or where one has no map.
    package init?(id: String, grid: TileGrid, rule: TileRule, tiles: [DetectionRecord]) {
        guard let first = tiles.first else { return nil }
        var places: [DetectedTiles.Tile] = []
        var highest = first
        for tile in tiles {
            guard let map = tile.map, let digest = tile.mapSHA256 else { return nil }
            places.append(.init(id: tile.id, score: tile.score, map: map, mapSHA256: digest))
            if tile.score > highest.score { highest = tile }
        }
        (self.id, score, parts, facts) = (id, highest.score, highest.parts, highest.facts)
        self.tiles = DetectedTiles(rule: rule, width: grid.width, height: grid.height, maps: places)
    }
}

/// The tiles of a picture that was cut, with what a detector says of each.
package struct DetectedTiles: Codable, Sendable, Equatable {
    package struct Tile: Codable, Sendable, Equatable {
        package var id: String
        package var score: Double
        /// As `DetectionRecord` has them.
        package var map: String
        package var mapSHA256: String

        package init(id: String, score: Double, map: String, mapSHA256: String) {
            (self.id, self.score, self.map, self.mapSHA256) = (id, score, map, mapSHA256)
        }
    }

    package var rule: TileRule
    /// Of the whole picture, pixels.
    package var width: Int
    package var height: Int
    /// Row by row.
    package var maps: [Tile]

    package init(rule: TileRule, width: Int, height: Int, maps: [Tile]) {
        (self.rule, self.width, self.height, self.maps) = (rule, width, height, maps)
    }

    /// Nil where sizes or tiles are not a grid's: a file from elsewhere.
    package var grid: TileGrid? {
        let (side, pixels) = (ImageLimits.standard.side, ImageLimits.standard.pixels)
        guard (1...side).contains(width), (1...side).contains(height), width * height <= pixels,
            TileRule(size: rule.size, overlap: rule.overlap) != nil
        else { return nil }
        let grid = TileGrid(rule, width: width, height: height)
        return grid.count == maps.count ? grid : nil
    }
}
