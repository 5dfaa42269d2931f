package import Foundation
package import ParameterKit

/// One generated picture in the pool `Output/units/<2 hex>/<id>/`, shared by all samples that ask for the same.
///
/// `record.json` is renamed into place last and marks the unit as complete; it holds the SHA-256 of the other files. A
/// unit that could not be made has `failed.json` instead and is tried again by the next run.
package struct PooledUnit: Sendable, Equatable {
    package let id: String
    package let folder: URL

    package var recordFile: URL { folder.child("record.json") }
    package var failureFile: URL { folder.child("failed.json") }
    /// Whether its record exists. True if that can't be found out, because unreadable is not missing.
    package var isDone: Bool { (try? DurableFile.exists(recordFile)) ?? true }

    package func file(_ name: String) -> URL { folder.child(name) }

    /// Moves the files of `scratch` in, adds their SHA-256 to `record` under `files`, and writes the record last.
    ///
    /// When the unit is there already, nothing is written: the new files must equal the recorded ones.
    /// - Returns: SHA-256 of `record.json`.
    /// - Throws: `Failure` 70 when a recorded unit and the new one differ: the computation isn't reproducible; 65 when
    ///   a file whose digest the record names was changed since the digest was taken; 74 for what can't be read.
    package func commit(_ record: JSONValue, files: [String], from scratch: URL) throws(Failure) -> String {
        // <root>/units/<2 hex>/<id>
        let root = folder.deletingLastPathComponent().deletingLastPathComponent().deletingLastPathComponent()
        try OutsideFiles.check(namedIn: record, store: root)
        var digests: [String: JSONValue] = [:]
        for name in files {
            digests[name] = .string(try Digest.sha256(file: scratch.child(name)))
        }
        var members = record.object ?? [:]
        members["files"] = .object(digests)
        try DurableFile.makeFolder(folder)
        // Two runs may commit the same unit; one's record must not end up with the other's picture.
        return try DurableFile.holding(
            folder,
            alone: { isAlone throws(Failure) in
                try commit(members, digests, from: scratch, isAlone: isAlone)
            })
    }

    private func commit(
        _ members: [String: JSONValue], _ digests: [String: JSONValue], from scratch: URL, isAlone: Bool
    ) throws(Failure) -> String {
        // A damaged record is ignored and written again.
        let former = try recordBytes()
        if let bytes = former, let recorded = try? JSONValue(parsing: bytes)["files"] {
            guard recorded == .object(digests) else { throw difference }
            // The new files equal the recorded ones, so they replace files that have been damaged since.
            for (name, digest) in digests where try self.digest(of: name) != digest.string {
                try DurableFile.syncFile(scratch.child(name))
                try DurableFile.rename(scratch.child(name), to: file(name))
            }
            return Digest.sha256(bytes)
        }
        // Where folders can't be locked, another process may be at the same unit.
        if isAlone { try DurableFile.sweepAll(below: folder) } else { DurableFile.sweep(folder) }
        for name in digests.keys.sorted() {
            let source = scratch.child(name)
            try DurableFile.syncFile(source)
            try DurableFile.rename(source, to: file(name))
        }
        let text = JSONValue.object(members).prettyText
        try DurableFile.remove(failureFile)
        if isAlone || former != nil {
            try DurableFile.write(text, to: recordFile)
        } else if try !DurableFile.writeFirst(Data(text.utf8), to: recordFile) {
            // Whoever was first decides; files of a loser that differ are found as damage and made again.
            let first = try DurableFile.read(recordFile)
            guard (try? JSONValue(parsing: first)["files"]) == .object(digests) else { throw difference }
            return Digest.sha256(first)
        }
        return Digest.sha256(text)
    }

    private var difference: Failure {
        Failure(
            .internalError, "the unit was made again and came out different", at: folder.path,
            remedy: "The recorded pictures were kept. Was the engine, the device or the thread count changed?")
    }

    package func fail(_ reason: String) throws(Failure) {
        // Another process may have made it meanwhile.
        guard try !DurableFile.exists(recordFile) else { return }
        try DurableFile.write(
            JSONValue.object(["unit": .string(id), "reason": .string(reason)]).prettyText, to: failureFile)
    }

    /// Files that are absent or have another SHA-256 than the record says; empty when the unit is whole.
    ///
    /// - Throws: `Failure` 74 naming a file that can't be read: that is no damage.
    package func damage() throws(Failure) -> [String] {
        guard let bytes = try recordBytes() else { return ["record.json is missing"] }
        guard let record = try? JSONDecoder().decode(FileDigests.self, from: bytes) else {
            return ["record.json isn't whole"]
        }
        var problems: [String] = []
        for (name, digest) in record.files.sorted(by: { $0.key < $1.key }) {
            guard let found = try self.digest(of: name) else {
                problems.append("\(name) is missing")
                continue
            }
            if found != digest { problems.append("\(name) has another SHA-256") }
        }
        return problems
    }

    /// - Throws: `Failure` 65 when the unit isn't whole: nothing may be built on it; 74 when it can't be read.
    package func check() throws(Failure) {
        if let problem = try damage().first {
            throw Failure(
                .badData, "a generated picture was changed after it was made: \(problem)", at: folder.path,
                remedy: "Remove the folder and run again.")
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

    /// The part of a record that a check needs.
    private struct FileDigests: Decodable {
        let files: [String: String]
    }

    /// nil: there is none.
    private func recordBytes() throws(Failure) -> Data? {
        try DurableFile.exists(recordFile) ? try DurableFile.read(recordFile) : nil
    }

    /// nil: there is no such file.
    private func digest(of name: String) throws(Failure) -> String? {
        try DurableFile.exists(file(name)) ? try Digest.sha256(file: file(name)) : nil
    }
}
