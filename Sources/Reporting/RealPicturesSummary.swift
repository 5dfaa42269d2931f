package import Foundation
import ParameterKit
package import StageKit

/// `features.json` of an embed object: facts about a category's real test pictures.
package struct RealPicturesSummary: Codable, Sendable, Equatable {
    /// Defective ones.
    package var pictures: Int
    /// Pixels a side that pictures were resized to; nil without pictures.
    package var imageSize: Int?
    /// KID between the good and the defective test pictures, for comparison; nil with fewer than two of either.
    package var kidOfGood: Double?

    /// Patches under the masks, and of how many pictures; nil where no defective picture has a mask.
    package var regionPatches: Int?
    package var regionPictures: Int?

    package init(pictures: Int) { self.pictures = pictures }
}

extension RealPicturesSummary {
    private static let file = "features.json"

    /// - Parameter data: the object's data folder.
    package func write(to data: URL) throws {
        try DurableFile.write(try JSONValue(encoding: self).prettyText, to: data.appendingPathComponent(Self.file))
    }

    /// That of a finished object.
    package init(of object: StoredObject) throws {
        self = try JSONDecoder().decode(
            Self.self, from: try DurableFile.read(object.data.appendingPathComponent(Self.file)))
    }
}
