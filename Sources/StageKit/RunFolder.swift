package import Foundation
import ParameterKit

/// `Output/runs/<name>-<8 hex>/`: the resolved manifest, the lock file (job → object) and the report of one manifest.
package struct RunFolder: Sendable {
    package let name: String
    package let folder: URL
    private let siblings: URL

    /// - Parameters:
    ///   - name: the manifest's name.
    ///   - asked: what the manifest asks for, without defaults; its SHA-256 gives the folder its eight digits, so that
    ///     a key that is added to the format later moves no folder.
    package init(store: ArtifactStore, name: String, asked: String) {
        self.name = name
        siblings = store.runs
        folder = store.runs.appendingPathComponent("\(name)-\(Digest.sha256(asked).prefix(8))")
    }

    package var manifestFile: URL { folder.appendingPathComponent("manifest.resolved.yaml") }
    package var lockFile: URL { folder.appendingPathComponent("lock.json") }
    package var report: URL { folder.appendingPathComponent("report") }

    package func begin(resolved: String) throws(Failure) {
        DurableFile.sweep(folder)
        DurableFile.sweep(report)
        let data = Data(resolved.utf8)
        if (try? DurableFile.read(manifestFile)) != data { try DurableFile.write(data, to: manifestFile) }
    }

    /// Adds job → object to what is recorded; a rerun of a finished manifest writes nothing.
    package func record(_ objects: [JobKey: String]) throws(Failure) {
        let added = objects.map { ($0.key.description, $0.value) }
        let all = recorded().merging(added) { _, new in new }
        let text = JSONValue.object(["jobs": .object(all.mapValues { .string($0) })]).prettyText
        let data = Data(text.utf8)
        if (try? DurableFile.read(lockFile)) != data { try DurableFile.write(data, to: lockFile) }
    }

    package func recorded() -> [String: String] { Self.read(lockFile) }

    /// Job → object of the last run of this folder, else of the run of the same name that was recorded last: what a
    /// changed manifest is compared with.
    package func previous() -> [String: String] {
        let own = recorded()
        if !own.isEmpty { return own }
        let folders = (try? FileManager.default.contentsOfDirectory(atPath: siblings.path)) ?? []
        let candidates = folders.filter { $0.hasPrefix(name + "-") && $0.count == name.count + 9 }
            .map { siblings.appendingPathComponent("\($0)/lock.json") }
            .compactMap { url -> (URL, Date)? in
                let attributes = try? FileManager.default.attributesOfItem(atPath: url.path)
                return (attributes?[.modificationDate] as? Date).map { (url, $0) }
            }
        return candidates.max { $0.1 < $1.1 }.map { Self.read($0.0) } ?? [:]
    }

    private static func read(_ file: URL) -> [String: String] {
        guard let data = try? DurableFile.read(file), let json = try? JSONValue(parsing: data) else { return [:] }
        return (json["jobs"]?.object ?? [:]).compactMapValues(\.string)
    }
}
