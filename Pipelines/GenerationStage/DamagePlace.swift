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

    /// What of an object lies in the place.
    ///
    /// - Parameter source: what messages call the picture.
    /// - Throws: `Failure` 65 for a mask of another size, or beside the object; `ImageError` for one that can't be read.
    func part(of foreground: Mask, source: String) throws -> Mask {
        let place = try MaskReader().read([UInt8](try DurableFile.read(url)), name: written).mask
        guard place.width == foreground.width, place.height == foreground.height else {
            throw Failure(
                .badData,
                "is \(place.width)×\(place.height), the picture \(source) \(foreground.width)×\(foreground.height)",
                at: written, remedy: "A place is a mask of the pictures' size.")
        }
        let part = foreground.intersection(place)
        guard !part.isEmpty else {
            throw Failure(
                .badData, "marks nothing of the object in \(source)", at: written,
                remedy: "Look at the foreground's contact sheet, and draw the place on the object.")
        }
        return part
    }
}
