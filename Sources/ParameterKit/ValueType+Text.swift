// Values as canonical YAML: block style, lists of single values in brackets, free text quoted unless it is one plain
// word.

extension SectionType {
    /// The text of a section: its keys in the schema's order, values that are absent left out.
    ///
    /// - Parameters:
    ///   - path: the section's key path.
    ///   - note: what stands behind the first line of a value, by the value's key path; sections have none.
    package func yaml(
        _ members: [String: JSONValue], indent: String = "", at path: String = "", note: YAMLNote = { _ in nil }
    ) -> String {
        keys.map { key in
            guard let value = members[key.name], !(value == .null && !key.type.hasWordForNone) else { return "" }
            let place = path.isEmpty ? key.name : path + "." + key.name
            return indent + quotedUnlessPlain(key.name) + ":"
                + key.type.block(value, indent: indent, at: place, note: note)
        }.joined()
    }
}

/// Key path of a value → what to write behind it, `#` excluded.
package typealias YAMLNote = (String) -> String?

extension ValueType {
    /// Whether "no value" can be written.
    fileprivate var hasWordForNone: Bool { if case .or = self { true } else { false } }

    /// What stands behind `key:`, its line's end included.
    fileprivate func block(_ value: JSONValue, indent: String, at path: String, note: YAMLNote) -> String {
        var comment: String { note(path).map { "  # " + $0 } ?? "" }
        switch (self, value) {
        case (.or(_, let type), let value) where value != .null:
            return type.block(value, indent: indent, at: path, note: note)
        case (.section(let section), .object(let members)):
            // A section whose keys are all absent is written as an empty one: "nothing" would be no section.
            let inner = section.yaml(members, indent: indent + "  ", at: path, note: note)
            return inner.isEmpty ? " {}\n" : "\n" + inner
        case (.mapping(_, let element), _) where !entries(value).isEmpty:
            return "\n"
                + entries(value).map { name, value in
                    "\(indent)  \(quotedUnlessPlain(name)):"
                        + element.block(value, indent: indent + "  ", at: path + "." + name, note: note)
                }.joined()
        case (.methods(let choices), .object(let tables)) where !tables.isEmpty:
            return "\n"
                + choices.ordered(tables).map {
                    choices.block($0, $1, indent: indent + "  ", at: path + "." + $0, note: note)
                }.joined()
        case (.list(.section(let section), _), .array(let elements)) where !elements.isEmpty:
            return comment + "\n"
                + elements.map { element in
                    // The first key stands behind the dash, the others below it.
                    let inner = section.yaml(element.object ?? [:], indent: indent + "    ")
                    return indent + "  - " + inner.dropFirst(indent.count + 4)
                }.joined()
        default: return " " + text(of: value) + comment + "\n"
        }
    }

    /// The value on one line; members that are absent are left out.
    package func text(of value: JSONValue) -> String {
        switch (self, value) {
        case (.or(let word, let type), _): return value == .null ? word.name : type.text(of: value)
        case (.either(let types), _): return (types.first { $0.accepts(value) } ?? types[0]).text(of: value)
        case (.choice, .string(let word)): return word
        case (.bytes, .int(let count)): return ByteCount.text(of: count)
        case (.list(let element, _), .array(let elements)):
            return "[" + elements.map(element.text).joined(separator: ", ") + "]"
        case (.section(let section), .object(let members)):
            let entries = section.keys.compactMap { key -> String? in
                guard let value = members[key.name], !(value == .null && !key.type.hasWordForNone) else { return nil }
                return quotedUnlessPlain(key.name) + ": " + key.type.text(of: value)
            }
            return "{" + entries.joined(separator: ", ") + "}"
        case (.mapping(_, let element), _):
            let entries = entries(value).map { quotedUnlessPlain($0) + ": " + element.text(of: $1) }
            return "{" + entries.joined(separator: ", ") + "}"
        case (.methods(let choices), .object(let tables)):
            let entries = choices.ordered(tables).map { name, table in
                quotedUnlessPlain(name) + ": "
                    + ValueType.section(choices.section(of: name, table)).text(of: table)
            }
            return "{" + entries.joined(separator: ", ") + "}"
        case (_, .string(let text)): return quotedUnlessPlain(text)
        case (_, .double(let number)): return DecimalNumber("\(number)")?.description ?? "\(number)"
        default: return value.canonicalText
        }
    }

    /// The entries of a mapping: in their order where that counts, else by name.
    private func entries(_ value: JSONValue) -> [(String, JSONValue)] {
        if let members = value.object {
            return members.sorted { $0.key.utf8.lexicographicallyPrecedes($1.key.utf8) }.map { ($0.key, $0.value) }
        }
        return (value.array ?? []).compactMap { pair in
            guard let parts = pair.array, parts.count == 2, let name = parts[0].string else { return nil }
            return (name, parts[1])
        }
    }
}

extension MethodChoices {
    /// The method of a table: given by its key `method`, or by the table's name.
    package func method(of name: String, _ table: JSONValue) -> Method? {
        let wanted = takesOwnNames ? table[Self.methodKey]?.string ?? name : name
        return methods.first { $0.name == wanted }
    }

    /// The keys of a table.
    package func section(of name: String, _ table: JSONValue) -> SectionType {
        let own = method(of: name, table)?.settings ?? SectionType(keys: [])
        guard table[Self.methodKey] != nil, takesOwnNames else { return own }
        return SectionType(keys: [methodSchema] + own.keys)
    }

    /// The key that names a table's method.
    package var methodSchema: SchemaKey {
        SchemaKey(
            Self.methodKey, .choice(methods.map { Choice($0.name, $0.doc) }), .absent,
            "The \(noun), where the table has a name of its own.")
    }

    /// Tables by the order of their methods, then by name.
    func ordered(_ tables: [String: JSONValue]) -> [(String, JSONValue)] {
        func rank(_ name: String, _ table: JSONValue) -> Int {
            let own = method(of: name, table)?.name
            return methods.firstIndex { $0.name == own } ?? methods.count
        }
        return tables.map { (rank: rank($0, $1), name: $0, table: $1) }
            .sorted { ($0.rank, $0.name) < ($1.rank, $1.name) }.map { ($0.name, $0.table) }
    }

    fileprivate func block(
        _ name: String, _ table: JSONValue, indent: String, at path: String, note: YAMLNote
    ) -> String {
        let inner = section(of: name, table).yaml(table.object ?? [:], indent: indent + "  ", at: path, note: note)
        return indent + quotedUnlessPlain(name) + ":" + (inner.isEmpty ? " {}\n" : "\n" + inner)
    }
}

/// Words that some YAML readers would not read as text.
private let guessed: Set<String> = ["y", "n", "yes", "no", "on", "off", "true", "false", "null", "nan", "inf"]

private func quotedUnlessPlain(_ text: String) -> String { isPlainWord(text) ? text : quoted(text) }

private func isPlainWord(_ text: String) -> Bool {
    guard let first = text.utf8.first, isLetter(first), !guessed.contains(text.lowercased()) else { return false }
    return text.utf8.allSatisfy { isLetter($0) || (0x30...0x39).contains($0) || "._-/+".utf8.contains($0) }
}

private func isLetter(_ byte: UInt8) -> Bool { (0x41...0x5A).contains(byte) || (0x61...0x7A).contains(byte) }

private func quoted(_ text: String) -> String {
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
