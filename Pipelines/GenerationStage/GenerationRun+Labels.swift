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
        // Read when the first label is made: the picture may be large, and all labels may be there.
        var frames: [PictureFrame]?, masks: [Mask?]?
        let all = self.ids(of: group)
        return try ids.map { id in
            guard let place = all.firstIndex(of: id) else {
                throw Failure(.internalError, "a label was asked for of a picture that isn't the group's", at: id)
            }
            var members = parameters.labelIdentity(of: id)
            let label = context.store.unit(parameters.labelUnit(of: id))
            if !context.forced, label.isDone, try label.damage().isEmpty {
                return (label.id, try Digest.sha256(file: label.recordFile))
            }
            let picture = context.store.unit(id)
            let scratch = context.work.appendingPathComponent(label.id)
            try DurableFile.remove(scratch)
            try DurableFile.makeFolder(scratch)
            defer { try? DurableFile.remove(scratch) }
            let annotation: Annotation
            if parameters.framesPictures {
                let whole = try frames ?? self.frames(of: group)
                frames = whole
                let finished = try whole[place].finish(
                    parameters.annotation.source, threshold: parameters.annotation.threshold, evidence: picture.folder)
                try finished.image.write(png: scratch.appendingPathComponent(GeneratedFiles.image).path)
                annotation = finished.annotation
            } else {
                let known = try masks ?? self.masks(of: group)
                masks = known
                annotation = try evidence(picture, foreground: known[place])
                    .annotation(parameters.annotation.source, threshold: parameters.annotation.threshold)
            }
            try annotation.soft.write(png16: scratch.appendingPathComponent(GeneratedFiles.soft).path)
            try annotation.binary.write(png: scratch.appendingPathComponent(GeneratedFiles.mask).path)
            members["unit"] = .string(label.id)
            return (
                label.id, try label.commit(.object(members), files: parameters.labelFiles, from: scratch)
            )
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

extension GenerationParameters {
    /// Everything that can change a label of a picture.
    fileprivate func labelIdentity(of picture: String) -> [String: JSONValue] {
        var members: [String: JSONValue] = [
            "label_version": .int(Self.labelVersion), "picture": .string(picture),
            "source": .string(annotation.source.rawValue), "threshold": .double(annotation.threshold),
        ]
        members["composite"] = composite
        return members
    }

    /// The unit that holds the label of a picture.
    func labelUnit(of picture: String) -> String {
        String(Digest.sha256(JSONValue.object(labelIdentity(of: picture)).canonicalText).prefix(24))
    }
}
