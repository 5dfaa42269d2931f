package import Foundation
import Glibc
import ParameterKit

/// The engines and devices on which a list's units were made.
///
/// Records are long and there may be 100,000 of them, so their bytes are only searched for the one member needed, which
/// all writers of records format alike.
package struct UnitProvenance: Sendable, Equatable {
    /// Lines of the list.
    package private(set) var units = 0
    /// In canonical text; units that are drawn without an engine have none.
    package private(set) var kinds: Set<String> = []
    /// Units whose record can't be read.
    package private(set) var unread = 0

    private static let unit = Array("\"unit\":\"".utf8)
    private static let provenance = Array("\n  \"provenance\": {".utf8)
    private static let end = Array("\n  }".utf8)

    /// - Parameter list: a generate object's `list.jsonl`.
    /// - Throws: `Failure` 66 or 74 when the list can't be read, 65 when a line of it names no unit.
    package init(list: URL, store: ArtifactStore) throws(Failure) {
        let pool = store.units.path
        var texts: Set<ArraySlice<UInt8>> = []
        for (number, line) in [UInt8](try DurableFile.read(list)).split(separator: UInt8(ascii: "\n")).enumerated() {
            guard let start = Self.find(Self.unit, in: line) else {
                throw Failure(.badData, "line \(number + 1) names no unit", at: list.path)
            }
            let id = String(decoding: line[start...].prefix { $0 != UInt8(ascii: "\"") }, as: UTF8.self)
            units += 1
            guard let record = Self.bytes("\(pool)/\(id.prefix(2))/\(id)/record.json") else {
                unread += 1
                continue
            }
            guard let first = Self.find(Self.provenance, in: record[...]) else { continue }
            guard let last = Self.find(Self.end, in: record[first...]) else { continue }
            texts.insert(record[(first - 1)..<last])
        }
        for text in texts {
            if let value = try? JSONValue(parsing: Data(text)) { kinds.insert(value.canonicalText) }
        }
    }

    /// The place behind the first occurrence.
    private static func find(_ pattern: [UInt8], in bytes: ArraySlice<UInt8>) -> Int? {
        bytes.withUnsafeBytes { buffer -> Int? in
            guard let base = buffer.baseAddress else { return nil }
            var place = 0
            while place + pattern.count <= buffer.count {
                guard let next = memchr(base + place, Int32(pattern[0]), buffer.count - pattern.count + 1 - place)
                else {
                    return nil
                }
                place = UnsafeRawPointer(next) - base
                if memcmp(next, pattern, pattern.count) == 0 { return place + pattern.count }
                place += 1
            }
            return nil
        }.map { $0 + bytes.startIndex }
    }

    private static func bytes(_ path: String) -> [UInt8]? {
        let number = SystemCall.retrying { open(path, O_RDONLY | O_CLOEXEC) }
        guard number >= 0 else { return nil }
        let file = OpenFile(number)
        var bytes: [UInt8] = []
        while true {
            var isOver = false
            let room = bytes.isEmpty ? 16_384 : 1 << 18
            let chunk = [UInt8](unsafeUninitializedCapacity: room) { buffer, filled in
                let count = SystemCall.retrying { read(file.number, buffer.baseAddress, buffer.count) }
                filled = max(0, count)
                isOver = count <= 0
            }
            if isOver { return bytes }
            bytes = bytes.isEmpty ? chunk : bytes + chunk
            if chunk.count < room { return bytes }
        }
    }
}
