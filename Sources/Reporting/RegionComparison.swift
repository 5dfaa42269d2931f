package import Foundation
import ParameterKit
package import StageKit

/// How far synthetic damage is from real damage by the patches under the masks, with what it was measured on.
package struct RegionComparison: Codable, Sendable, Equatable {
    /// Of a mixture, the generator whose pictures these are; nil: all pictures.
    package var generator: String?
    /// Patches under the labels of so many synthetic pictures.
    package var patches: Int
    package var pictures: Int
    /// Under the masks of the real defective test pictures.
    package var realPatches: Int
    package var realPictures: Int
    /// The unbiased squared MMD; nil where it is not defined.
    package var distance: Double?
    /// Why it is not.
    package var reason: String?

    package init(
        generator: String?, patches: Int, pictures: Int, realPatches: Int, realPictures: Int, distance: Double?,
        reason: String?
    ) {
        (self.generator, self.patches, self.pictures) = (generator, patches, pictures)
        (self.realPatches, self.realPictures) = (realPatches, realPictures)
        (self.distance, self.reason) = (distance, reason)
    }

    /// The least of either side that a distance is given for: patches, of so many pictures (own choice).
    package static let least = (patches: 20, pictures: 2)
    /// The most patches of either side, evenly chosen: 8 MB a thousand channels wide.
    package static let most = 2048

    /// Why numbers are too small; nil: they aren't.
    package static func reason(patches: Int, pictures: Int, realPatches: Int, realPictures: Int) -> String? {
        if realPictures == 0 { return "no real damage with masks" }
        let few = [(patches, pictures, "synthetic"), (realPatches, realPictures, "real")].filter {
            $0.0 < least.patches || $0.1 < least.pictures
        }
        guard !few.isEmpty else { return nil }
        return "too few: " + few.map { "\($0.0) patches of \($0.1) \($0.2)" }.joined(separator: ", ")
    }
}

// `regions.json` of an assess object: all pictures, then those of each generator of a mixture.
extension [RegionComparison] {
    private static var file: String { "regions.json" }

    /// - Parameter data: the object's data folder.
    package func write(to data: URL) throws {
        try DurableFile.write(try JSONValue(encoding: self).prettyText, to: data.appendingPathComponent(Self.file))
    }

    /// Those of a finished object.
    package init(of object: StoredObject) throws {
        self = try JSONDecoder().decode(
            Self.self, from: try DurableFile.read(object.data.appendingPathComponent(Self.file)))
    }
}
