import AnomalyDatasets
import Foundation
import GenerationStage
import ParameterKit
import StageKit

/// Everything under `Output/` that claims to be finished, read again and compared with what was recorded of it.
struct Verification {
    /// One thing that was found.
    struct Finding {
        enum Kind: String { case damaged, unreadable, passedOver = "passed_over" }
        let kind: Kind
        /// Its place below the output folder, as `objects/sample-v2-0123456789ab`.
        let name: String
        let message: String

        var text: String { "\(name): \(message)" }
    }

    let store: ArtifactStore
    private let say: (Finding) -> Void

    /// Objects, units, exports and cached files that were read.
    private(set) var checked = 0
    private(set) var damaged = 0
    /// Items that could not be read and so may be intact.
    private(set) var unreadable = 0
    /// Objects that a run began and didn't finish.
    private(set) var unfinished = 0
    /// Units that could not be made (`failed.json`).
    private(set) var failed = 0
    private(set) var cached = 0
    /// Other files and folders, which are skipped and named.
    private(set) var passedOver = 0
    /// Unit → SHA-256 of its record.
    private var records: [String: String] = [:]
    /// Units whose files could not be looked at: they may be intact.
    private var unread: Set<String> = []
    /// Files already read that have a second name in `exports/`.
    private var read: Set<FileFace> = []

    init(store: ArtifactStore, say: @escaping (Finding) -> Void) { (self.store, self.say) = (store, say) }

    mutating func run() {
        for prefix in entries("units", store.units) {
            guard prefix.kind == .folder else { continue }
            for entry in entries("units/\(prefix.name)", store.units.child(prefix.name)) { unit(entry, prefix.name) }
        }
        for entry in entries("objects", store.objects) { object(entry) }
        for entry in entries("exports", store.exports) where entry.name.hasSuffix(".sha256") { export(entry.name) }
        caches()
    }

    private mutating func check(_ name: String, _ problems: () throws -> [String]) {
        checked += 1
        do {
            let problems = try problems()
            if !problems.isEmpty { damaged += 1 }
            for problem in problems { say(Finding(kind: .damaged, name: name, message: problem)) }
        } catch {
            let failure = error as? Failure
            let isUnread = failure?.status == .io
            if isUnread { unreadable += 1 } else { damaged += 1 }
            let message = "\(failure?.message ?? "\(error)")\(isUnread ? " (\(failure?.place ?? ""))" : "")"
            say(Finding(kind: isUnread ? .unreadable : .damaged, name: name, message: message))
        }
    }

    /// The entries of a folder. Hidden entries, and files where folders are expected, are skipped and named.
    private mutating func entries(_ name: String, _ folder: URL) -> [FolderListing.Entry] {
        let found: [FolderListing.Entry]
        do throws(Failure) {
            found = try FolderListing.entries(of: folder)
        } catch {
            unreadable += 1
            say(Finding(kind: .unreadable, name: name, message: error.message))
            return []
        }
        let isOfFolders = !name.hasPrefix("exports") && !name.hasPrefix("cache/")
        return found.filter { entry in
            // The file with outside files' digests is not a folder; the next run computes them again.
            if name == "cache", entry.name == "digests.jsonl" { return false }
            let isMeant = !entry.name.hasPrefix(".") && (entry.kind == .folder) == isOfFolders
            if !isMeant { passOver("\(name)/\(entry.name)", "is none of the results") }
            return isMeant
        }
    }

    private mutating func passOver(_ name: String, _ why: String) {
        passedOver += 1
        say(Finding(kind: .passedOver, name: name, message: "passed over: \(why)"))
    }
}

extension Verification {
    private mutating func unit(_ entry: FolderListing.Entry, _ prefix: String) {
        let unit = store.unit(entry.name), name = "units/\(prefix)/\(entry.name)"
        guard entry.name.hasPrefix(prefix) else { return passOver(name, "it doesn't belong into this folder") }
        if unit.isDone {
            var record: String?
            check(name) {
                record = try Digest.sha256(file: unit.recordFile)
                return try unit.damage()
            }
            records[unit.id] = record
            if record == nil { unread.insert(unit.id) }
        } else if (try? DurableFile.exists(unit.failureFile)) ?? true {
            failed += 1
        } else {
            unfinished += 1
        }
    }

