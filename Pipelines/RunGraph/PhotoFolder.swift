package import AnomalyDatasets
import Foundation
import Imaging
import IngestStage
package import StageKit

/// What lies in a folder or archive of somebody's photos: what `flawsmith new` has to know to write a manifest.
package struct PhotoFolder: Sendable {
    package struct Category: Sendable, Equatable {
        package var name: String
        /// Normal pictures to draw on, about: what names don't split is split by a rule later.
        package var normals: Int
        package var testNormals: Int
        /// Kind of damage → test pictures.
        package var defects: [String: Int]
        /// Of its first pictures, each size once, as they lie upright; empty for archives.
        package var sizes: [Size]
        /// Title of the public data set that it is of.
        package var publishedIn: String?
    }

    package struct Size: Sendable, Hashable {
        package var width: Int
        package var height: Int

        package init(width: Int, height: Int) { (self.width, self.height) = (width, height) }
    }

    package let path: String
    package let layout: DatasetLayout
    package let categories: [Category]

    /// Pictures of a category whose size is looked at.
    private static let looked = 12

    /// - Throws: `Failure` 66 when nothing stands there, 65 when there are no pictures in it; `DatasetError` for folders
    ///   whose names can't be understood, `ImageError` for a picture that can't be read, `ArchiveError`.
    package init(_ path: String, store: ArtifactStore) throws {
        self.path = path
        guard FileManager.default.fileExists(atPath: path) else {
            throw Failure(.inputMissing, "no such folder or archive", at: path, remedy: "Name a folder with photos.")
        }
        let survey = try Self.survey(path, store: store)
        layout = survey.layout
        let folder = URL(fileURLWithPath: path)
        categories = try survey.categories.map { name in
            let counts = survey.counts[name] ?? NamedCounts()
            let published = survey.published(name), known = published?[name]?.counts
            let tests = counts.undecided / CategoryAssembly.testShare
            let files = survey.pictures(of: name).prefix(Self.looked)
            var sizes: [Size] = []
            for file in files {
                let bytes = [UInt8](try DurableFile.read(folder.child(file)))
                let (width, height) = try ImageInfo(bytes: bytes, name: "\(path)/\(file)").uprightSize
                if !sizes.contains(Size(width: width, height: height)) {
                    sizes.append(Size(width: width, height: height))
                }
            }
            return Category(
                name: name, normals: known?.train ?? counts.train + counts.undecided - tests,
                testNormals: known?.testGood ?? counts.testGood + tests, defects: known?.defects ?? counts.defects,
                sizes: sizes, publishedIn: published?.title)
        }
    }

    /// By a layout that is known, else as own pictures that lie flat.
    private static func survey(_ path: String, store: ArtifactStore) throws -> IngestStage.Survey {
        let digests = DigestCache(store: store)
        func look(_ layout: DatasetLayout?) throws -> IngestStage.Survey {
            try IngestStage.survey(
                .init(path: URL(fileURLWithPath: path), written: path, layout: layout), store: store, digests: digests)
        }
        do { return try look(nil) } catch is DatasetError { return try look(.folder) }
    }

    /// The path relative to a folder, where that is no detour; else the whole path.
    package static func path(_ target: String, from folder: String) -> String {
        let to = URL(fileURLWithPath: target).standardizedFileURL.pathComponents
        let from = URL(fileURLWithPath: folder).standardizedFileURL.pathComponents
        let common = zip(to, from).prefix { $0 == $1 }.count
        let up = from.count - common
        guard up <= 3, common > 1 || up == 0 else { return URL(fileURLWithPath: target).standardizedFileURL.path }
        let steps = Array(repeating: "..", count: up) + to.dropFirst(common)
        return steps.isEmpty ? "." : steps.joined(separator: "/")
    }
}
