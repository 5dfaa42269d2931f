/// How pictures that are larger than a tile are cut.
package struct TileRule: Sendable, Equatable, Hashable, Codable {
    /// Pixels a side of a tile.
    package let size: Int
    /// Pixels that neighbouring tiles share at least.
    package let overlap: Int

    /// - Returns: nil unless 1 ≤ size and 0 ≤ overlap < size.
    package init?(size: Int, overlap: Int) {
        guard size >= 1, 0 <= overlap, overlap < size else { return nil }
        (self.size, self.overlap) = (size, overlap)
    }
}

/// Where the tiles of a picture lie.
///
/// Along each axis tiles begin every `size − overlap` pixels, from the first pixel on, while one fits; if that doesn't
/// reach the last pixel, one more is moved inwards so that it ends there. So every tile has its full size, and the last
/// column and row may share more than `overlap` pixels with the one before. Along an axis on which the picture is no
/// longer than `size`, tiles take all of it: a web of 4096 × 400 pixels and a size of 512 make tiles of 512 × 400.
package struct TileGrid: Sendable, Equatable {
    /// Most tiles of a picture. The largest picture that is read, 2²⁷ pixels, has some 700 tiles of 512 with an eighth
    /// of overlap; more than this many is a slip of the manifest.
    package static let most = 4096

    package struct Tile: Sendable, Equatable {
        package let row: Int
        package let column: Int
        /// Of its upper left pixel in the picture.
        package let x: Int
        package let y: Int
    }

    /// Of the picture.
    package let width: Int
    package let height: Int
    let columns: TileAxis
    let rows: TileAxis

    /// - Precondition: the sizes are positive.
    package init(_ rule: TileRule, width: Int, height: Int) {
        precondition(width > 0 && height > 0)
        (self.width, self.height) = (width, height)
        columns = TileAxis(rule, length: width)
        rows = TileAxis(rule, length: height)
    }

    package var count: Int { columns.count * rows.count }
    package var columnCount: Int { columns.count }
    package var rowCount: Int { rows.count }
    /// Whether the picture is larger than a tile along any axis.
    package var isCut: Bool { count > 1 }
    package var tileWidth: Int { columns.tile }
    package var tileHeight: Int { rows.tile }

    /// Row by row, from left to right.
    package var tiles: [Tile] {
        (0..<rows.count).flatMap { row in
            (0..<columns.count).map { Tile(row: row, column: $0, x: columns.start($0), y: rows.start(row)) }
        }
    }

    /// Such as `r02c11`: row and column from 0 on, each with as many digits as the last one needs, at least two, so
    /// that names sort as tiles lie.
    package func name(_ tile: Tile) -> String {
        func digits(_ number: Int, of count: Int) -> String {
            let text = String(number)
            return String(repeating: "0", count: max(0, max(2, String(count - 1).count) - text.count)) + text
        }
        return "r\(digits(tile.row, of: rowCount))c\(digits(tile.column, of: columnCount))"
    }
}

/// One axis of a grid of tiles.
struct TileAxis: Sendable, Equatable {
    /// Pixels of the picture.
    let length: Int
    /// Pixels of a tile.
    let tile: Int
    let count: Int
    private let step: Int

    init(_ rule: TileRule, length: Int) {
        self.length = length
        tile = min(rule.size, length)
        step = rule.size - rule.overlap
        count = (length - tile + step - 1) / step + 1
    }

    func start(_ index: Int) -> Int { min(index * step, length - tile) }

    /// A tile's share in each of its pixels: what is known of a pixel counts by how far it lies from the tile's border,
    /// normalised over the tiles that hold it. The shares of a pixel sum to 1, and are 1 where one tile holds it.
    func shares() -> [[Float]] {
        func weight(_ place: Int) -> Double { Double(min(place + 1, tile - place)) }
        var sums = [Double](repeating: 0, count: length)
        for index in 0..<count {
            for place in 0..<tile { sums[start(index) + place] += weight(place) }
        }
        return (0..<count).map { index in
            (0..<tile).map { Float(weight($0) / sums[start(index) + $0]) }
        }
    }
}
