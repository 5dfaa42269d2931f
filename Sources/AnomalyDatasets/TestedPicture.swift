import Foundation
package import Imaging

/// A picture of the test split as it is judged: whole, with its own label, mask and size, whether or not it was cut.
package struct TestedPicture: Sendable {
    package let id: String
    package let anomalous: Bool
    package let defect: String
    /// The mask's file; nil for a good picture and where nobody drew one.
    package let mask: String?
    package let width: Int
    package let height: Int
    /// The rule that it was cut by and how its tiles lie; nil: it was not cut.
    package let tiling: (rule: TileRule, grid: TileGrid)?
    /// Its tiles row by row, or the picture itself alone.
    package let parts: [ImageRecord]

    /// Damaged, but nobody knows where: of such a picture pixel metrics are not defined.
    package var maskIsUnknown: Bool { anomalous && mask == nil }

    init(_ record: ImageRecord) {
        (id, anomalous, defect, mask) = (record.id, record.anomalous, record.defect, record.mask)
        (width, height, tiling, parts) = (record.width, record.height, nil, [record])
    }

    init(_ whole: CutPicture, tiles: [ImageRecord]) {
        (id, anomalous, defect, mask) = (whole.id, whole.anomalous, whole.defect, whole.mask)
        (width, height, tiling, parts) = (whole.width, whole.height, (whole.tiles, whole.grid), tiles)
    }
}

extension IngestedCategory {
    /// The test split as it is judged, ascending by id: pictures that were cut are one each.
    ///
    /// - Throws: `RecordError` when a tile is missing.
    package func testPictures() throws(RecordError) -> [TestedPicture] {
        let tiles = Dictionary(grouping: tests.filter { $0.tile != nil }) { $0.tile?.picture ?? "" }
        var found = tests.filter { $0.tile == nil }.map { TestedPicture($0) }
        for whole in cut where whole.split == .test {
            let own = (tiles[whole.id] ?? []).sorted { Self.place($0) < Self.place($1) }
            guard own.count == whole.grid.count else {
                throw RecordError(
                    file: folder.path, message: "\(own.count) of \(whole.grid.count) tiles of \(whole.id) are there")
            }
            found.append(TestedPicture(whole, tiles: own))
        }
        return found.sorted { $0.id.utf8.lexicographicallyPrecedes($1.id.utf8) }
    }

    private static func place(_ record: ImageRecord) -> (Int, Int) { (record.tile?.row ?? 0, record.tile?.column ?? 0) }

    /// The whole picture, put together from its tiles where it was cut.
    ///
    /// - Throws: `ImageError`; `RecordError` when the tiles don't fit together.
    package func image(of picture: TestedPicture) throws -> Image {
        guard let grid = picture.tiling?.grid else { return try Image(contentsOf: url(picture.parts[0].file).path) }
        let whole = try grid.joined { tile in
            try Image(contentsOf: url(picture.parts[tile.row * grid.columnCount + tile.column].file).path)
        }
        guard let whole else {
            throw RecordError(file: folder.path, message: "the tiles of \(picture.id) don't fit together")
        }
        return whole
    }
}
