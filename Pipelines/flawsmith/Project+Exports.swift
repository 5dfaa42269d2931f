import ExportStage
import Foundation
import Glibc
import ParameterKit
import RunGraph
import StageKit

extension Project {
    /// Links the exports where users look for them; writes nothing that is there already.
    ///
    /// Names hold the manifest's name, which another manifest may have as well. An archive that belongs to another run
    /// is left as it is; this one's then has the digits of its run's folder behind its name, and that is said.
    func publishExports(_ summary: Runner.Summary, say: (String) -> Void) throws {
        DurableFile.sweep(store.exports)
        for (key, name) in summary.objects.sorted(by: { $0.key < $1.key }) where key.stage == ExportStage.name {
            let data = store.object(named: name).data
            for archive in try StoredObject.files(under: data) where !archive.hasSuffix(".sha256") {
                try publish(data.appendingPathComponent(archive), job: key, object: name, say: say)
            }
        }
    }

    /// Where users find the archives of a finished run.
    func exports(_ summary: Runner.Summary) throws -> [URL] {
        let objects = summary.objects.filter { $0.key.stage == ExportStage.name }.sorted { $0.key < $1.key }
        return try objects.flatMap { job, object in
            let data = store.object(named: object).data
            return try StoredObject.files(under: data).filter { !$0.hasSuffix(".sha256") }.map { name in
                let own = ownName(name), hasOwn = try DurableFile.exists(store.exports.appendingPathComponent(own))
                let isShared =
                    try owner(
                        of: store.exports.appendingPathComponent(name), job: job, object: object) != nil
                return store.exports.appendingPathComponent(hasOwn && isShared ? own : name)
            }
        }
    }

    /// `a-1shot-s0-mvtec-1a2b3c4d.tar.gz`: names have no other dots.
    private func ownName(_ name: String) -> String {
        let dot = name.firstIndex(of: ".") ?? name.endIndex
        return "\(name[..<dot])-\(folder.folder.lastPathComponent.suffix(8))\(name[dot...])"
    }

    private func publish(_ archive: URL, job: JobKey, object: String, say: (String) -> Void) throws {
        let name = archive.lastPathComponent
        let plain = store.exports.appendingPathComponent(name)
        guard let owner = try owner(of: plain, job: job, object: object) else {
            try DurableFile.link(archive, to: plain)
            try DurableFile.link(
                archive.appendingPathExtension("sha256"), to: plain.appendingPathExtension("sha256"))
            return
        }
        let own = ownName(name)
        let target = store.exports.appendingPathComponent(own)
        let sums = target.appendingPathExtension("sha256")
        if try !DurableFile.exists(target) || !DurableFile.exists(sums) || !isSame(archive, target) {
            say("exports/\(name) is of \(owner) and was left as it is; this run's is exports/\(own)")
        }
        try DurableFile.link(archive, to: target)
        try DurableFile.update(Data(ExportStage.sums(of: target, as: own).utf8), at: sums)
    }

    /// Whose archive stands there, in words; nil where it may be replaced: nothing does, it is this one, or it is of
    /// another object of this very run.
    private func owner(of published: URL, job: JobKey, object: String) throws -> String? {
        guard try DurableFile.exists(published) else { return nil }
        func isOf(_ object: String?) throws -> Bool {
            guard let object else { return false }
            let archive = store.object(named: object).data.appendingPathComponent(published.lastPathComponent)
            return try DurableFile.exists(archive) && isSame(archive, published)
        }
        if try isOf(object) { return nil }
        // What other runs made is theirs; `lock.json` says which objects a run has.
        for entry in try FolderListing.entries(of: store.runs) where entry.name != folder.folder.lastPathComponent {
            let lock = store.runs.child(entry.name).child("lock.json")
            // One that can't be read may name this archive: then nothing is replaced, and the run says 74.
            guard try DurableFile.exists(lock) else { continue }
            let bytes = try DurableFile.read(lock)
            guard let json = try? JSONValue(parsing: bytes) else { continue }
            if try isOf(json["jobs"]?[job.description]?.string) {
                return "another manifest of this name (runs/\(entry.name))"
            }
        }
        return nil
    }

    /// Whether two files have the same bytes: most are one file with two names.
    private func isSame(_ one: URL, _ other: URL) throws -> Bool {
        var facts = (stat(), stat())
        if stat(one.path, &facts.0) == 0, stat(other.path, &facts.1) == 0, facts.0.st_dev == facts.1.st_dev,
            facts.0.st_ino == facts.1.st_ino
        {
            return true
        }
        guard try DurableFile.size(one) == DurableFile.size(other) else { return false }
        return try Digest.sha256(file: one) == Digest.sha256(file: other)
    }
}

extension Project {
    /// The finished objects that an export is made from.
    ///
    /// - Parameter manifest: its path, for the message.
    /// - Throws: `Failure` 66 where some are not finished, 74 where one can't be read.
    func finishedInputs(of export: PlannedExport, manifest path: String) throws -> ExportInputs {
        let steps = runner(keepGoing: false).plan()
        let finished = Dictionary(
            steps.filter { $0.reason == .upToDate }.map { ($0.job.key, $0.object) },
            uniquingKeysWith: { first, _ in first })
        for step in steps where export.job.inputs.values.contains(step.job.key) {
            // What can't be read just now may well be finished.
            if case .unreadable(let failure) = step.reason { throw failure }
        }
        let missing = Set(export.job.inputs.values.filter { finished[$0] == nil }).sorted()
        guard missing.isEmpty else {
            let names = missing.prefix(3).map(\.description).joined(separator: ", ")
            throw Failure(
                .inputMissing, "not finished: \(names)\(missing.count > 3 ? " and \(missing.count - 3) more" : "")",
                at: path, remedy: "Run it first: flawsmith run \(path) --until generate")
        }
        return ExportInputs(export.job.inputs.compactMapValues { finished[$0] }, store: store)
    }
}
