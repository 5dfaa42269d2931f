package import Imaging

/// Where a tile was cut: part of its line of `index.jsonl`.
package struct TilePlace: Codable, Sendable, Equatable {
    /// Id of the picture that it was cut from.
    package var picture: String
    /// From 0 on.
    package var row: Int
    package var column: Int
    /// Of its upper left pixel in that picture.
    package var x: Int
    package var y: Int
    /// Of that picture, pixels.
    package var pictureWidth: Int
    package var pictureHeight: Int

    package init(_ tile: TileGrid.Tile, of picture: String, in grid: TileGrid) {
        (self.picture, row, column, x, y) = (picture, tile.row, tile.column, tile.x, tile.y)
        (pictureWidth, pictureHeight) = (grid.width, grid.height)
    }

    /// The id of a tile: its picture's and its place, such as `board/test/bent/000~r00c02`.
    package static func id(of tile: TileGrid.Tile, in picture: String, _ grid: TileGrid) -> String {
        "\(picture)~\(grid.name(tile))"
    }
}

/// A picture that was cut into tiles: a line of `wholes.jsonl`, which lies beside `index.jsonl` where any was.
///
/// Its pixels are those of its tiles; its mask is kept whole as well.
package struct CutPicture: Codable, Sendable, Equatable {
    /// Beside `index.jsonl`.
    package static let file = "wholes.jsonl"

    package var id: String
    package var category: String
    package var split: Split
    /// What the data set says of the whole picture; its tiles say what they show themselves.
    package var anomalous: Bool
    package var defect: String
    /// 8-bit PNG, 0 or 255, the whole picture's size.
    package var mask: String?
    package var maskSHA256: String?
    package var width: Int
    package var height: Int
    /// Of the original file.
    package var channels: Int
    /// Of the original file, which is not kept.
    package var sha256: String
    /// The rule that it was cut by.
    package var tiles: TileRule

    package init(
        id: String, category: String, split: Split, anomalous: Bool, defect: String, mask: String?, maskSHA256: String?,
        width: Int, height: Int, channels: Int, sha256: String, tiles: TileRule
    ) {
        (self.id, self.category, self.split, self.anomalous, self.defect) = (id, category, split, anomalous, defect)
        (self.mask, self.maskSHA256, self.width, self.height) = (mask, maskSHA256, width, height)
        (self.channels, self.sha256, self.tiles) = (channels, sha256, tiles)
    }

    /// Whether the rule and the size are any: a file may have been changed.
    var isSound: Bool { width > 0 && height > 0 && TileRule(size: tiles.size, overlap: tiles.overlap) != nil }

    package var grid: TileGrid { TileGrid(tiles, width: width, height: height) }
}
