import AnomalyDatasets
import Foundation
import Imaging
import StageKit

// Maps of pictures that were cut into tiles, and of the tool's own detection.

extension AnomalyMapFolder {
    /// Where a picture's map lies.
    enum Place {
        case whole(URL)
        /// Row by row.
        case tiles(TileGrid, [URL])

        /// What messages name.
        var name: String {
            switch self {
            case .whole(let file): file.path
            case .tiles(_, let files): "\(files.first?.path ?? "") and the other tiles"
            }
        }
    }

    /// What is known of a picture: its map, the highest score in it as stored, and whether it was resized to its place.
    struct Read {
        var map: AnomalyMap
        var maximum: Double
        var isResized: Bool
    }

    /// The map's place, or nil. A map of the whole picture counts before those of its tiles.
    func place(of picture: TestTruth.Picture, layout: DatasetLayout) -> Place? {
        let names = Self.names(of: picture, layout: layout)
        if let detected { return detected.place(names) }
        if let whole = file(named: names) { return .whole(whole) }
        guard let grid = grid(of: picture) else { return nil }
        let files = grid.tiles.compactMap { tile in file(named: names.map { TilePlace.id(of: tile, in: $0, grid) }) }
        return files.count == grid.count ? .tiles(grid, files) : nil
    }

    /// How the picture was cut; nil: it wasn't.
    func grid(of picture: TestTruth.Picture) -> TileGrid? {
        guard let tiles else { return nil }
        let grid = TileGrid(tiles, width: picture.width, height: picture.height)
        return grid.isCut && grid.count <= TileGrid.most ? grid : nil
    }

    /// The names of maps that a picture may have: its own and its tiles'.
    func names(for picture: TestTruth.Picture, layout: DatasetLayout) -> [String] {
        let names = Self.names(of: picture, layout: layout)
        guard let grid = grid(of: picture) else { return names }
        return names + names.flatMap { name in grid.tiles.map { TilePlace.id(of: $0, in: name, grid) } }
    }

    /// A whole picture's map. Tiles' maps are put together as detection does (`TileGrid.joined`); the maximum is that
    /// of the tiles' own.
    ///
    /// - Throws: what `read(_:)` throws; `Failure` 65 for scores of tiles that float32 can't hold.
    func map(_ place: Place, of picture: TestTruth.Picture) throws -> Read {
        switch place {
        case .whole(let file):
            let map = try read(file)
            let isResized = (map.plane.width, map.plane.height) != (picture.width, picture.height)
            return Read(map: map, maximum: map.maximum, isResized: isResized)
        case .tiles(let grid, let files):
            var (maximum, isResized, kind) = (-Double.infinity, false, MapKind.float32)
            let joined = try grid.joined { tile in
                let file = files[tile.row * grid.columnCount + tile.column], map = try read(file)
                guard !map.exceedsFloat32 else {
                    throw Failure(
                        .badData, "scores beyond float32's range, in which maps of tiles are put together",
                        at: file.path)
                }
                let highest = map.maximum
                kind = map.kind
                maximum = highest.isNaN || maximum.isNaN ? .nan : max(maximum, highest)
                if (map.plane.width, map.plane.height) != (grid.tileWidth, grid.tileHeight) { isResized = true }
                return map.plane
            }
            isResized = isResized || (grid.width, grid.height) != (picture.width, picture.height)
            return Read(map: AnomalyMap(plane: joined, kind: kind), maximum: maximum, isResized: isResized)
        }
    }

    /// What to say where maps are missing and the folder holds some that look like tiles'.
    func tileRemedy(for picture: TestTruth.Picture, layout: DatasetLayout) -> String? {
        let first = Self.names(of: picture, layout: layout).flatMap { ["\($0)~r00c00", "\($0)~r00c000"] }
        guard let file = file(named: first) else { return nil }
        return tiles == nil
            ? "\(file.lastPathComponent) is of a tile: say how pictures were cut with --tile-size and --tile-overlap."
            : "Tiles are called <picture>~r<row>c<column>, from r00c00 on; all of a picture must be there, cut as --tile-size and --tile-overlap say."
    }
}
