import ParameterKit

/// Walks a node tree along the schema and makes JSON of the written values, with their places. It doesn't fill in
/// defaults.
struct SchemaWalk {
    private(set) var diagnostics: Diagnostics
    /// The places of the written values.
    private(set) var locations: [String: SourceLocation] = [:]
    /// Paths of values that are wrong and have been reported; they are missing in the JSON.
    private(set) var spoiled: Set<String> = []

    let document: DocumentType

    init(_ diagnostics: Diagnostics, document: DocumentType) {
        (self.diagnostics, self.document) = (diagnostics, document)
    }

    /// The whole file; nil if it isn't a mapping. Wrong values are reported and left out.
    mutating func whole(_ node: Node) -> JSONValue? { section(node, as: document.root, at: "") }

    mutating func report(_ message: String, at location: SourceLocation) {
        diagnostics.add(message, at: location)
    }

    /// Where a key stands, or the nearest section around it that was written.
    func location(_ path: String) -> SourceLocation { nearestLocation(path, locations) }

    mutating func spoil(_ path: String) { spoiled.insert(path) }

    // MARK: - Values

    mutating func value(_ node: Node, as type: ValueType, at path: String) -> JSONValue? {
        if node.content == .refused {
            spoiled.insert(path)
            return nil
        }
        locations[path] = node.location
        let value: JSONValue?
        switch type {
        case .section(let section): value = self.section(node, as: section, at: path)
        case .mapping(let names, let element): value = mapping(node, from: names, to: element, at: path)
        case .methods(let choices): value = methods(node, choices, at: path)
        case .list(let element, let rule): value = list(node, of: element, rule, at: path)
        case .or(let word, let other):
            let isWord = if case .scalar(word.name, _) = node.content { true } else { false }
            value = isWord ? .null : either(node, [.choice([word]), other], at: path)
        case .either(let types): value = either(node, types, at: path)
        case .choice(let choices): value = choice(node, choices, at: path)
        default: value = single(node, as: type, at: path)
        }
        if value == nil { spoiled.insert(path) }
        return value
    }

    private mutating func expected(_ what: String, _ node: Node, at path: String, hint: String = "") -> JSONValue? {
        report("\(path): expected \(what), found \(node.summary)\(hint)", at: node.location)
        return nil
    }

    /// Values that are one scalar, read as what the key expects.
    private mutating func single(_ node: Node, as type: ValueType, at path: String) -> JSONValue? {
        guard case .scalar(let text, let plain) = node.content, !(plain && text.isEmpty) else {
            return expected(type.expected, node, at: path)
        }
        let value: JSONValue? =
            switch type {
            case .text(let rule): rule.accepts(text) ? .string(text) : nil
            case .path: TextRule.path.accepts(text) ? .string(text) : nil
            case .boolean where plain: text == "true" ? .bool(true) : text == "false" ? .bool(false) : nil
            case .integer(let range) where plain: Self.integer(text).flatMap { range.contains($0) ? .int($0) : nil }
            case .decimal(let range) where plain:
                DecimalNumber(text).flatMap { range.contains($0.value) ? .double($0.value) : nil }
            case .bytes(let range): ByteCount.parse(text).flatMap { range.contains($0) ? .int($0) : nil }
            default: nil
            }
        return value
            ?? expected(
                type.expected, node, at: path,
                hint: path == "version" ? document.hint(forVersion: text) : Self.hint(text, plain: plain, type))
    }

    /// Reads whole numbers, without notations that YAML readers disagree about: `010`, `0x10`, `1_000`, `1e3`.
    private static func integer(_ text: String) -> Int? {
        guard let number = Int(text), "\(number)" == text else { return nil }
        return number
    }

    private static func hint(_ text: String, plain: Bool, _ type: ValueType) -> String {
        switch type {
        case .boolean where ["true", "false"].contains(text), .integer where !plain && integer(text) != nil,
            .decimal where !plain && DecimalNumber(text) != nil:
            return "; leave out the quotes"
        case .boolean where ["yes", "on", "y", "True", "TRUE"].contains(text): return "; write true"
        case .boolean where ["no", "off", "n", "False", "FALSE"].contains(text): return "; write false"
        case .integer where text.count > 1 && text.hasPrefix("0") && text.allSatisfy(\.isNumber):
            let digits = text.drop { $0 == "0" }
            return "; write \(digits.isEmpty ? "0" : digits), without the leading zero"
        default: return ""
        }
    }

    private mutating func choice(_ node: Node, _ choices: [Choice], at path: String) -> JSONValue? {
        let expectation = ValueType.choice(choices).expected
        guard case .scalar(let text, let plain) = node.content, !(plain && text.isEmpty) else {
            return expected(expectation, node, at: path)
        }
        guard choices.contains(where: { $0.name == text }) else {
            return expected(expectation, node, at: path, hint: Suggestion.text(for: text, among: choices.map(\.name)))
        }
        return .string(text)
    }

    private mutating func either(_ node: Node, _ types: [ValueType], at path: String) -> JSONValue? {
        let fitting = types.filter { $0.fits(node) }
        if case .scalar(let text, _) = node.content {
            for case .choice(let choices) in fitting where choices.contains(where: { $0.name == text }) {
                return choice(node, choices, at: path)
            }
            // No type accepts the word: list all possible values, unless a value of the other type is only out of
            // range.
            let others = fitting.filter { if case .choice = $0 { false } else { true } }
            if let other = others.first, others.count == 1 {
                var attempt = self
                if let value = attempt.value(node, as: other, at: path) {
                    self = attempt
                    return value
                }
            }
        } else if let type = fitting.first {
            return value(node, as: type, at: path)
        }
        var words: [String] = []
        for case .choice(let choices) in types { words += choices.map(\.name) }
        var hint = ""
        if case .scalar(let text, _) = node.content {
            hint = Suggestion.text(for: text, among: words)
            if hint.isEmpty, types.contains(where: { if case .list = $0 { true } else { false } }) {
                hint = node.listHint
            }
        }
        return expected(ValueType.either(types).expected, node, at: path, hint: hint)
    }
}
