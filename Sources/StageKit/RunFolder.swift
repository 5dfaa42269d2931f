package import Foundation
import ParameterKit

/// `Output/runs/<name>-<8 hex>/`: the resolved manifest, the lock file (job → object) and the report of one manifest.
package struct RunFolder: Sendable {
    package let name: String
    package let folder: URL
    private let siblings: URL

    /// - Parameters:
    ///   - name: the manifest's name.
    ///   - asked: the manifest without defaults. The folder's eight digits are from its SHA-256, so that keys added to
    ///     the format later don't change the folder.
    package init(store: ArtifactStore, name: String, asked: String) {
        self.name = name
        siblings = store.runs
        folder = store.runs.child("\(name)-\(Digest.sha256(asked).prefix(8))")
    }

    package var manifestFile: URL { folder.child("manifest.resolved.yaml") }
    package var lockFile: URL { folder.child("lock.json") }
    package var report: URL { folder.child("report") }

    package func begin(resolved: String) throws(Failure) {
        DurableFile.sweep(folder)
        DurableFile.sweep(report)
        try DurableFile.update(Data(resolved.utf8), at: manifestFile)
    }

    /// Adds job → object to what is recorded; a rerun of a finished manifest writes nothing.
    ///
    /// - Throws: `Failure` 74 when the recorded jobs can't be read; they are not overwritten.
    package func record(_ objects: [JobKey: String]) throws(Failure) {
        try DurableFile.makeFolder(folder)
        // Two runs of one manifest may end at once.
        try DurableFile.holding(folder) { () throws(Failure) in
            let added = objects.map { ($0.key.description, $0.value) }
            let before = try DurableFile.exists(lockFile) ? Self.jobs(in: try DurableFile.read(lockFile)) : [:]
            let all = before.merging(added) { _, new in new }
            let jobs = JSONValue.object(all.mapValues { .string($0) })
            let text = JSONValue.object(["jobs": jobs, "sha256": .string(Digest.sha256(jobs.canonicalText))]).prettyText
            try DurableFile.update(Data(text.utf8), at: lockFile)
        }
    }

    package func recorded() -> [String: String] { Self.read(lockFile) }

    /// Job → object of the last run of this folder, else of the run of the same name that was recorded last: what a
    /// changed manifest is compared with.
    package func previous() -> [String: String] {
        let own = recorded()
        if !own.isEmpty { return own }
        let folders = (try? FileManager.default.contentsOfDirectory(atPath: siblings.path)) ?? []
        let candidates = folders.filter { $0.hasPrefix(name + "-") && $0.count == name.count + 9 }
            .map { siblings.child("\($0)/lock.json") }
            .compactMap { url -> (URL, Date)? in
                let attributes = try? FileManager.default.attributesOfItem(atPath: url.path)
                return (attributes?[.modificationDate] as? Date).map { (url, $0) }
            }
        return candidates.max { $0.1 < $1.1 }.map { Self.read($0.0) } ?? [:]
    }

    private static func read(_ file: URL) -> [String: String] {
        (try? DurableFile.read(file)).map(jobs) ?? [:]
    }

    private static func jobs(in data: Data) -> [String: String] { recorded(in: data) ?? [:] }

    /// What a lock file says; nil where it isn't whole.
    static func recorded(in data: Data) -> [String: String]? {
        guard let json = try? JSONValue(parsing: data), let jobs = json["jobs"] else { return nil }
        // What was changed since it was written says nothing; older versions wrote no digest.
        if let digest = json["sha256"]?.string, digest != Digest.sha256(jobs.canonicalText) { return nil }
        return (jobs.object ?? [:]).compactMapValues(\.string)
    }
}
