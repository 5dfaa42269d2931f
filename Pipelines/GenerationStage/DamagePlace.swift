import AnomalyDatasets
package import Foundation
import Imaging
package import StageKit

/// Where on the part a kind of damage may be: a mask that somebody drew, white where it may.
package struct DamagePlace: Sendable, Equatable {
    package let url: URL
    /// As the manifest has it, for messages.
    package let written: String
    /// SHA-256 of the file; part of every unit's identity.
    package let digest: String

    /// - Throws: `Failure` 66 when there is no such file, 74 when it can't be read.
    package init(_ url: URL, written: String, digests: DigestCache) throws(Failure) {
        var isFolder: ObjCBool = false
        guard FileManager.default.fileExists(atPath: url.path, isDirectory: &isFolder), !isFolder.boolValue else {
            throw Failure(
                .inputMissing, "no such mask", at: written,
                remedy:
                    "`place` of an anomaly names one picture, white where the damage may be; relative paths are relative to "
                    + "the manifest.")
        }
        (self.url, self.written, digest) = (url, written, try digests.sha256(url))
    }

    /// - Throws: `ImageError` for a mask that can't be read, `Failure` 74.
    func mask() throws -> Mask { try MaskReader().read([UInt8](try DurableFile.read(url)), name: written).mask }

    /// What of an object lies in the place. Of a tile the place is cut like its picture.
    ///
    /// - Throws: `Failure` 65 for a mask of another size, or beside the object; `ImageError` for one that can't be read.
    func part(of foreground: Mask, source: ImageRecord) throws -> Mask {
        let part = try foreground.intersection(shown(mask(), on: source))
        guard !part.isEmpty else { throw beside(source.id) }
        return part
    }

    /// - Parameter place: what ``mask()`` gave.
    /// - Throws: `Failure` 65 for another size than the picture's.
    func shown(_ place: Mask, on source: ImageRecord) throws(Failure) -> Mask {
        let (width, height) =
            source.tile.map { ($0.pictureWidth, $0.pictureHeight) } ?? (source.width, source.height)
        guard place.width == width, place.height == height else {
            throw Failure(
                .badData, "is \(place.width)×\(place.height), the picture \(source.picture) \(width)×\(height)",
                at: written, remedy: "A place is a mask of the pictures' size.")
        }
        return source.tile.map { place.cropped(x: $0.x, y: $0.y, width: source.width, height: source.height) } ?? place
    }

    func beside(_ source: String) -> Failure {
        Failure(
            .badData, "marks nothing of the object in \(source)", at: written,
            remedy: "Look at the foreground's contact sheet, and draw the place on the object.")
    }
}
