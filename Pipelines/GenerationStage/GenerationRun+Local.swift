import AnomalyDatasets
import Foundation
import Generators
import Imaging
import ParameterKit
import StageKit

extension GenerationRun {
    /// Generators without networks, in this process: each picture of the group on its own.
    ///
    /// - Throws: for files that can't be read or written; a picture on which no damage could be made becomes a failed
    ///   unit.
    func draw(_ group: UnitGroup, with generator: any LocalGenerator, into folders: [URL]) throws -> [DrawnUnit] {
        let ingest = try context.input("ingest")
        let image = try Image(contentsOf: ingest.data.appendingPathComponent(group.source.file).path)
        let foreground = try group.mask.map {
            try Mask(
                contentsOf: try context.input("foreground").data.appendingPathComponent($0.file).path, above: 127)
        }
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
