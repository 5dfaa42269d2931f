import AnomalyAnnotation
import AnomalyDatasets
import Foundation
import Imaging
import ParameterKit
import StageKit

extension GenerationRun {
    /// Labels a group's pictures. Another source or threshold gives new labels but keeps the pictures.
    ///
    /// - Parameter ids: units of finished pictures with their evidence.
    /// - Returns: for each the unit that holds its label and the SHA-256 of that unit's record.
    func labels(of group: UnitGroup, ids: [String]) throws -> [(unit: String, record: String)] {
        try ids.map { id in
            let identity: JSONValue = [
                "label_version": .int(GenerationParameters.labelVersion), "picture": .string(id),
                "source": .string(parameters.annotation.source.rawValue),
                "threshold": .double(parameters.annotation.threshold),
            ]
            let label = context.store.unit(String(Digest.sha256(identity.canonicalText).prefix(24)))
            if !context.forced, label.isDone, try label.damage().isEmpty {
                return (label.id, try Digest.sha256(file: label.recordFile))
            }
            let picture = context.store.unit(id)
            let annotation = try evidence(picture, foreground: mask(of: group))
                .annotation(parameters.annotation.source, threshold: parameters.annotation.threshold)
            let scratch = context.object.work.appendingPathComponent(label.id)
            try DurableFile.remove(scratch)
            try DurableFile.makeFolder(scratch)
            defer { try? DurableFile.remove(scratch) }
            try annotation.soft.write(png16: scratch.appendingPathComponent(GeneratedFiles.soft).path)
            try annotation.binary.write(png: scratch.appendingPathComponent(GeneratedFiles.mask).path)
            var members = identity.object ?? [:]
            members["unit"] = .string(label.id)
            return (label.id, try label.commit(.object(members), files: GeneratedFiles.label, from: scratch))
        }
    }

    private func evidence(_ unit: PooledUnit, foreground: Mask?) throws -> GeneratedEvidence {
        let picture = try Image(contentsOf: unit.file(GeneratedFiles.image).path)
        return try GeneratedEvidence(
            attention: try Plane(contentsOf: unit.file(GeneratedFiles.attention).path), picture: picture,
            reconstruction: try Image(contentsOf: unit.file(GeneratedFiles.reconstruction).path),
            foreground: foreground ?? Mask(width: picture.width, height: picture.height, repeating: true))
    }
}
