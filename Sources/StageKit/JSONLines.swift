package import Foundation
import Glibc
package import ParameterKit

/// Records between stages: one canonical JSON object a line (sorted keys, no times).
package enum JSONLines {
    package static func text(of records: [some Encodable & Sendable]) throws -> String {
        // Encoding takes longer than writing: all cores take part where there are many records.
        let starts = Array(stride(from: 0, to: records.count, by: 64))
        return try sideBySide(starts, width: Processors.current.count) { start in
            try records[start..<min(start + 64, records.count)].map { try JSONValue(encoding: $0).line }.joined()
        }.joined()
    }

    /// Appends one line in a single write, so that lines of two processes don't mix. For logs and caches, which are
    /// optional: nothing is thrown if the line can't be written.
    package static func append(_ value: JSONValue, to url: URL) {
        let bytes = Array(value.line.utf8)
        let descriptor = SystemCall.retrying {
            open(url.path, O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0o644)
        }
        guard descriptor >= 0 else { return }
        defer { close(descriptor) }
        _ = SystemCall.retrying { Glibc.write(descriptor, bytes, bytes.count) }
    }

    /// Writes them durably, whole or not at all.
    package static func write(_ records: [some Encodable & Sendable], to url: URL) throws {
        try DurableFile.write(text(of: records), to: url)
    }

    /// - Throws: `Failure` 66 when the file is absent, 65 naming the line that isn't such a record.
    package static func read<Record: Decodable>(_ type: Record.Type = Record.self, from url: URL) throws -> [Record] {
        let lines = String(decoding: try DurableFile.read(url), as: UTF8.self).split(whereSeparator: \.isNewline)
        return try lines.enumerated().map { number, line in
            do {
                return try JSONDecoder().decode(Record.self, from: Data(line.utf8))
            } catch {
                throw Failure(
                    .badData, "line \(number + 1) is not a \(Record.self)", at: url.path,
                    remedy: "The file was changed after it was written: remove its object's folder and run again.")
            }
        }
    }
}
