/// A checked value of a manifest, before it becomes a field of a struct.
indirect enum Setting: Equatable, Sendable {
    /// Free text and paths.
    case text(String)
    /// One of a key's choices.
    case keyword(String)
    case boolean(Bool)
    case integer(Int)
    case decimal(DecimalNumber)
    case bytes(Int)
    case list([Setting])
    /// In the schema's order; categories in the manifest's.
    case table([Entry])

    struct Entry: Equatable, Sendable {
        var key: String
        var value: Setting
    }
}

// MARK: - Canonical YAML

extension Setting {
    /// The text of a table of sections: block style, lists of single values in brackets, free text quoted unless it is
    /// one plain word.
    var yaml: String {
        guard case .table(let entries) = self else { return inline + "\n" }
        return Self.block(entries, indent: "")
    }

    private static func block(_ entries: [Entry], indent: String) -> String {
        var result = ""
        for entry in entries {
            result += indent + Setting.text(entry.key).inline + ":"
            switch entry.value {
            case .table(let inner) where !inner.isEmpty:
                result += "\n" + block(inner, indent: indent + "  ")
            case .list(let elements) where elements.contains { if case .table = $0 { true } else { false } }:
                result += "\n"
                for element in elements {
                    guard case .table(let inner) = element else { continue }
                    // The first key stands behind the dash, the others below it.
                    result += indent + "  - " + block(inner, indent: indent + "    ").dropFirst(indent.count + 4)
                }
            default:
                result += " " + entry.value.inline + "\n"
            }
        }
        return result
    }

    /// The value on one line.
    var inline: String {
        switch self {
        case .text(let text): Self.isPlainWord(text) ? text : Self.quoted(text)
        case .keyword(let word): word
        case .boolean(let flag): flag ? "true" : "false"
        case .integer(let number): "\(number)"
        case .decimal(let number): number.description
        case .bytes(let count): ByteCount.text(of: count)
        case .list(let elements): "[" + elements.map(\.inline).joined(separator: ", ") + "]"
        case .table(let entries):
            "{" + entries.map { Setting.text($0.key).inline + ": " + $0.value.inline }.joined(separator: ", ") + "}"
        }
    }

    /// Words that some YAML reader would take for something else than text.
    private static let guessed: Set<String> = [
        "y", "n", "yes", "no", "on", "off", "true", "false", "null", "nan", "inf",
    ]

    private static func isPlainWord(_ text: String) -> Bool {
        guard let first = text.utf8.first, isLetter(first), !guessed.contains(text.lowercased()) else { return false }
        return text.utf8.allSatisfy { isLetter($0) || (0x30...0x39).contains($0) || "._-/+".utf8.contains($0) }
    }

    private static func isLetter(_ byte: UInt8) -> Bool { (0x41...0x5A).contains(byte) || (0x61...0x7A).contains(byte) }

    private static func quoted(_ text: String) -> String {
        var result = "\""
        for scalar in text.unicodeScalars {
            switch scalar {
            case "\"": result += "\\\""
            case "\\": result += "\\\\"
            case " "..."~": result.unicodeScalars.append(scalar)
            default:
                if scalar.properties.isAlphabetic {
                    result.unicodeScalars.append(scalar)
                } else {
                    let hex = String(scalar.value, radix: 16, uppercase: true)
                    result += "\\U" + String(repeating: "0", count: 8 - hex.count) + hex
                }
            }
        }
        return result + "\""
    }
}
