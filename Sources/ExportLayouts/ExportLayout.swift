import AnomalyDatasets
package import Foundation
package import MethodKit

/// A way to lay a synthetic data set out in an archive.
package protocol ExportLayout: Method {
    /// The files of the set, by their paths below the archive's folder.
    ///
    /// - Throws: whatever reading the set's files throws, and `DatasetError` for a set that this layout can't
    ///   represent.
    func files(of set: SyntheticSet) throws -> [String: SyntheticSet.Bytes]
    /// How to read the archive, for the data set's card: lines of Markdown.
    func explanation(of set: SyntheticSet) -> [String]
}

/// A synthetic data set for layouts: bytes are read one file at a time, on demand.
package struct SyntheticSet: Sendable {
    package typealias Bytes = @Sendable () throws -> Data

    package struct Picture: Sendable {
        package var image: Bytes
        /// Binary mask: 8-bit PNG, 0 or 255, the picture's size.
        package var mask: Bytes
        /// Soft label: 16-bit PNG, value / 65535.
        package var softLabel: Bytes
        /// How it was made, as JSON.
        package var record: Bytes

        package init(
            image: @escaping Bytes, mask: @escaping Bytes, softLabel: @escaping Bytes, record: @escaping Bytes
        ) {
            (self.image, self.mask, self.softLabel, self.record) = (image, mask, softLabel, record)
        }
    }

    package struct Category: Sendable {
        package var name: String
        /// Normal pictures as PNG.
        package var normals: [Bytes]
        /// Pictures by the folder name of their kind, in the order of the manifest.
        package var kinds: [(folder: String, pictures: [Picture])]

        package init(name: String, normals: [Bytes], kinds: [(folder: String, pictures: [Picture])]) {
            (self.name, self.normals, self.kinds) = (name, normals, kinds)
        }

        /// The most pictures that one folder holds.
        package var largestFolder: Int { max(normals.count, kinds.map(\.pictures.count).max() ?? 0) }
    }

    package var categories: [Category]
    /// Whether the pictures were made from these normals; if not, the normals only accompany them.
    package var isDrawnOnNormals: Bool

    package init(categories: [Category], isDrawnOnNormals: Bool) {
        (self.categories, self.isDrawnOnNormals) = (categories, isDrawnOnNormals)
    }
}
