// The values that a type accepts: in words, and as a check of values that have been read.

extension ValueType {
    /// Completes "expected ...".
    package var expected: String {
        switch self {
        case .text(let rule): return rule.expected
        case .path: return TextRule.path.expected
        case .boolean: return "true or false"
        case .integer(let range):
            return range.count == 1
                ? "\(range.lowerBound)" : "a whole number from \(range.lowerBound) to \(range.upperBound)"
        case .decimal(let range):
            return range.includesLow
                ? "a number from \(plain(range.low)) to \(plain(range.high))"
                : "a number above \(plain(range.low)), at most \(plain(range.high))"
        case .bytes: return "an amount with its unit, as 500MB, 20GB or 8GiB"
        case .choice(let choices): return anyOf(choices.map(\.name))
        case .list(let element, let rule):
            let least = rule.count.lowerBound
            if rule.count.count == 1 { return "a list of \(least) (each \(element.expected))" }
            return "a list\(least > 0 ? " of at least \(least)" : "") (each \(element.expected))"
        case .section(let section):
            let keys = "a mapping with the keys \(section.keys.map(\.name).joined(separator: ", "))"
            guard let first = section.shorthand.first else { return keys }
            return (section.key(first)?.type.expected ?? "a value") + ", or " + keys
        case .mapping(let names, _): return "a mapping from \(names.plural)"
        case .methods(let choices):
            return "a mapping from \(choices.noun)s (\(choices.methods.map(\.name).joined(separator: ", ")))"
        case .or(let word, .choice(let choices)): return anyOf([word.name] + choices.map(\.name))
        case .or(let word, let type): return word.name + ", or " + type.expected
        case .either(let types): return types.map(\.expected).joined(separator: ", or ")
        }
    }

    private func plain(_ number: Double) -> String {
        number == number.rounded() && abs(number) < 1e15 ? "\(Int(number))" : "\(number)"
    }

    /// Whether a single value that has been read keeps to this type's bounds. Lists, sections and mappings check their
    /// parts themselves.
    package func accepts(_ value: JSONValue) -> Bool {
        switch self {
        case .text(let rule): return value.string.map(rule.accepts) ?? false
        case .path: return value.string.map(TextRule.path.accepts) ?? false
        case .boolean: return value.bool != nil
        case .integer(let range), .bytes(let range): return value.int.map(range.contains) ?? false
        case .decimal(let range): return value.number.map(range.contains) ?? false
        case .choice(let choices): return choices.contains { .string($0.name) == value }
        case .list(let element, let rule):
            guard let elements = value.array, rule.count.contains(elements.count) else { return false }
            return elements.allSatisfy(element.accepts)
        case .section, .mapping, .methods: return value.object != nil || value.array != nil || value.string != nil
        case .or(_, let type): return value == .null || type.accepts(value)
        case .either(let types): return types.contains { $0.accepts(value) }
        }
    }

    /// The sections that a user can open right under this key.
    package var sections: [(name: String?, section: SectionType)] {
        switch self {
        case .section(let section): [(nil, section)]
        case .or(_, let type): type.sections
        case .methods(let choices): choices.methods.map { ($0.name, $0.settings) }
        case .either(let types): types.flatMap(\.sections)
        default: []
        }
    }
}

extension SectionType {
    /// The names of all keys below a section.
    package var allNames: Set<String> {
        keys.reduce(into: []) { names, key in
            names.insert(key.name)
            for (_, section) in key.type.sections { names.formUnion(section.allNames) }
        }
    }

    /// The paths of keys of this name below a section, e.g. `generation.cut.steps`.
    package func paths(ofKey name: String) -> [String] {
        keys.flatMap { key -> [String] in
            let inner = key.type.sections.flatMap { step, section in
                section.paths(ofKey: name).map { key.name + "." + (step.map { $0 + "." } ?? "") + $0 }
            }
            return (key.name == name ? [key.name] : []) + inner
        }
    }
}

/// "a, b or c".
package func anyOf(_ words: [String]) -> String {
    guard let last = words.last, words.count > 1 else { return words.first ?? "nothing" }
    return words.dropLast().joined(separator: ", ") + " or " + last
}
