import AnomalyDatasets
import Foundation
import Generators
import Imaging
import MethodKit
import ParameterKit
import StageKit

extension GenerationRun {
    /// Takes pictures that were made elsewhere into the pool: as many as would have been generated from the sample's
    /// normals.
    ///
    /// - Throws: `Failure` 65 naming the file for a mask of another size or without a marked pixel, `ImageError` for
    ///   what can't be decoded.
    func take(_ external: ExternalCategory) throws -> Job.Outcome {
        let wanted =
            try SampleRecord(folder: try context.input("sample").data).images.count * parameters.imagesPerNormal
        let chosen = external.chosen(wanted, seed: parameters.seed, category: category)
        if chosen.count < wanted {
            context.notice(
                "\(external.written) holds \(chosen.count) pictures of \(category), \(wanted) were asked for: all are taken"
            )
        }
        let units = chosen.map { picture in
            let identity = parameters.identity(picture, of: external, category: category)
            return (
                unit: context.store.unit(String(Digest.sha256(JSONValue.object(identity).canonicalText).prefix(24))),
                identity: identity, picture: picture
            )
        }
        let missing = try units.filter { try context.forced || !$0.unit.isDone || !$0.unit.damage().isEmpty }
        let masks = (parameters.drawers[0].generator as? any MaskedSource)?.maskKeys.reader ?? MaskReader()
        let scratch = context.work.appendingPathComponent("external")
        try DurableFile.remove(scratch)
        try DurableFile.makeFolder(scratch)
        defer { try? DurableFile.remove(scratch) }
        var oddities: [MaskReader.Oddity: Int] = [:]
        if !missing.isEmpty {
            let read = try external.reader(of: Set(missing.flatMap(\.picture.files)), scratch: scratch)
            for (done, item) in missing.enumerated() {
                var record = item.identity
                record["unit"] = .string(item.unit.id)
                try record.merge(copy(item.picture, of: external, masks, read: read, into: scratch, &oddities)) {
                    _, fact in
                    fact
                }
                _ = try item.unit.commit(.object(record), files: GeneratedFiles.labelled, from: scratch)
                context.progress(units.count - missing.count + done + 1, of: units.count, item.picture.image)
            }
        }
        for oddity in MaskReader.Oddity.allCases {
            guard let count = oddities[oddity] else { continue }
            context.notice("\(external.written): masks of \(category) that \(oddity.rawValue): \(count)")
        }
        let listed = try units.map {
            ListedUnit(
                unit: $0.unit.id, record: try Digest.sha256(file: $0.unit.recordFile), anomaly: $0.picture.anomaly,
                source: nil)
        }
        try list(listed)
        return .complete
    }

    /// Writes one picture in the pool's form: the pixels as PNG, the mask thresholded in the middle, and as soft label
    /// the one it came with, or else its mask.
    private func copy(
        _ picture: ExternalPicture, of external: ExternalCategory, _ masks: MaskReader,
        read: (String) throws -> [UInt8], into folder: URL, _ oddities: inout [MaskReader.Oddity: Int]
    ) throws -> [String: JSONValue] {
        func place(_ name: String) -> String { "\(external.written)/\(name)" }
        let image = try Image(bytes: read(picture.image), name: place(picture.image))
        func check(_ width: Int, _ height: Int, _ name: String) throws(Failure) {
            if width == image.width, height == image.height { return }
            throw Failure(
                .badData, "is \(width)x\(height), its picture \(picture.image) \(image.width)x\(image.height)",
                at: place(name),
                remedy: "A label has the size of its picture.")
        }
        let reading = try masks.read(read(picture.mask), name: place(picture.mask))
        let mask = reading.mask
        for oddity in reading.oddities { oddities[oddity, default: 0] += 1 }
        try check(mask.width, mask.height, picture.mask)
        guard !mask.isEmpty else {
            throw Failure(
                .badData, "marks no pixel of \(picture.image)", at: place(picture.mask),
                remedy: "Leave pictures without damage out.")
        }
        var soft = mask.plane
        if let name = picture.softLabel {
            soft = try Plane(png: read(name), name: place(name))
            try check(soft.width, soft.height, name)
        }
        try image.write(png: folder.appendingPathComponent(GeneratedFiles.image).path)
        try soft.write(png16: folder.appendingPathComponent(GeneratedFiles.soft).path)
        try mask.write(png: folder.appendingPathComponent(GeneratedFiles.mask).path)
        return ["width": .int(image.width), "height": .int(image.height)]
    }
}

extension GenerationParameters {
    /// The identity of a unit with a picture from elsewhere: its files. The seed only chooses among the pictures.
    func identity(_ picture: ExternalPicture, of external: ExternalCategory, category: String) -> [String: JSONValue] {
        func file(_ name: String) -> JSONValue { ["file": .string(name), "sha256": .string(external.sha256(name))] }
        return [
            "unit_version": .int(Self.unitVersion), "method": drawers[0].method, "category": .string(category),
            "anomaly": .string(picture.anomaly), "image": file(picture.image), "mask": file(picture.mask),
            "soft": picture.softLabel.map(file) ?? .null,
        ]
    }

    /// The request of a generate object with pictures from elsewhere.
    func asked(_ external: ExternalCategory) -> JSONValue {
        var members: [String: JSONValue] = [
            "method": drawers[0].method, "images_per_normal": .int(imagesPerNormal), "seed": .int(Int(seed)),
            "pictures": .string(external.digest),
        ]
        members["rejected"] = rejections
        return .object(members)
    }
}
