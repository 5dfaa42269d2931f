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
    /// Path → what is known since the file was unpacked.
    let facts: [String: FileFacts]
    let batch: DurableBatch

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
        let known = facts[picture.file]
        let mask = try mask(&remarks)
        var path = place.path, digest: String
        let info: ImageInfo, turned: Bool
        if isKept, let known, let sha256 = known.sha256 {
            (info, digest) = (known.info, sha256)
            turned = turns(info, mask, name, &remarks)
        } else {
            var bytes = [UInt8](try DurableFile.read(isKept ? place.kept : place.waiting))
            info = try ImageInfo(bytes: bytes, name: name)
            turned = turns(info, mask, name, &remarks)
            if let made = try cut(bytes, info, turned: turned, mask, name: name, &remarks) { return made }
            if !isKept, turned || !info.isReadAsItIs(range) {
                path = place.converted
                bytes = try PictureReader(range: range).read(bytes, name: name, turned: turned).png()
            }
            let data = Data(bytes)
            digest = Digest.sha256(data)
            if !isKept { try batch.update(data, at: object.data.appendingPathComponent(path)) }
        }
        if tiles != nil { remarks.add("are no larger than a tile and stay whole", at: name) }
        let size = turned ? info.uprightSize : (info.width, info.height)
        let kept = try mask.map { try keep($0, size, &remarks) }
        let record = ImageRecord(
            id: picture.id, category: category, split: picture.split, anomalous: picture.anomalous,
            defect: picture.defect,
            file: path, mask: kept?.file, width: size.0, height: size.1, channels: info.channels,
            sha256: digest, maskSHA256: kept?.sha256)
        return Records(index: [record])
    }

    /// The picture's tiles where it is larger than one; nil: it stays whole.
    ///
    /// - Parameter bytes: the file as it was unpacked.
    private func cut(
        _ bytes: [UInt8], _ info: ImageInfo, turned: Bool, _ mask: MaskFacts?, name: String, _ remarks: inout Remarks
    ) throws -> Records? {
        guard let tiles else { return nil }
        let size = turned ? info.uprightSize : (info.width, info.height)
        let grid = TileGrid(tiles, width: size.0, height: size.1)
        guard grid.isCut else { return nil }
        let kept = try mask.map { try keep($0, size, &remarks) }
        let marks = try mask.map { Mask(try Image(bytes: [UInt8]($0.png), name: name), above: 127) }
        let image = try PictureReader(range: range).read(bytes, name: name, turned: turned)
        let original = (channels: info.channels, sha256: Digest.sha256(Data(bytes)))
        return try cut(image, marks, kept: kept, grid, by: tiles, original, &remarks)
    }

    /// Writes the whole picture's mask, whose size must be `size`.
    private func keep(
        _ mask: MaskFacts, _ size: (Int, Int), _ remarks: inout Remarks
    ) throws -> (file: String, sha256: String) {
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
        return try keep(mask.png, for: picture.id)
    }

    /// Writes a mask under the id of its picture or tile.
    func keep(_ png: Data, for id: String) throws -> (file: String, sha256: String) {
        let file = StoredName.of("masks/" + id.split(separator: "/").dropFirst().joined(separator: "/") + ".png")
        try batch.update(png, at: object.data.appendingPathComponent(file))
        return (file, Digest.sha256(png))
    }

    /// Whether the picture is turned by its file's orientation. It isn't if its mask has the stored size and not the
    /// upright one.
    private func turns(_ info: ImageInfo, _ mask: MaskFacts?, _ name: String, _ remarks: inout Remarks) -> Bool {
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
    private func mask(_ remarks: inout Remarks) throws -> MaskFacts? {
        if picture.masks.count == 1, let known = facts[picture.masks[0]]?.mask {
            for oddity in known.oddities {
                remarks.add(oddity.rawValue, at: "\(category)/\(picture.masks[0])", of: "masks")
            }
            return known
        }
        var union: Mask?
        var plain: [UInt8]?
        for path in picture.masks {
            // A mask that lies beside its picture was taken for a picture while it was unpacked.
            let place = PicturePlace(path, object), name = "\(category)/\(path)"
            let file = try DurableFile.exists(place.waiting) ? place.waiting : place.kept
            let bytes = [UInt8](try DurableFile.read(file)), reading = try masks.read(bytes, name: name)
            for oddity in reading.oddities { remarks.add(oddity.rawValue, at: name, of: "masks") }
            guard let earlier = union else {
                union = reading.mask
                plain = reading.isPlain && picture.masks.count == 1 ? bytes : nil
                continue
            }
            guard (earlier.width, earlier.height) == (reading.mask.width, reading.mask.height) else {
                throw DatasetError("has another size than \(picture.masks[0]), a mask of the same picture", at: name)
            }
            union = earlier.union(reading.mask)
        }
        return try union.map { try MaskFacts($0, [], file: plain) }
    }
}

extension ImageInfo {
    /// Whether a file needs no conversion for the category's range: a 16-bit PNG that uses the full range.
    func isReadAsItIs(_ range: SampleRange) -> Bool {
        (format == .png && bitDepth == 16 && range == .full) || ((format == .png || format == .jpeg) && bitDepth <= 8)
    }
}
