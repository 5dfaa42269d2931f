import AnomalyDatasets
import ClassicSynthesis
import Foundation
import Imaging
import StageKit

extension GenerationRun {
    /// Cut&Paste and Perlin, in this process: each picture of the group on its own.
    ///
    /// - Throws: for files that can't be read or written; a picture that no damage could be made on is a failed unit.
    func drawWithoutNetworks(_ group: UnitGroup, into folders: [URL]) throws -> [DrawnUnit] {
        let ingest = try context.input("ingest")
        let image = try Image(contentsOf: ingest.data.appendingPathComponent(group.source.file).path)
        let foreground = try group.mask.map {
            try Mask(contentsOf: try context.input("foreground").data.appendingPathComponent($0.file).path, above: 127)
        }
        return try zip(group.indices, folders).map { index, folder in
            let seed = parameters.unitSeed(group, category: category, index: index)
            let drawn: SyntheticAnomaly
            do {
                drawn = try damaged(image, foreground, seed: seed)
            } catch let error as SyntheticAnomalyError {
                return .failed(error.description)
            }
            try drawn.image.write(png: folder.appendingPathComponent(GeneratedFiles.image).path)
            try drawn.softLabel.write(png16: folder.appendingPathComponent(GeneratedFiles.soft).path)
            try drawn.mask.write(png: folder.appendingPathComponent(GeneratedFiles.mask).path)
            return .drawn([
                "width": .int(image.width), "height": .int(image.height),
                "account": try JSONValue(encoding: drawn.account),
            ])
        }
    }

    private func damaged(_ image: Image, _ foreground: Mask?, seed: UInt32) throws -> SyntheticAnomaly {
        switch parameters.method {
        case .cutpaste: return try CutPaste().apply(to: image, foreground: foreground, seed: UInt64(seed))
        case .perlin:
            let photograph = try parameters.textures?.photograph(seed: seed)
            return try PerlinTexture().apply(
                to: image, foreground: foreground, seed: UInt64(seed), photograph: photograph)
        case .cut, .external: throw Failure(.internalError, "\(parameters.method.rawValue) draws elsewhere")
        }
    }
}
