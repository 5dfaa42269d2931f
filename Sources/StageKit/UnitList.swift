package import Foundation
import Glibc

/// The units that a generate object's `list.jsonl` names.
///
/// There may be 100,000 lines, so their bytes are only searched for the two members needed, which all writers of lists
/// format alike.
package struct UnitList: Sendable {
    package struct Entry: Sendable, Equatable {
        /// The unit that holds the picture.
        package let unit: String
        /// The unit that holds its label, if that is another one.
        package let label: String?
        /// The unit that holds the account of its tries, if there is one.
        package let quality: String?

        package init(unit: String, label: String?, quality: String? = nil) {
            (self.unit, self.label, self.quality) = (unit, label, quality)
        }
    }

    package let entries: [Entry]

    private static let unit = Array("\"unit\":\"".utf8)
    private static let label = Array("\"label\":\"".utf8)
    private static let quality = Array("\"quality\":\"".utf8)

    /// - Throws: `Failure` 66 or 74 when the list can't be read, 65 when a line of it names no unit.
    package init(contentsOf list: URL) throws(Failure) {
        var entries: [Entry] = []
        for (number, line) in [UInt8](try DurableFile.read(list)).split(separator: UInt8(ascii: "\n")).enumerated() {
            guard let unit = Self.text(behind: Self.unit, in: line) else {
                throw Failure(.badData, "line \(number + 1) names no unit", at: list.path)
            }
            entries.append(
                Entry(
                    unit: unit, label: Self.text(behind: Self.label, in: line),
                    quality: Self.text(behind: Self.quality, in: line)))
        }
        self.entries = entries
    }

    private static func text(behind start: [UInt8], in line: ArraySlice<UInt8>) -> String? {
        ByteSearch.place(behind: start, in: line).map { place in
            String(decoding: line[place...].prefix { $0 != UInt8(ascii: "\"") }, as: UTF8.self)
        }
    }
}

extension UnitList {
    /// The first file in `Output/units/` that is missing or empty, and how many units lack one; nil when all are there.
    ///
    /// Only the files' sizes are looked at. That takes a few microseconds a unit, so that every run can do it.
    ///
    /// - Parameters:
    ///   - whole: the files of a unit that holds picture and label, besides its record.
    ///   - picture: the files of a unit whose label is in another one.
    ///   - label: the files of a unit that holds a label alone.
    ///   - quality: those of a unit that holds an account of tries.
    /// - Throws: `Failure` 74 naming a file that can't be looked at.
    package func gap(
        in store: ArtifactStore, whole: [String], picture: [String], label: [String], quality: [String] = []
    ) throws(Failure) -> String? {
        let pool = store.units.path
        var first: String?
        var lacking = 0
        for entry in entries {
            var gap = try Self.gap(in: pool, entry.unit, entry.label == nil ? whole : picture)
            if gap == nil, let unit = entry.label { gap = try Self.gap(in: pool, unit, label) }
            if gap == nil, let unit = entry.quality { gap = try Self.gap(in: pool, unit, quality) }
            guard let gap else { continue }
            lacking += 1
            first = first ?? gap
        }
        return first.map { lacking == 1 ? $0 : "\($0); \(lacking) of its \(entries.count) units are not whole" }
    }

    private static func gap(in pool: String, _ unit: String, _ files: [String]) throws(Failure) -> String? {
        let folder = "\(pool)/\(unit.prefix(2))/\(unit)/"
        for name in ["record.json"] + files {
            var facts = stat()
            if SystemCall.retrying({ stat(folder + name, &facts) }) != 0 {
                if errno == ENOENT || errno == ENOTDIR { return "\(name) of unit \(unit) is missing" }
                throw DurableFile.failure("can't be looked at", URL(fileURLWithPath: folder + name))
            }
            if facts.st_size == 0 { return "\(name) of unit \(unit) is empty" }
        }
        return nil
    }
}
