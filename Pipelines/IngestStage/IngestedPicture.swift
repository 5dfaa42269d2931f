import AnomalyDatasets
import Foundation
import Imaging
import StageKit

/// One picture's line of the index, and its mask in the form that all later stages read.
struct IngestedPicture {
    let record: ImageRecord
    let warnings: [String]

    /// - Throws: `DatasetError` when the mask has another size than the picture, `ImageError` when it can't be decoded.
    init(_ picture: CategoryAssembly.Picture, category: String, layout: DatasetLayout, data: URL) throws {
        let bytes = try DurableFile.read(data.appendingPathComponent(picture.file))
        let place = "\(category)/\(picture.file)"
        let info = try ImageInfo(bytes: [UInt8](bytes), name: place)
        var warnings: [String] = []
        // Decoders elsewhere may turn it; here the pixels count as they are stored, as they do in the masks.
        if info.orientation != 1 {
            warnings.append("\(place) says that it is to be shown turned (EXIF); that is ignored")
        }
        var maskFile: String?
        var maskDigest: String?
        if let original = picture.mask {
            let mask = try Self.mask(
                data.appendingPathComponent(original), place: "\(category)/\(original)", layout: layout)
            guard mask.width == info.width, mask.height == info.height else {
                throw DatasetError(
                    "is \(mask.width)x\(mask.height), its picture \(picture.file) \(info.width)x\(info.height)",
                    at: "\(category)/\(original)")
            }
            if mask.isEmpty {
                warnings.append("\(category)/\(original) marks no pixel, although its picture is anomalous")
            }
            let file = "masks/" + picture.id.split(separator: "/").dropFirst().joined(separator: "/") + ".png"
            let png = Data(try mask.png())
            let target = data.appendingPathComponent(file)
            if (try? DurableFile.read(target)) != png { try DurableFile.write(png, to: target) }
            (maskFile, maskDigest) = (file, Digest.sha256(png))
        }
        self.warnings = warnings
        record = ImageRecord(
            id: picture.id, category: category, split: picture.split, anomalous: picture.anomalous,
            defect: picture.defect,
            file: picture.file, mask: maskFile, width: info.width, height: info.height, channels: info.channels,
            sha256: Digest.sha256(bytes), maskSHA256: maskDigest)
    }

    /// VisA's masks are label maps with values 1 … 9 (anything above 0 is anomalous); other masks are black and white,
    /// with soft edges perhaps, and cut in the middle. One without any bright pixel is taken for a label map, too.
    private static func mask(_ url: URL, place: String, layout: DatasetLayout) throws -> Mask {
        let image = try Image(bytes: [UInt8](DurableFile.read(url)), name: place)
        let middle = Mask(image, above: 127)
        return layout == .visa || middle.isEmpty ? Mask(image, above: 0) : middle
    }
}
