import AnomalyDatasets
import Foundation
import Imaging
import StageKit

/// One picture's lines of the index, and its mask in the form that all later stages read.
struct IngestedPicture {
    let picture: CategoryAssembly.Picture
    let category: String
    let object: StoredObject
    /// The range that 16-bit samples are scaled by.
    let range: SampleRange
    let masks: MaskReader
    /// How larger pictures are cut; nil: they are not.
    let tiles: TileRule?

    /// What a picture becomes: one line of the index, or a line for each of its tiles and one for the whole.
    struct Records {
        var index: [ImageRecord]
        var whole: CutPicture?
    }

    /// - Throws: `DatasetError` when the mask has another size than the picture or there are too many tiles,
    ///   `ImageError` when it can't be decoded.
    func records(_ remarks: inout Remarks) throws -> Records {
        let place = PicturePlace(picture.file, object), name = "\(category)/\(picture.file)"
        // A file may lie at both places: a PNG that was converted is kept under the original's name.
        let isKept = try DurableFile.exists(place.kept) && !DurableFile.exists(place.waiting)
        let original = [UInt8](try DurableFile.read(isKept ? place.kept : place.waiting))
        let info = try ImageInfo(bytes: original, name: name)
        let mask = try mask(&remarks)
        let turned = turns(info, mask, name, &remarks)
        let size = turned ? info.uprightSize : (info.width, info.height)
        if let mask { try check(mask, size, &remarks) }
        if let tiles {
            let grid = TileGrid(tiles, width: size.0, height: size.1)
            if grid.isCut {
                let image = try PictureReader(range: range).read(original, name: name, turned: turned)
                let sizes = (channels: info.channels, sha256: Digest.sha256(Data(original)))
                return try cut(image, mask, grid, by: tiles, sizes, &remarks)
            }
            remarks.add("are no larger than a tile and stay whole", at: name)
        }
        var (path, bytes) = (place.path, original)
        if !isKept, turned || !info.isReadAsItIs(range) {
            let reader = PictureReader(range: range)
            path = place.converted
            bytes = try reader.read(original, name: name, turned: turned).png()
        }
        if !isKept { try DurableFile.update(Data(bytes), at: object.data.appendingPathComponent(path)) }
        let kept = try mask.map { try keep($0, for: picture.id) }
        let record = ImageRecord(
            id: picture.id, category: category, split: picture.split, anomalous: picture.anomalous,
            defect: picture.defect,
            file: path, mask: kept?.file, width: size.0, height: size.1, channels: info.channels,
            sha256: Digest.sha256(Data(bytes)), maskSHA256: kept?.sha256)
        return Records(index: [record])
    }

    private func check(_ mask: Mask, _ size: (Int, Int), _ remarks: inout Remarks) throws {
        guard (mask.width, mask.height) == size else {
            throw DatasetError(
                "is \(mask.width)x\(mask.height), its picture \(picture.file) \(size.0)x\(size.1)",
                at: "\(category)/\(picture.masks[0])")
        }
        if mask.isEmpty {
            remarks.add(
                "mark no pixel, although their pictures are anomalous", at: "\(category)/\(picture.masks[0])",
                of: "masks")
        }
    }

    /// Writes a mask under the id of its picture or tile.
    func keep(_ mask: Mask, for id: String) throws -> (file: String, sha256: String) {
        let file = StoredName.of("masks/" + id.split(separator: "/").dropFirst().joined(separator: "/") + ".png")
        let png = Data(try mask.png())
        try DurableFile.update(png, at: object.data.appendingPathComponent(file))
        return (file, Digest.sha256(png))
    }

    /// Whether the picture is turned by its file's orientation. It isn't if its mask has the stored size and not the
    /// upright one.
    private func turns(_ info: ImageInfo, _ mask: Mask?, _ name: String, _ remarks: inout Remarks) -> Bool {
        guard info.orientation != 1 else { return false }
        let upright = info.uprightSize
        if let mask, (mask.width, mask.height) != upright, (mask.width, mask.height) == (info.width, info.height) {
            remarks.add("ask to be shown turned (EXIF) and are not, because their masks have the stored size", at: name)
            return false
        }
        remarks.add("are turned upright, as their files ask (EXIF)", at: name)
        return true
    }

    /// The union of all masks of the picture; nil where it has none.
    private func mask(_ remarks: inout Remarks) throws -> Mask? {
        var union: Mask?
        for path in picture.masks {
            let file = PicturePlace(path, object).kept, name = "\(category)/\(path)"
            let reading = try masks.read([UInt8](DurableFile.read(file)), name: name)
            for oddity in reading.oddities { remarks.add(oddity.rawValue, at: name, of: "masks") }
            guard let earlier = union else {
                union = reading.mask
                continue
            }
            guard (earlier.width, earlier.height) == (reading.mask.width, reading.mask.height) else {
                throw DatasetError("has another size than \(picture.masks[0]), a mask of the same picture", at: name)
            }
            union = earlier.union(reading.mask)
        }
        return union
    }
}

extension ImageInfo {
    /// Whether a file needs no conversion for the category's range: a 16-bit PNG that uses the full range.
    func isReadAsItIs(_ range: SampleRange) -> Bool {
        (format == .png && bitDepth == 16 && range == .full) || ((format == .png || format == .jpeg) && bitDepth <= 8)
    }
}