    private mutating func object(_ entry: FolderListing.Entry) {
        let object = store.object(named: entry.name), name = "objects/\(entry.name)"
        guard object.isDone else {
            if object.exists { unfinished += 1 } else { passOver(name, "it has neither identity.json nor done.json") }
            return
        }
        check(name) {
            var problems = try object.damage(contents: true)
            // One that can't be read is said to be so.
            if try DurableFile.exists(object.identityFile) { _ = try DurableFile.read(object.identityFile) }
            if !object.hasItsIdentity {
                problems.append("identity.json is not what the folder's name was made of")
            }
            return problems
        }
        if entry.name.hasPrefix("export-") {
            for path in (try? StoredObject.files(under: object.data)) ?? [] {
                if let face = try? FileFace(object.data.child(path)) { read.insert(face) }
            }
        }
        if entry.name.hasPrefix(GenerationStage.name + "-") { list(object, name) }
    }

    /// The units that a generate object lists: each must exist and have the listed record.
    private mutating func list(_ object: StoredObject, _ name: String) {
        do {
            var problems: [String] = []
            for unit in try GenerationStage.units(of: object) {
                if let account = unit.quality, records[account] == nil, !unread.contains(account),
                    try !DurableFile.exists(store.unit(account).recordFile)
                {
                    problems.append("unit \(account), which it lists, is missing")
                }
                let named = [(unit.unit, unit.record)] + (unit.label.map { [($0, unit.labelRecord ?? "")] } ?? [])
                for (id, record) in named {
                    guard let found = records[id] else {
                        // One that can't be looked at was said where that was found.
                        if !unread.contains(id), try !DurableFile.exists(store.unit(id).recordFile) {
                            problems.append("unit \(id), which it lists, is missing")
                        }
                        continue
                    }
                    if found != record { problems.append("unit \(id), which it lists, has another record") }
                }
            }
            guard !problems.isEmpty else { return }
            damaged += 1
            for problem in problems { say(Finding(kind: .damaged, name: name, message: problem)) }
        } catch let failure as Failure where failure.status == .io {
            unreadable += 1
            say(Finding(kind: .unreadable, name: name, message: "\(failure.message) (\(failure.place ?? ""))"))
        } catch {
            damaged += 1
            let message = "the list of its units can't be read: \((error as? Failure)?.message ?? "\(error)")"
            say(Finding(kind: .damaged, name: name, message: message))
        }
    }

    /// Compares a tarball in `exports/` with the digest beside it.
    private mutating func export(_ sums: String) {
        let file = store.exports.child(String(sums.dropLast(".sha256".count)))
        let (read, exports) = (read, store.exports)
        check("exports/\(file.lastPathComponent)") {
            if read.contains(try FileFace(file)) { return [] }
            let text = String(decoding: try DurableFile.read(exports.child(sums)), as: UTF8.self)
            let digest = text.prefix { $0 != " " }
            return try Digest.sha256(file: file) == digest ? [] : ["has another SHA-256 than \(sums) says"]
        }
    }
}

extension Verification {
    /// Checks cached files, which contain their digests: token files in their names, records in their contents.
    private mutating func caches() {
        for entry in entries("cache", store.cache) {
            let folder = store.cache.child(entry.name)
            for file in entries("cache/\(entry.name)", folder) {
                cached += 1
                let name = "cache/\(entry.name)/\(file.name)"
                guard let expected = Self.digest(named: file.name) else {
                    record(folder.child(file.name), name)
                    continue
                }
                check(name) {
                    try Digest.sha256(file: folder.child(file.name)) == expected
                        ? [] : ["its bytes are not those of its name; it is computed again when it is needed"]
                }
            }
        }
    }

    private mutating func record(_ file: URL, _ name: String) {
        guard name.hasSuffix(".json") else {
            return passOver(name, "an older version or a killed process left it")
        }
        check(name) {
            // One that can't be read is said to be so.
            _ = try DurableFile.read(file)
            return SealedRecord.read(file) == nil
                ? ["isn't as it was written; it is found out again when it is needed"] : []
        }
    }

    /// The second of the two digests in a token file's name.
    private static func digest(named name: String) -> Substring? {
        let parts = name.split(separator: ".")
        guard parts.count == 3, parts[2] == "safetensors", parts[0].count == 64, parts[1].count == 64 else {
            return nil
        }
        return parts[1]
    }
}
