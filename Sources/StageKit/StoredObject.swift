package import Foundation
import ParameterKit

/// One stage's result on disk. `done.json`, written last, is the only sign that it is complete.
package struct StoredObject: Sendable, Equatable {
    package let name: String
    package let folder: URL

    package var identityFile: URL { folder.child("identity.json") }
    /// Scratch: never assumed empty, emptied before `done.json` is written.
    package var work: URL { folder.child("work") }
    /// The result.
    package var data: URL { folder.child("data") }
    package var log: URL { folder.child("log.jsonl") }
    package var doneFile: URL { folder.child("done.json") }
    var lockFile: URL { folder.child("lock.json") }

    /// Whether it has been begun.
    package var exists: Bool { (try? DurableFile.exists(identityFile)) ?? true }
    /// Whether `done.json` exists. True if that can't be found out, because unreadable is not missing.
    package var isDone: Bool { (try? DurableFile.exists(doneFile)) ?? true }

    package var identity: ObjectIdentity? {
        guard let data = try? DurableFile.read(identityFile), let json = try? JSONValue(parsing: data) else {
            return nil
        }
        return ObjectIdentity(json: json)
    }

    /// Whether `identity.json` holds exactly the identity that the folder's name was made from.
    package var hasItsIdentity: Bool {
        guard let data = try? DurableFile.read(identityFile), let json = try? JSONValue(parsing: data),
            let identity = ObjectIdentity(json: json)
        else { return false }
        return identity.name == name && identity.json.canonicalText == json.canonicalText
    }

    /// Makes the folders and writes `identity.json` before anything else, if it is missing or different.
    ///
    /// The caller must hold the object's lock: temporary files found here are removed as a killed run's.
    package func begin(_ identity: ObjectIdentity) throws(Failure) {
        try DurableFile.makeFolder(folder)
        try DurableFile.sweepAll(below: folder)
        if !hasItsIdentity { try DurableFile.write(identity.json.prettyText, to: identityFile) }
        try DurableFile.makeFolder(work)
        try DurableFile.makeFolder(data)
    }

    /// Empties `work/`, records size and SHA-256 of every file under `data/`, and writes `done.json`.
    ///
    /// - Parameters:
    ///   - inputs: role → ``contentDigest()`` of the object that it was made from.
    ///   - taken: digests that are known; the other files are read.
    /// - Returns: whether a forced run gave a different result than before.
    @discardableResult
    package func finish(
        inputs: [String: String] = [:], taken: TakenDigests = TakenDigests()
    ) throws(Failure) -> Bool {
        try DurableFile.remove(work)
        let files = try recorded(taken)
        let record = DoneRecord(files: files, inputs: inputs)
        let isDifferent = try formerDigest().map { $0 != record.contentDigest } ?? false
        try forgetFormer()
        try DurableFile.write(record.json.prettyText, to: doneFile)
        return isDifferent
    }

    /// Size and SHA-256 of every file under `data/`. What a killed writer left is removed.
    private func recorded(_ taken: TakenDigests) throws(Failure) -> [String: DoneRecord.File] {
        do {
            let cores = Processors.current.count
            let found = try sideBySide(FolderListing.files(under: data), width: cores) { path in
                let url = data.child(path)
                guard !DurableFile.isTemporary(url.lastPathComponent) else {
                    try DurableFile.remove(url)
                    return (path, nil as DoneRecord.File?)
                }
                let sha256 = try taken[path] ?? Digest.sha256(file: url)
                return (path, DoneRecord.File(size: try Self.size(url), sha256: sha256))
            }
            return Dictionary(uniqueKeysWithValues: found.compactMap { path, file in file.map { (path, $0) } })
        } catch {
            throw error as? Failure ?? Failure(.io, "\(error)")
        }
    }

    /// What is wrong with a finished object: files that are absent or of another size (with `contents`: of another
    /// SHA-256). Empty when it is whole.
    ///
    /// - Throws: `Failure` 74 naming a file that can't be read: that is no damage.
    package func damage(contents: Bool = false) throws(Failure) -> [String] {
        guard let done = try done() else { return [Self.torn] }
        return try damage(of: done, contents: contents)
    }

    static let torn = "done.json isn't whole"

    func damage(of done: DoneRecord, contents: Bool = false) throws(Failure) -> [String] {
        var problems: [String] = []
        for (path, record) in done.files.sorted(by: { $0.key < $1.key }) {
            if let problem = try problem(path, record, contents: contents) { problems.append("\(path) \(problem)") }
        }
        return problems
    }

    private func problem(_ path: String, _ record: DoneRecord.File, contents: Bool) throws(Failure) -> String? {
        let url = data.child(path)
        guard let facts = try DurableFile.facts(url) else { return "is missing" }
        if Int(facts.st_size) != record.size { return "has \(facts.st_size) bytes, not \(record.size)" }
        guard contents else { return nil }
        return try Digest.sha256(file: url) == record.sha256 ? nil : "has another SHA-256"
    }

    /// SHA-256 over the names and SHA-256 of all its files; identifies the contents that other objects are built on.
    /// nil if `done.json` is missing or damaged.
    package func contentDigest() throws(Failure) -> String? {
        try done()?.contentDigest
    }

    /// nil where it isn't whole.
    func done() throws(Failure) -> DoneRecord? { DoneRecord(try DurableFile.read(doneFile)) }

    /// Removes `done.json`, so that the stage runs again; finished units stay.
    package func reopen() throws(Failure) {
        try DurableFile.remove(doneFile)
    }

    /// Relative paths of all files below a folder, sorted by their bytes; links are passed over.
    package static func files(under folder: URL) throws(Failure) -> [String] {
        try FolderListing.files(under: folder)
    }

    static func size(_ url: URL) throws(Failure) -> Int {
        guard let facts = try DurableFile.facts(url) else { throw Failure(.inputMissing, "no such file", at: url.path) }
        return Int(facts.st_size)
    }
}

/// The contents of `done.json`.
struct DoneRecord: Decodable {
    struct File: Decodable {
        let size: Int
        let sha256: String
    }
    /// Path below `data/` → size and SHA-256.
    let files: [String: File]
    /// Role → content digest of the input; nil if an older version wrote the file.
    let inputs: [String: String]?

    init(files: [String: File], inputs: [String: String]) { (self.files, self.inputs) = (files, inputs) }

    /// nil where the bytes are no such record.
    init?(_ bytes: Data) {
        guard let record = try? JSONDecoder().decode(DoneRecord.self, from: bytes) else { return nil }
        self = record
    }

    var contentDigest: String {
        Digest.sha256(files.sorted { $0.key < $1.key }.map { "\($0.value.sha256)  \($0.key)\n" }.joined())
    }

    var json: JSONValue {
        [
            "files": .object(files.mapValues { ["size": .int($0.size), "sha256": .string($0.sha256)] }),
            "inputs": .object((inputs ?? [:]).mapValues { .string($0) }),
            "finished": .string(Journal.timestamp()), "host": .string(Journal.hostName),
        ]
    }
}
