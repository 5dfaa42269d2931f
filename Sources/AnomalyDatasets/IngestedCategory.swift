package import Foundation
import Glibc

/// One category as the ingest stage left it: `index.jsonl` and the files it names.
package struct IngestedCategory: Sendable {
    package let folder: URL
    /// Sorted by id.
    package let records: [ImageRecord]
    /// The pictures that were cut into tiles, which stand in `records` in their place. Sorted by id.
    package let cut: [CutPicture]
    private let positions: [String: Int]

    /// - Parameter folder: the ingest object's data folder.
    /// - Throws: an error naming the file or line that can't be read.
    package init(folder: URL) throws {
        self.folder = folder
        records = try RecordLines.read(folder.appendingPathComponent("index.jsonl"))
        let wholes = folder.appendingPathComponent(CutPicture.file)
        cut = records.contains { $0.tile != nil } ? try RecordLines.read(wholes) : []
        for whole in cut where !whole.isSound {
            throw RecordError(
                file: wholes.path, message: "\(whole.id) can't have been cut by the rule that stands there")
        }
        positions = Dictionary(records.enumerated().map { ($1.id, $0) }, uniquingKeysWith: { first, _ in first })
    }

    package subscript(id: String) -> ImageRecord? { positions[id].map { records[$0] } }

    /// Pictures or tiles.
    package var trainingNormals: [ImageRecord] { records.filter { $0.split == .train && !$0.anomalous } }
    /// What identifies the pictures of the training split, names and bytes; other pictures don't change it.
    package var trainingListing: String {
        records.lazy.filter { $0.split == .train }
            .map { "\($0.id)\t\($0.file)\t\($0.sha256)\t\($0.anomalous)\n" }.joined()
    }
    /// Pictures or tiles; `testPictures` has those that are judged.
    package var tests: [ImageRecord] { records.filter { $0.split == .test } }

    /// The file for a path in a record.
    package func url(_ path: String) -> URL { folder.appendingPathComponent(path) }

    /// The normal pictures that a run of so many shots sees, in the order of the choice. A shot is a picture as it was
    /// taken: of one that was cut into tiles all tiles are chosen, row by row.
    ///
    /// - Throws: `DatasetError` when there are fewer pictures than shots.
    package func normals(of choice: ShotChoice, in category: String) throws(DatasetError) -> [ImageRecord] {
        // By id, so that tiles stand row by row.
        let normals = Dictionary(grouping: trainingNormals, by: \.picture)
        return try choice.choose(Array(normals.keys), category: category).flatMap { normals[$0] ?? [] }
    }

    /// The pictures that a sample chose, in its order.
    ///
    /// - Throws: `RecordError` when the sample names a picture that isn't here or has other bytes.
    package func images(of sample: SampleRecord) throws -> [ImageRecord] {
        try sample.images.map { choice in
            guard let record = self[choice.id], record.sha256 == choice.sha256 else {
                throw RecordError(file: folder.path, message: "the sample names \(choice.id), which isn't in the index")
            }
            return record
        }
    }
}

extension SampleRecord {
    /// - Parameter folder: the sample object's data folder.
    package init(folder: URL) throws {
        let file = folder.appendingPathComponent("sample.json")
        let data = try RecordLines.bytes(file)
        do {
            self = try JSONDecoder().decode(SampleRecord.self, from: data)
        } catch {
            throw RecordError(file: file.path, message: "not a sample record")
        }
    }
}

/// A record that can't be used.
package struct RecordError: Error, Sendable, CustomStringConvertible {
    package var file: String
    package var message: String
    /// Whether reading failed; the file itself may be intact.
    package var isUnread: Bool
    package var description: String { "\(file): \(message)" }

    package init(file: String, message: String, isUnread: Bool = false) {
        (self.file, self.message, self.isUnread) = (file, message, isUnread)
    }
}

package enum RecordLines {
    /// All bytes of a file; a read that a signal interrupts is repeated.
    static func bytes(_ file: URL) throws(RecordError) -> Data {
        func failure() -> RecordError {
            RecordError(
                file: file.path, message: "can't be read: \(String(cString: strerror(errno)))",
                isUnread: errno != ENOENT && errno != ENOTDIR)
        }
        var descriptor = open(file.path, O_RDONLY | O_CLOEXEC)
        while descriptor < 0, errno == EINTR { descriptor = open(file.path, O_RDONLY | O_CLOEXEC) }
        guard descriptor >= 0 else { throw failure() }
        defer { close(descriptor) }
        var data = Data()
        var buffer = [UInt8](repeating: 0, count: 1 << 16)
        while true {
            let count = Glibc.read(descriptor, &buffer, buffer.count)
            if count < 0, errno == EINTR { continue }
            guard count >= 0 else { throw failure() }
            if count == 0 { return data }
            data.append(contentsOf: buffer[0..<count])
        }
    }

    /// Reads a file with one record per line.
    package static func read<Record: Decodable>(_ file: URL) throws -> [Record] {
        let data = try bytes(file)
        let lines = data.split(separator: UInt8(ascii: "\n"))
        let decoder = JSONDecoder()
        return try lines.enumerated().map { number, line in
            do {
                return try decoder.decode(Record.self, from: Data(line))
            } catch {
                throw RecordError(file: file.path, message: "line \(number + 1) is not a \(Record.self)")
            }
        }
    }
}
