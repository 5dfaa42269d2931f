package import Foundation
import Glibc
import ParameterKit

/// What no run uses any more: objects that no run has recorded or set out to make, and units that no remaining object
/// lists. While a remaining object is unfinished, all units stay: which of them it will list isn't known.
///
/// Whatever was touched lately stays, too. Exports, runs, comparisons and the cache are not looked at.
package struct Leftovers: Sendable {
    package struct Item: Sendable, Equatable {
        package enum Kind: String, Sendable { case object, unit }
        package var kind: Kind
        package var name: String
        package var bytes: Int
        let folder: URL
    }

    package let items: [Item]
    /// Objects and units that stay.
    package let kept: Int
    /// The runs that use something, by their folder's name.
    package let runs: [String]
    /// Unfinished objects that stay, for whose sake all units do.
    package let unfinished: [String]

    package var bytes: Int { items.reduce(0) { $0 + $1.bytes } }

    /// Looks, and removes nothing.
    ///
    /// - Parameter age: what was touched less long ago stays.
    /// - Throws: `Failure` 74 when a folder or a list can't be read: what isn't known to be unused is used.
    package init(in store: ArtifactStore, age: TimeInterval, now: Date = Date()) throws(Failure) {
        var used: Set<String> = [], runs: [String] = []
        for entry in try FolderListing.entries(of: store.runs) where entry.kind == .folder {
            for name in ["lock.json", "begun.json"] {
                let named = try Self.objects(named: store.runs.child("\(entry.name)/\(name)"))
                if !named.isEmpty, runs.last != entry.name { runs.append(entry.name) }
                used.formUnion(named)
            }
        }
        let limit = now.addingTimeInterval(-age)
        var items: [Item] = [], listed: Set<String> = [], kept = 0, unfinished: [String] = []
        for entry in try FolderListing.entries(of: store.objects) where entry.kind == .folder {
            let object = store.object(named: entry.name)
            let touched = try Self.touched(object.folder, object.log)
            if used.contains(entry.name) || touched > limit {
                kept += 1
                if try !DurableFile.exists(object.doneFile) { unfinished.append(entry.name) }
                try Self.collect(object, into: &listed)
            } else {
                items.append(
                    Item(kind: .object, name: entry.name, bytes: try Self.size(object.folder), folder: object.folder))
            }
        }
        for group in try FolderListing.entries(of: store.units) where group.kind == .folder {
            for entry in try FolderListing.entries(of: store.units.child(group.name)) where entry.kind == .folder {
                let unit = store.unit(entry.name)
                let touched = try Self.touched(unit.folder, unit.recordFile)
                if !unfinished.isEmpty || listed.contains(entry.name) || touched > limit {
                    kept += 1
                } else {
                    items.append(
                        Item(kind: .unit, name: entry.name, bytes: try Self.size(unit.folder), folder: unit.folder))
                }
            }
        }
        (self.items, self.kept, self.runs, self.unfinished) = (items, kept, runs.sorted(), unfinished.sorted())
    }

    /// Removes them all. What another process builds or reads is passed over, with the units that it lists.
    ///
    /// - Returns: what was removed.
    /// - Throws: `Failure` 75 while a run is under way in the store.
    package func remove(from store: ArtifactStore) throws(Failure) -> [Item] {
        let use = try StoreUse.cleaning(store)
        defer { use.release() }
        var removed: [Item] = [], stillListed: Set<String> = []
        for item in items where item.kind == .object {
            let object = store.object(named: item.name)
            if try Self.remove(object) { removed.append(item) } else { try Self.collect(object, into: &stillListed) }
        }
        for item in items where item.kind == .unit && !stillListed.contains(item.name) {
            try DurableFile.remove(store.unit(item.name).recordFile)
            try DurableFile.remove(item.folder)
            removed.append(item)
        }
        return removed
    }

    /// - Returns: false for an object that another process builds or reads.
    private static func remove(_ object: StoredObject) throws(Failure) -> Bool {
        let lock: CourtesyLock, use: ObjectUse
        do throws(Failure) {
            lock = try CourtesyLock(object.lockFile) { _ in }
        } catch {
            if error.status == .busy { return false }
            throw error
        }
        defer { lock.release() }
        do throws(Failure) {
            use = try ObjectUse.making(object)
        } catch {
            if error.status == .busy { return false }
            throw error
        }
        defer { use.release() }
        // Without it, what a kill leaves of the folder is an object begun, never a finished one with holes.
        try DurableFile.remove(object.doneFile)
        try DurableFile.remove(object.folder)
        return true
    }

    /// The objects that a file of a run's folder names.
    private static func objects(named file: URL) throws(Failure) -> [String] {
        guard try DurableFile.exists(file) else { return [] }
        // A file that isn't whole would make everything of its run look unused.
        guard let jobs = RunFolder.recorded(in: try DurableFile.read(file)) else {
            throw Failure(
                .badData, "isn't whole, so that nobody knows what its run uses", at: file.path,
                remedy: "Run its manifest again, or remove the run's folder, and clean then.")
        }
        return Array(jobs.values)
    }

    /// The units that an object lists.
    private static func collect(_ object: StoredObject, into listed: inout Set<String>) throws(Failure) {
        // What was rejected stays, so that a person may think again.
        for name in ["list.jsonl", "rejected.jsonl", "gate.jsonl"] {
            try collect(object.data.child(name), into: &listed)
        }
    }

    private static func collect(_ file: URL, into listed: inout Set<String>) throws(Failure) {
        guard try DurableFile.exists(file) else { return }
        let text = String(decoding: try DurableFile.read(file), as: UTF8.self)
        for line in text.split(separator: "\n") {
            guard let json = try? JSONValue(parsing: Data(line.utf8)) else {
                throw Failure(
                    .badData, "isn't whole, so that nobody knows which units it uses", at: file.path,
                    remedy: "Run its manifest again, and clean then.")
            }
            collect(json, into: &listed)
            // Every try of a picture, those that failed among them; they stay where the manifest says so.
            if json["keep"] == true { for attempt in json["tries"]?.array ?? [] { collect(attempt, into: &listed) } }
        }
    }

    private static func collect(_ json: JSONValue, into listed: inout Set<String>) {
        for key in ["unit", "label", "quality", "account"] { if let id = json[key]?.string { listed.insert(id) } }
    }

    /// When the newest of a folder and a file in it was changed.
    private static func touched(_ urls: URL...) throws(Failure) -> Date {
        var newest = Date.distantPast
        for url in urls {
            guard let facts = try DurableFile.facts(url) else { continue }
            newest = max(newest, Date(timeIntervalSince1970: TimeInterval(facts.st_mtim.tv_sec)))
        }
        return newest
    }

    private static func size(_ folder: URL) throws(Failure) -> Int {
        var sum = 0
        for path in try FolderListing.files(under: folder) {
            // One with another name elsewhere, as an export has, gives no room back.
            guard let facts = try DurableFile.facts(folder.child(path)), facts.st_nlink < 2 else { continue }
            sum += Int(facts.st_size)
        }
        return sum
    }
}
