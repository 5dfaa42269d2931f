import Foundation

extension JSONValue: CustomStringConvertible {
    /// As it would stand in a file, on one line.
    package var description: String { canonicalText }
}

extension JSONValue {
    /// One line without spaces: what is hashed.
    package var canonicalText: String {
        var text = ""
        write(to: &text, indent: nil)
        return text
    }

    /// A line of a JSON-lines file, its end included.
    package var line: String { canonicalText + "\n" }

    /// The same value over several lines, two spaces a level, for files that people read and diff.
    package var prettyText: String {
        var text = ""
        write(to: &text, indent: 0)
        return text + "\n"
    }

    private func write(to text: inout String, indent: Int?) {
        switch self {
        case .null: text += "null"
        case .bool(let value): text += value ? "true" : "false"
        case .int(let value): text += String(value)
        case .double(let value): text += Self.number(value)
        case .string(let value): Self.quote(value, into: &text)
        case .array(let items):
            Self.writeList(items.map { (nil, $0) }, brackets: ("[", "]"), to: &text, indent: indent)
        case .object(let members):
            let sorted = members.sorted { $0.key.utf8.lexicographicallyPrecedes($1.key.utf8) }
            Self.writeList(sorted.map { ($0.key, $0.value) }, brackets: ("{", "}"), to: &text, indent: indent)
        }
    }

    private static func writeList(
        _ items: [(String?, JSONValue)], brackets: (String, String), to text: inout String, indent: Int?
    ) {
        text += brackets.0
        // Short lists of numbers stay on one line even in the pretty form.
        let flat = items.allSatisfy { $0.0 == nil && $0.1.isScalar }
        for (index, item) in items.enumerated() {
            if index > 0 { text += flat && indent != nil ? ", " : "," }
            if let indent, !flat { text += "\n" + String(repeating: "  ", count: indent + 1) }
            if let key = item.0 {
                quote(key, into: &text)
                text += indent == nil ? ":" : ": "
            }
            item.1.write(to: &text, indent: indent.map { $0 + 1 })
        }
        if let indent, !flat, !items.isEmpty { text += "\n" + String(repeating: "  ", count: indent) }
        text += brackets.1
    }

    private var isScalar: Bool {
        switch self {
        case .array, .object: false
        default: true
        }
    }

    /// Whole numbers lose their fraction, so that `1` and `1.0` in a manifest ask for the same thing.
    private static func number(_ value: Double) -> String {
        guard value.isFinite else { return "null" }
        if value == value.rounded(), abs(value) < 1e15 { return String(Int(value)) }
        return "\(value)"
    }

    private static func quote(_ value: String, into text: inout String) {
        text += "\""
        // Nearly every string needs no escapes, and whole strings are appended far faster than scalars.
        if value.utf8.allSatisfy({ $0 >= 0x20 && $0 != 0x7F && $0 != UInt8(ascii: "\"") && $0 != UInt8(ascii: "\\") }) {
            text += value + "\""
            return
        }
        for scalar in value.unicodeScalars {
            switch scalar {
            case "\"": text += "\\\""
            case "\\": text += "\\\\"
            case "\n": text += "\\n"
            case "\r": text += "\\r"
            case "\t": text += "\\t"
            case _ where scalar.value < 0x20 || scalar.value == 0x7F:
                let hex = String(scalar.value, radix: 16)
                text += "\\u" + String(repeating: "0", count: 4 - hex.count) + hex
            default: text.unicodeScalars.append(scalar)
            }
        }
        text += "\""
    }
}
