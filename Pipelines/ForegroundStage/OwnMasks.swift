package import AnomalyDatasets
package import Foundation
package import Imaging
package import StageKit

/// Object masks that somebody drew: a folder with one for each picture of a category, or one file for all pictures.
///
/// A picture's mask is called as the picture, or with `_mask` behind, with any ending of pictures: in a folder called as
/// the category, or in the folder itself; `train/good/` may stand before the name.
package struct OwnMasks: Sendable {
    /// As the manifest has it, for messages.
    package let written: String
    /// Of the files that may be a mask of this category: part of the job's question.
    package let digest: String
    private let url: URL
    private let isOneForAll: Bool
    /// Name without ending and without `_mask` → path below the folder.
    private let files: [String: String]

    /// - Throws: `Failure` 66 when nothing stands there, 65 when the folder holds no pictures or two masks of one name,
    ///   74 when it can't be read.
    package init(_ url: URL, written: String, category: String, digests: DigestCache) throws(Failure) {
        (self.url, self.written) = (url, written)
        var isFolder: ObjCBool = false
        guard FileManager.default.fileExists(atPath: url.path, isDirectory: &isFolder) else {
            throw Failure(
                .inputMissing, "no such folder or mask", at: written,
                remedy: "Set foreground.masks; relative paths are relative to the manifest.")
        }
        isOneForAll = !isFolder.boolValue
        guard isFolder.boolValue else {
            (files, digest) = ([:], try digests.sha256(url))
            return
        }
        let all = try FolderListing.files(under: url).filter(Self.isPicture)
        let own = all.filter { $0.hasPrefix(category + "/") }
        let paths = own.isEmpty ? all : own
        guard !paths.isEmpty else {
            throw Failure(
                .badData, "holds no pictures", at: written,
                remedy:
                    "Put a mask there for each normal picture, called as the picture: the object white, the ground black."
            )
        }
        var files: [String: String] = [:]
        for path in paths {
            let key = Self.key(path)
            if let other = files.updateValue(path, forKey: key) {
                throw Failure(
                    .badData, "\(other) and \(path) are masks of the same picture", at: written,
                    remedy: "Leave one of them.")
            }
        }
        (self.files, digest) = (files, try digests.sha256(folder: url, paths: paths))
    }

    private static func isPicture(_ path: String) -> Bool {
        let parts = path.split(separator: "/")
        guard !parts.contains(where: { $0.hasPrefix(".") }), let ending = path.split(separator: ".").last else {
            return false
        }
        return DatasetLayout.pictureEndings.contains(ending.lowercased())
    }

    private static func key(_ path: String) -> String {
        var key = CategoryAssembly.stem(path)
        if key.hasSuffix("_mask") { key.removeLast("_mask".count) }
        return key
    }

    /// The path of a picture's mask; nil where there is none.
    private func path(of record: ImageRecord) -> String? {
        // "<category>/train/good/<name>", of which the name may hold slashes. A tile's mask is its picture's.
        let name = record.picture.split(separator: "/").dropFirst(3).joined(separator: "/")
        return ["", "train/good/"].flatMap { ["\(record.category)/\($0)\(name)", "\($0)\(name)"] }
            .compactMap { files[$0] }.first
    }

    /// - Throws: `Failure` 66 naming the first of the pictures that have no mask.
    package func checkAll(_ records: [ImageRecord], category: String) throws(Failure) {
        guard !isOneForAll else { return }
        var seen: Set<String> = []
        let pictures = records.filter { seen.insert($0.picture).inserted },
            without = pictures.filter { path(of: $0) == nil }
        guard let first = without.first else { return }
        throw Failure(
            .inputMissing,
            "no mask for \(without.count) of \(pictures.count) pictures of \(category), \(first.picture) among them",
            at: written,
            remedy:
                "Draw them too, leave the pictures out, or leave foreground.masks out to have all found by threshold.")
    }

    /// The object of one picture, or what a tile shows of it, which may be nothing.
    ///
    /// - Throws: `Failure` 65 for a mask of another size or without an object, `ImageError` for one that can't be read.
    package func mask(of record: ImageRecord) throws -> Mask {
        let path = isOneForAll ? nil : self.path(of: record), file = path.map { url.child($0) } ?? url
        let name = path.map { "\(written)/\($0)" } ?? written
        let mask = try MaskReader().read([UInt8](try DurableFile.read(file)), name: name).mask
        let (width, height) = record.tile.map { ($0.pictureWidth, $0.pictureHeight) } ?? (record.width, record.height)
        guard mask.width == width, mask.height == height else {
            throw Failure(
                .badData,
                "is \(mask.width)×\(mask.height), its picture \(record.tile?.picture ?? record.file) \(width)×\(height)",
                at: name, remedy: "Give a mask of the picture's size.")
        }
        guard !mask.isEmpty else {
            throw Failure(.badData, "marks no object: it is black", at: name, remedy: "The object is white in a mask.")
        }
        return record.tile.map { mask.cropped(x: $0.x, y: $0.y, width: record.width, height: record.height) } ?? mask
    }
}
