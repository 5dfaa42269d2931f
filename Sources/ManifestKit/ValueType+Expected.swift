// What a type takes, in words.

extension ValueType {
    /// Completes "expected ...".
    var expected: String {
        switch self {
        case .text(let rule): rule.expected
        case .path: TextRule.path.expected
        case .boolean: "true or false"
        case .integer(let range):
            range.count == 1 ? "\(range.lowerBound)" : "a whole number from \(range.lowerBound) to \(range.upperBound)"
        case .decimal(let range):
            range.includesLow
                ? "a number from \(plain(range.low)) to \(plain(range.high))"
                : "a number above \(plain(range.low)), at most \(plain(range.high))"
        case .bytes: "an amount with its unit, as 500MB, 20GB or 8GiB"
        case .choice(let choices): anyOf(choices.map(\.name))
        case .list(let element, let rule):
            rule.count.count == 1
                ? "a list of \(rule.count.lowerBound) (each \(element.expected))"
                : "a list\(rule.count.lowerBound > 0 ? " of at least \(rule.count.lowerBound)" : "") (each \(element.expected))"
        case .section(let section):
            section.shorthand.isEmpty
                ? "a mapping with the keys \(section.keys.map(\.name).joined(separator: ", "))"
                : (section.keys.first { $0.name == section.shorthand.first }?.type.expected ?? "a value")
                    + ", or a mapping with the keys \(section.keys.map(\.name).joined(separator: ", "))"
        case .mapping(let names, _): "a mapping from \(names.plural)"
        case .either(let types): types.map(\.expected).joined(separator: ", or ")
        }
    }

    private func plain(_ number: Double) -> String {
        number == number.rounded() && abs(number) < 1e15 ? "\(Int(number))" : "\(number)"
    }

    /// Whether a node has the shape of this type.
    func fits(_ node: Node) -> Bool {
        switch (node.content, self) {
        case (.mapping, .section), (.mapping, .mapping), (.sequence, .list): true
        case (.scalar, .section(let section)): !section.shorthand.isEmpty
        case (.scalar, .text), (.scalar, .path), (.scalar, .boolean), (.scalar, .integer), (.scalar, .decimal),
            (.scalar, .bytes),
            (.scalar, .choice):
            true
        case (_, .either(let types)): types.contains { $0.fits(node) }
        default: false
        }
    }
}

/// "a, b or c".
func anyOf(_ words: [String]) -> String {
    guard let last = words.last, words.count > 1 else { return words.first ?? "nothing" }
    return words.dropLast().joined(separator: ", ") + " or " + last
}

extension Schema {
    /// Where keys of this name stand in a schema, e.g. `generation.steps`.
    static func paths(ofKey name: String, in root: SectionType) -> [String] {
        var found: [String] = []
        func search(_ section: SectionType, _ prefix: String) {
            for key in section.keys {
                if key.name == name { found.append(prefix + key.name) }
                for inner in key.type.sections { search(inner, prefix + key.name + ".") }
            }
        }
        search(root, "")
        return found
    }
}

extension ValueType {
    /// The sections that a user can open right under this key.
    var sections: [SectionType] {
        switch self {
        case .section(let section): [section]
        case .either(let types): types.flatMap(\.sections)
        default: []
        }
    }
}
