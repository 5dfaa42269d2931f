import AnomalyDatasets
import Foundation
import Imaging
import StageKit

extension IngestedPicture {
    /// Writes the tiles of a picture, and those of its mask.
    ///
    /// Tiles keep the category, the split and the kind of their picture; normals stay normals. A tile of a damaged
    /// picture is good where the mask marks nothing in it, so that it can be learnt from as good; the picture stays
    /// damaged wherever pictures are judged. Without a mask nobody knows, and all its tiles count as damaged.
    ///
    /// - Parameters:
    ///   - kept: the whole picture's mask.
    ///   - original: channels and SHA-256 of the file.
    /// - Throws: `DatasetError` for more than `TileGrid.most` tiles.
    func cut(
        _ image: Image, _ mask: Mask?, kept keptWhole: (file: String, sha256: String)?, _ grid: TileGrid,
        by rule: TileRule, _ original: (channels: Int, sha256: String), _ remarks: inout Remarks
    ) throws -> Records {
        guard grid.count <= TileGrid.most else {
            throw DatasetError(
                "would be cut into \(grid.count) tiles of \(rule.size) pixels, \(TileGrid.most) are allowed; choose a larger dataset.tiles.size or a smaller overlap",
                at: "\(category)/\(picture.file)")
        }
        let stem = picture.file.lastIndex(of: ".").map { String(picture.file[..<$0]) } ?? picture.file
        let isKnown = mask != nil
        var index: [ImageRecord] = []
        for tile in grid.tiles {
            let id = TilePlace.id(of: tile, in: picture.id, grid)
            let file = StoredName.of("\(stem)~\(grid.name(tile)).png")
            let png = Data(try grid.cut(tile, of: image).png())
            try batch.update(png, at: object.data.appendingPathComponent(file))
            let part = mask.map { grid.cut(tile, of: $0) }.flatMap { $0.isEmpty ? nil : $0 }
            let kept = try part.map { try keep(Data($0.png()), for: id) }
            index.append(
                ImageRecord(
                    id: id, category: category, split: picture.split,
                    anomalous: picture.anomalous && (!isKnown || kept != nil), defect: picture.defect, file: file,
                    mask: kept?.file, width: grid.tileWidth, height: grid.tileHeight, channels: original.channels,
                    sha256: Digest.sha256(png), maskSHA256: kept?.sha256,
                    tile: TilePlace(tile, of: picture.id, in: grid)))
        }
        say(index, isKnown: isKnown, rule, &remarks)
        return Records(
            index: index,
            whole: CutPicture(
                id: picture.id, category: category, split: picture.split, anomalous: picture.anomalous,
                defect: picture.defect, mask: keptWhole?.file, maskSHA256: keptWhole?.sha256, width: grid.width,
                height: grid.height, channels: original.channels, sha256: original.sha256, tiles: rule))
    }

    private func say(_ tiles: [ImageRecord], isKnown: Bool, _ rule: TileRule, _ remarks: inout Remarks) {
        remarks.add("are larger than a tile and are cut")
        remarks.add(
            "take their place (\(rule.size) pixels, \(rule.overlap) of overlap)", count: tiles.count, of: "tiles")
        guard picture.anomalous else { return }
        let good = tiles.count { !$0.anomalous }
        if good > 0 {
            remarks.add(
                "show none of their damaged picture's marks and are good as tiles; the picture stays damaged in metrics",
                count: good, of: "tiles")
        }
        if !isKnown {
            remarks.add(
                "are of damaged pictures without a mask; each counts as damaged", count: tiles.count, of: "tiles")
        }
    }
}
