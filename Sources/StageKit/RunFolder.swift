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

    /// A folder that a run has left.
    package init(store: ArtifactStore, at folder: URL, name: String) {
        (self.name, self.folder, siblings) = (name, folder, store.runs)
    }

    package var manifestFile: URL { folder.child("manifest.resolved.yaml") }
    package var lockFile: URL { folder.child("lock.json") }
    /// Job → object of what runs have set out to make and not finished: what `Leftovers` must not take away.
    package var begunFile: URL { folder.child("begun.json") }
    package var report: URL { folder.child("report") }

    /// - Parameter planned: job → object of what this run is to make.
    /// - Throws: `Failure` 73 or 74 when the folder can't be written.
    package func begin(resolved: String, planned: [JobKey: String] = [:]) throws(Failure) {
        DurableFile.sweep(folder)
        DurableFile.sweep(report)
        try DurableFile.update(Data(resolved.utf8), at: manifestFile)
        guard !planned.isEmpty else { return }
        try DurableFile.holding(folder) { () throws(Failure) in
            let added = planned.map { ($0.key.description, $0.value) }
            try write(try Self.noted(begunFile).merging(added) { _, new in new }, to: begunFile)
        }
    }

    /// Adds job → object to what is recorded; a rerun of a finished manifest writes nothing.
    ///
    /// - Throws: `Failure` 74 when the recorded jobs can't be read; they are not overwritten.
    package func record(_ objects: [JobKey: String]) throws(Failure) {
        try DurableFile.makeFolder(folder)
        // Two runs of one manifest may end at once.
        try DurableFile.holding(folder) { () throws(Failure) in
            let added = objects.map { ($0.key.description, $0.value) }
            try write(try Self.noted(lockFile).merging(added) { _, new in new }, to: lockFile)
            let finished = Set(added.map(\.0)), begun = try Self.noted(begunFile)
            let rest = begun.filter { !finished.contains($0.key) }
            if rest.isEmpty { try DurableFile.remove(begunFile) } else { try write(rest, to: begunFile) }
        }
    }

    private func write(_ objects: [String: String], to file: URL) throws(Failure) {
        let jobs = JSONValue.object(objects.mapValues { .string($0) })
        let text = JSONValue.object(["jobs": jobs, "sha256": .string(Digest.sha256(jobs.canonicalText))]).prettyText
        try DurableFile.update(Data(text.utf8), at: file)
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

    /// - Throws: `Failure` 74 when the file is there and can't be read.
    private static func noted(_ file: URL) throws(Failure) -> [String: String] {
        try DurableFile.exists(file) ? jobs(in: try DurableFile.read(file)) : [:]
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
