import AnomalyDatasets
import Foundation
import Generators
import Imaging
import ParameterKit
import StageKit

extension GenerationRun {
    /// Where damage may be on a group's picture: its object, or what of it lies in the request's place; nil: anywhere.
    func mask(of group: UnitGroup) throws -> Mask? {
        let foreground = try group.mask.map {
            try Mask(
                contentsOf: try context.input("foreground").data.appendingPathComponent($0.file).path, above: 127)
        }
        guard let place = group.request.place else { return foreground }
        let whole = Mask(width: group.source.width, height: group.source.height, repeating: true)
        return try place.part(of: foreground ?? whole, source: group.source.id)
    }

    /// The same as a file.
    func maskFile(of group: UnitGroup) throws -> URL? {
        if let place = group.request.place, let mask = try mask(of: group) {
            // Groups of one picture share it; it is whole whoever wrote it.
            let name = Digest.sha256("\(group.source.id) \(place.digest)").prefix(24)
            let file = context.object.work.appendingPathComponent("places/\(name).png")
            try DurableFile.write(Data(mask.png()), to: file)
            return file
        }
        return try group.mask.map { try context.input("foreground").data.appendingPathComponent($0.file) }
    }

    func sourceFile(of group: UnitGroup) throws -> URL {
        try context.input("ingest").data.appendingPathComponent(group.source.file)
    }

    /// The window that the group's pictures are drawn in: one for all of them, since they are computed together.
    func frame(of group: UnitGroup) throws -> PictureFrame {
        PictureFrame(
            photo: try Image(contentsOf: sourceFile(of: group).path), part: try mask(of: group),
            choice: parameters.window, composite: parameters.isComposite,
            seed: parameters.unitSeed(group, category: category, index: group.indices.lowerBound))
    }

    /// Generators without networks, in this process: each picture of the group on its own.
    ///
    /// - Throws: for files that can't be read or written; a picture on which no damage could be made becomes a failed
    ///   unit.
    func draw(_ group: UnitGroup, with generator: any LocalGenerator, into folders: [URL]) throws -> [DrawnUnit] {
        let image = try Image(contentsOf: sourceFile(of: group).path)
        let foreground = try mask(of: group)
        return try zip(group.indices, folders).map { index, folder in
            let seed = parameters.unitSeed(group, category: category, index: index)
            let drawn: SyntheticAnomaly
            do {
                drawn = try generator.draw(
                    on: image, foreground: foreground, seed: UInt64(seed),
                    photograph: try parameters.materials?.photograph(seed: seed))
            } catch let error as SyntheticAnomalyError {
                return .failed(error.description)
            }
            try drawn.image.write(png: folder.appendingPathComponent(GeneratedFiles.image).path)
            try drawn.softLabel.write(png16: folder.appendingPathComponent(GeneratedFiles.soft).path)
            try drawn.mask.write(png: folder.appendingPathComponent(GeneratedFiles.mask).path)
            return .drawn([
                "width": .int(image.width), "height": .int(image.height), "account": drawn.account,
            ])
        }
    }
}
