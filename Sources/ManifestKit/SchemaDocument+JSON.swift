import ParameterKit

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
            case .value(let value): members.append(("default", json(of: value, key.type)))
            case .computed(let sentence): members[0].1 = .text("\(key.doc) Default: \(sentence).")
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
        case .or(let word, let type):
            return [("anyOf", .array([.object(members(of: .choice([word]))), .object(members(of: type))]))]
        case .methods(let choices):
            let properties = choices.methods.map { method in
                (
                    method.name,
                    JSON.object([("description", .text(method.doc))] + members(of: .section(method.settings)))
                )
            }
            guard choices.takesOwnNames else {
                return [
                    ("type", .text("object")), ("properties", .object(properties)),
                    ("additionalProperties", .flag(false)),
                ]
            }
            let named = choices.methods.map { method in
                var keys = method.settings
                let own = SchemaKey(
                    MethodChoices.methodKey, .choice([Choice(method.name, method.doc)]), .required,
                    choices.methodSchema.doc)
                keys.keys.insert(own, at: 0)
                return JSON.object(members(of: .section(keys)))
            }
            return [
                ("type", .text("object")), ("properties", .object(properties)),
                ("additionalProperties", .object([("anyOf", .array(named))])),
            ]
        case .mapping(_, let element):
            return [("type", .text("object")), ("additionalProperties", .object(self.members(of: element)))]
        case .section(let section):
            guard case .object(let own) = schema(of: section) else { return [] }
            guard let first = section.shorthand.first.flatMap(section.key) else { return own }
            return [("anyOf", .array([.object(self.members(of: first.type)), .object(own)]))]
        case .either(let types): return [("anyOf", .array(types.map { .object(self.members(of: $0)) }))]
        }
    }

    private static func json(of value: JSONValue, _ type: ValueType) -> JSON {
        switch (type, value) {
        case (.bytes, .int), (.or, .null): .text(type.text(of: value))
        case (.or(_, let inner), _): json(of: value, inner)
        case (.list(let element, _), .array(let elements)): .array(elements.map { json(of: $0, element) })
        case (_, .double), (_, .int): .number(type.text(of: value))
        case (_, .string(let text)): .text(text)
        case (_, .bool(let flag)): .flag(flag)
        case (_, .array(let elements)): .array(elements.map { json(of: $0, type) })
        case (.section(let section), .object(let members)):
            .object(section.keys.compactMap { key in members[key.name].map { (key.name, json(of: $0, key.type)) } })
        case (_, .object(let members)):
            .object(members.sorted { $0.key < $1.key }.map { ($0.key, json(of: $0.value, type)) })
        case (_, .null): .text("none")
        }
    }
}
