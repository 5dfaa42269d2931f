/// JSON with its members in order, for a schema that reads like the manifest.
private indirect enum JSON {
    case text(String)
    case number(String)
    case flag(Bool)
    case array([JSON])
    case object([(String, JSON)])

    func write(_ indent: String = "") -> String {
        switch self {
        case .text(let text): return Self.quoted(text)
        case .number(let number): return number
        case .flag(let flag): return flag ? "true" : "false"
        case .array(let elements): return "[" + elements.map { $0.write(indent) }.joined(separator: ", ") + "]"
        case .object(let members):
            if members.isEmpty { return "{}" }
            let lines = members.map { "\(indent)  \(Self.quoted($0.0)): \($0.1.write(indent + "  "))" }
            return "{\n" + lines.joined(separator: ",\n") + "\n\(indent)}"
        }
    }

    private static func quoted(_ text: String) -> String {
        var result = "\""
        for scalar in text.unicodeScalars {
            switch scalar {
            case "\"": result += "\\\""
            case "\\": result += "\\\\"
            case _ where scalar.value < 0x20:
                let hex = String(scalar.value, radix: 16)
                result += "\\u" + String(repeating: "0", count: 4 - hex.count) + hex
            default: result.unicodeScalars.append(scalar)
            }
        }
        return result + "\""
    }
}

extension SchemaDocument {
    static func json(of document: DocumentType) -> String {
        guard case .object(let members) = schema(of: document.root) else { return "{}" }
        let head: [(String, JSON)] = [
            ("$schema", .text("http://json-schema.org/draft-07/schema#")),
            ("title", .text("Flawsmith \(document.noun), version \(document.version)")),
        ]
        return JSON.object(head + members).write()
    }

    private static func schema(of section: SectionType) -> JSON {
        let required = section.keys.filter { if case .required = $0.fallback { true } else { false } }
        let properties = section.keys.map { key -> (String, JSON) in
            var members: [(String, JSON)] = [("description", .text(key.doc))]
            switch key.fallback {
            case .value(let setting): members.append(("default", json(of: setting)))
            case .computed(let sentence, _): members[0].1 = .text("\(key.doc) Default: \(sentence).")
            default: break
            }
            return (key.name, .object(members + self.members(of: key.type)))
        }
        var members: [(String, JSON)] = [
            ("type", .text("object")), ("additionalProperties", .flag(false)), ("properties", .object(properties)),
        ]
        if !required.isEmpty { members.append(("required", .array(required.map { .text($0.name) }))) }
        return .object(members)
    }

    /// The members of a type's schema.
    private static func members(of type: ValueType) -> [(String, JSON)] {
        switch type {
        case .text(let rule): return [("type", .text("string")), ("pattern", .text(rule.pattern))]
        case .path: return [("type", .text("string")), ("pattern", .text(TextRule.path.pattern))]
        case .boolean: return [("type", .text("boolean"))]
        case .integer(let range):
            return [
                ("type", .text("integer")), ("minimum", .number("\(range.lowerBound)")),
                ("maximum", .number("\(range.upperBound)")),
            ]
        case .decimal(let range):
            return [
                ("type", .text("number")),
                (range.includesLow ? "minimum" : "exclusiveMinimum", .number("\(range.low)")),
                ("maximum", .number("\(range.high)")),
            ]
        case .bytes:
            let units = ByteCount.units.map(\.name).joined(separator: "|")
            return [("type", .text("string")), ("pattern", .text("^[0-9]+(\\.[0-9]+)? ?(\(units))$"))]
        case .choice(let choices): return [("enum", .array(choices.map { .text($0.name) }))]
        case .list(let element, let rule):
            var members: [(String, JSON)] = [
                ("type", .text("array")), ("items", .object(self.members(of: element))),
                ("minItems", .number("\(rule.count.lowerBound)")),
                ("maxItems", .number("\(rule.count.upperBound)")),
            ]
            if case .elements = rule.distinct { members.append(("uniqueItems", .flag(true))) }
            return members
        case .mapping(_, let element):
            return [("type", .text("object")), ("additionalProperties", .object(self.members(of: element)))]
        case .section(let section):
            guard case .object(let own) = schema(of: section) else { return [] }
            guard let first = section.keys.first(where: { $0.name == section.shorthand.first }) else { return own }
            return [("anyOf", .array([.object(self.members(of: first.type)), .object(own)]))]
        case .either(let types): return [("anyOf", .array(types.map { .object(self.members(of: $0)) }))]
        }
    }

    private static func json(of setting: Setting) -> JSON {
        switch setting {
        case .text(let text), .keyword(let text): .text(text)
        case .boolean(let flag): .flag(flag)
        case .integer(let number): .number("\(number)")
        case .decimal(let number): .number(number.description)
        case .bytes(let count): .text(ByteCount.text(of: count))
        case .list(let elements): .array(elements.map { json(of: $0) })
        case .table(let entries): .object(entries.map { ($0.key, json(of: $0.value)) })
        }
    }
}
