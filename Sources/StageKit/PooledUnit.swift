package import Foundation
package import ParameterKit

/// One generated picture in the pool `Output/units/<2 hex>/<id>/`, shared by all samples that ask for the same.
///
/// `record.json`, renamed into place last, makes it whole; the record holds the SHA-256 of the other files. A unit that
/// could not be made has `failed.json` instead and is tried again by the next run.
package struct PooledUnit: Sendable, Equatable {
    package let id: String
    package let folder: URL

    package var recordFile: URL { folder.appendingPathComponent("record.json") }
    package var failureFile: URL { folder.appendingPathComponent("failed.json") }
    package var isDone: Bool { FileManager.default.fileExists(atPath: recordFile.path) }

    package func file(_ name: String) -> URL { folder.appendingPathComponent(name) }

    /// Moves the files of `scratch` in, adds their SHA-256 to `record` under `files`, and writes the record last.
    ///
    /// When the unit is there already, nothing is written: the new files must equal the recorded ones.
    /// - Returns: SHA-256 of `record.json`.
    /// - Throws: `Failure` 70 when a recorded unit and the new one differ: the computation isn't reproducible.
    package func commit(_ record: JSONValue, files: [String], from scratch: URL) throws(Failure) -> String {
        var digests: [String: JSONValue] = [:]
        for name in files {
            digests[name] = .string(try Digest.sha256(file: scratch.appendingPathComponent(name)))
        }
        var members = record.object ?? [:]
        members["files"] = .object(digests)
        if isDone {
            guard try self.record()["files"] == .object(digests) else {
                throw Failure(
                    .internalError, "the unit was made again and came out different", at: folder.path,
                    remedy: "The recorded pictures were kept. Was the engine, the device or the thread count changed?")
            }
            // The same pictures again: they take the place of any that were damaged since.
            for name in files where (try? Digest.sha256(file: file(name))) != digests[name]?.string {
                try DurableFile.syncFile(scratch.appendingPathComponent(name))
                try DurableFile.rename(scratch.appendingPathComponent(name), to: file(name))
            }
            return try Digest.sha256(file: recordFile)
        }
        try DurableFile.makeFolder(folder)
        DurableFile.sweep(folder)
        for name in files {
            let source = scratch.appendingPathComponent(name)
            try DurableFile.syncFile(source)
            try DurableFile.rename(source, to: file(name))
        }
        let text = JSONValue.object(members).prettyText
        try DurableFile.remove(failureFile)
        try DurableFile.write(text, to: recordFile)
        return Digest.sha256(text)
    }

    package func fail(_ reason: String) throws(Failure) {
        try DurableFile.write(
            JSONValue.object(["unit": .string(id), "reason": .string(reason)]).prettyText, to: failureFile)
    }

    /// Files that are absent or have another SHA-256 than the record says; empty when the unit is whole.
    package func damage() -> [String] {
        guard let files = try? record()["files"]?.object else { return ["record.json can't be read"] }
        return files.sorted { $0.key < $1.key }.compactMap { name, digest in
            guard let found = try? Digest.sha256(file: file(name)) else { return "\(name) is missing" }
            return found == digest.string ? nil : "\(name) has another SHA-256"
        }
    }

    /// - Throws: `Failure` 65 when the unit isn't whole: nothing may be built on it.
    package func check() throws(Failure) {
        if let problem = damage().first {
            throw Failure(
                .badData, "a generated picture was changed after it was made: \(problem)", at: folder.path,
                remedy: "Make it again with --force generate.")
        }
    }

    package func record() throws(Failure) -> JSONValue {
        let data = try DurableFile.read(recordFile)
        do {
            return try JSONValue(parsing: data)
        } catch {
            throw Failure(.badData, "not JSON", at: recordFile.path, remedy: "Remove the unit's folder and run again.")
        }
    }
}
