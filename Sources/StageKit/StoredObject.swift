package import Foundation
import ParameterKit

/// One stage's result on disk. `done.json`, written last, is the only sign that it is whole.
package struct StoredObject: Sendable, Equatable {
    package let name: String
    package let folder: URL

    package var identityFile: URL { folder.appendingPathComponent("identity.json") }
    /// Scratch: never assumed empty, emptied before `done.json` is written.
    package var work: URL { folder.appendingPathComponent("work") }
    /// The result.
    package var data: URL { folder.appendingPathComponent("data") }
    package var log: URL { folder.appendingPathComponent("log.jsonl") }
    package var doneFile: URL { folder.appendingPathComponent("done.json") }
    var lockFile: URL { folder.appendingPathComponent("lock.json") }

    package var exists: Bool { FileManager.default.fileExists(atPath: identityFile.path) }
    package var isDone: Bool { FileManager.default.fileExists(atPath: doneFile.path) }

    package var identity: ObjectIdentity? {
        guard let data = try? DurableFile.read(identityFile), let json = try? JSONValue(parsing: data) else {
            return nil
        }
        return ObjectIdentity(json: json)
    }

    /// Makes the folders and writes `identity.json` before anything else.
    package func begin(_ identity: ObjectIdentity) throws(Failure) {
        DurableFile.sweep(folder)
        if !exists { try DurableFile.write(identity.json.prettyText, to: identityFile) }
        try DurableFile.makeFolder(work)
        try DurableFile.makeFolder(data)
    }

    /// Empties `work/`, records size and SHA-256 of every file under `data/`, and writes `done.json`.
    package func finish() throws(Failure) {
        try DurableFile.remove(work)
        var files: [String: JSONValue] = [:]
        for path in try Self.files(under: data) {
            let url = data.appendingPathComponent(path)
            if url.lastPathComponent.hasPrefix("."), path.hasSuffix(".tmp") {
                try DurableFile.remove(url)  // what a killed writer left
                continue
            }
            files[path] = ["size": .int(try Self.size(url)), "sha256": .string(try Digest.sha256(file: url))]
        }
        let done: JSONValue = [
            "files": .object(files), "finished": .string(Journal.timestamp()), "host": .string(Journal.hostName),
        ]
        try DurableFile.write(done.prettyText, to: doneFile)
    }

    /// What is wrong with a finished object: files that are absent or of another size (with `contents`: of another
    /// SHA-256). Empty when it is whole.
    package func damage(contents: Bool = false) -> [String] {
        guard let bytes = try? DurableFile.read(doneFile), let done = try? JSONValue(parsing: bytes),
            let files = done["files"]?.object
        else { return ["done.json can't be read"] }
        return files.sorted { $0.key < $1.key }.compactMap { path, record in
            let url = data.appendingPathComponent(path)
            guard let size = try? Self.size(url) else { return "\(path) is missing" }
            if size != record["size"]?.int { return "\(path) has \(size) bytes, not \(record["size"]?.int ?? -1)" }
            guard contents else { return nil }
            return (try? Digest.sha256(file: url)) == record["sha256"]?.string ? nil : "\(path) has another SHA-256"
        }
    }

    /// Takes back the promise of `done.json`, so that the stage runs again; finished units stay.
    package func reopen() throws(Failure) {
        try DurableFile.remove(doneFile)
    }

    /// Relative paths of all files below a folder, sorted by their bytes.
    package static func files(under folder: URL) throws(Failure) -> [String] {
        guard FileManager.default.fileExists(atPath: folder.path) else { return [] }
        guard let paths = FileManager.default.enumerator(atPath: folder.path) else {
            throw Failure(.io, "can't list the folder", at: folder.path)
        }
        var files: [String] = []
        while let path = paths.nextObject() as? String {
            if paths.fileAttributes?[.type] as? FileAttributeType == .typeRegular { files.append(path) }
        }
        return files.sorted { $0.utf8.lexicographicallyPrecedes($1.utf8) }
    }

    static func size(_ url: URL) throws(Failure) -> Int {
        let attributes = try? FileManager.default.attributesOfItem(atPath: url.path)
        guard let size = attributes?[.size] as? Int else { throw Failure(.inputMissing, "no such file", at: url.path) }
        return size
    }
}
