import Foundation
import ParameterKit

/// One line of an identity that is not as it was.
package struct IdentityDifference: Sendable, Equatable {
    /// `asked.anomalies[0].words`, `inputs.ingest`
    package var path: String
    /// nil: it wasn't there.
    package var old: String?
    /// nil: it isn't there any more.
    package var new: String?

    /// What differs between two identities, in the order of their text.
    package static func between(_ old: ObjectIdentity, _ new: ObjectIdentity) -> [IdentityDifference] {
        var found: [IdentityDifference] = []
        compare(old.json, new.json, at: "", into: &found)
        return found
    }

    private static func compare(
        _ old: JSONValue?, _ new: JSONValue?, at path: String, into found: inout [IdentityDifference]
    ) {
        // One number may stand as 0 on disk and as 0.0 in a parameter: the same text is no change.
        if old == new || old?.canonicalText == new?.canonicalText { return }
        switch (old, new) {
        case (.object(let before)?, .object(let after)?):
            for key in Set(before.keys).union(after.keys).sorted() {
                compare(before[key], after[key], at: path.isEmpty ? key : "\(path).\(key)", into: &found)
            }
        case (.array(let before)?, .array(let after)?):
            for index in 0..<max(before.count, after.count) {
                compare(
                    index < before.count ? before[index] : nil, index < after.count ? after[index] : nil,
                    at: "\(path)[\(index)]", into: &found)
            }
        default:
            found.append(IdentityDifference(path: path, old: old?.canonicalText, new: new?.canonicalText))
        }
    }

    /// The line before and after, as a diff has them. Of long values the place where they differ is shown, of texts of
    /// several lines those that differ.
    package var lines: [String] {
        if let before = Self.textLines(old), let after = Self.textLines(new) { return diff(before, after) }
        let (before, after) = Self.windows(old ?? "", new ?? "")
        return (old == nil ? [] : ["- \(path): \(before)"]) + (new == nil ? [] : ["+ \(path): \(after)"])
    }

    /// The lines of a canonical JSON string; nil for other values, and for texts of one line.
    private static func textLines(_ value: String?) -> [String]? {
        guard let value, let text = (try? JSONValue(parsing: Data(value.utf8)))?.string else { return nil }
        let lines = text.split(separator: "\n", omittingEmptySubsequences: false).map(String.init)
        return lines.count > 1 ? lines : nil
    }

    private func diff(_ before: [String], _ after: [String]) -> [String] {
        let changes = after.difference(from: before)
        var lines: [String] = []
        for change in changes.removals + changes.insertions {
            switch change {
            case .remove(_, let line, _): lines.append("- \(path): \(line)")
            case .insert(_, let line, _): lines.append("+ \(path): \(line)")
            }
        }
        guard lines.count > Self.mostLines else { return lines }
        return lines.prefix(Self.mostLines) + ["  \(path): and \(lines.count - Self.mostLines) lines more"]
    }

    /// Lines that are shown of a text's changes.
    static let mostLines = 20

    /// Characters of a value that stand on a line.
    static let most = 64
    /// Of them, those in front of the first difference.
    static let context = 16

    /// The parts of two texts around their first and last difference; short texts as they are.
    package static func windows(_ old: String, _ new: String) -> (String, String) {
        if old.count <= most, new.count <= most { return (old, new) }
        let (left, right) = (Array(old), Array(new))
        let prefix = zip(left, right).prefix { $0 == $1 }.count
        let suffix = zip(left.dropFirst(prefix).reversed(), right.dropFirst(prefix).reversed()).prefix { $0 == $1 }
            .count
        func window(_ text: [Character]) -> String {
            let start = max(0, prefix - context), wanted = text.count - max(0, suffix - context)
            let end = min(wanted, start + most)
            return (start > 0 ? "…" : "") + String(text[start..<max(start, end)]) + (end < text.count ? "…" : "")
        }
        return (window(left), window(right))
    }
}
