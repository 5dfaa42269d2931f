import Archives
package import Generators
package import Foundation
import Imaging
package import StageKit

/// A folder of pictures that `perlin` takes its material from.
package struct TextureFolder: Sendable {
    package let folder: URL
    /// The folder as the manifest has it, for messages.
    package let written: String
    /// SHA-256 over the sorted digests and paths of its pictures; part of every unit's identity.
    package let digest: String
    /// Paths below the folder, ascending bytewise, with their SHA-256. Never empty.
    private let files: [(path: String, sha256: String)]

    /// Lists every PNG and JPEG below the folder, by their endings; hidden files are passed over.
    ///
    /// - Throws: `Failure` 66 when there is no such folder, 65 when it holds no such pictures; `ArchiveError` for links
    ///   in it.
    package init(_ folder: URL, written: String, digests: DigestCache) throws {
        guard try DurableFile.isFolder(folder) ?? false else {
            throw Failure(
                .inputMissing, "no such folder", at: written,
                remedy: "Set generation.perlin.textures; relative paths are relative to the manifest.")
        }
        let reader = try FolderReader(path: folder.path, limits: .published)
        var files: [(path: String, sha256: String)] = []
        while let entry = try reader.next() {
            guard ["png", "jpg", "jpeg"].contains(URL(fileURLWithPath: entry.name).pathExtension.lowercased()) else {
                continue
            }
            files.append((entry.name, try digests.sha256(folder.appendingPathComponent(entry.name))))
        }
        guard !files.isEmpty else {
            throw Failure(
                .badData, "holds no PNG or JPEG pictures", at: written, remedy: "Other kinds of pictures aren't read.")
        }
        (self.folder, self.written, self.files) = (folder, written, files)
        digest = Digest.sha256(files.map { "\($0.sha256)  \($0.path)\n" }.joined())
    }

    /// The picture of one unit, chosen by its seed.
    ///
    /// - Throws: `Failure` when it is gone or has changed, `ImageError` when it can't be decoded.
    package func photograph(seed: UInt32) throws -> Photograph {
        var stream = RandomStream(seed: UInt64(seed), purpose: "textures")
        let (path, sha256) = stream.element(files)
        let bytes = try DurableFile.read(folder.appendingPathComponent(path))
        guard Digest.sha256(bytes) == sha256 else { throw Failure.changed("\(written)/\(path)") }
        return Photograph(name: path, image: try Image(bytes: [UInt8](bytes), name: "\(written)/\(path)"))
    }
}

extension Failure {
    /// A file has other bytes than when the run was planned.
    static func changed(_ place: String) -> Failure {
        Failure(.badData, "changed while the run was under way", at: place, remedy: "Run again.")
    }
}

extension ArchiveLimits {
    /// For synthetic sets and textures: a thousand pictures for each kind of damage are usual, many times the size of
    /// the data set they were made from.
    static var published: ArchiveLimits {
        var limits = ArchiveLimits()
        (limits.entries, limits.totalBytes) = (2_000_000, 1 << 40)
        return limits
    }
}
