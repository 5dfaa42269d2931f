/// What values a key of this type takes.
package struct Rule<Value: KeyValue>: Sendable {
    package let type: ValueType
    package init(_ type: ValueType) { self.type = type }
}

extension Rule where Value == Int {
    package static func `in`(_ range: ClosedRange<Int>) -> Self { Self(.integer(range)) }
    package static func bytes(_ range: ClosedRange<Int>) -> Self { Self(.bytes(range)) }
}

extension Rule where Value == Double {
    package static func from(_ low: Double, to high: Double) -> Self { Self(.decimal(.from(low, to: high))) }
    package static func above(_ low: Double, to high: Double) -> Self { Self(.decimal(.above(low, to: high))) }
}

extension Rule where Value == DecimalNumber {
    package static func from(_ low: Double, to high: Double) -> Self { Self(.decimal(.from(low, to: high))) }
    package static func above(_ low: Double, to high: Double) -> Self { Self(.decimal(.above(low, to: high))) }
}

extension Rule where Value == String {
    package static func text(_ rule: TextRule) -> Self { Self(.text(rule)) }
}

extension Rule where Value == ManifestPath {
    package static var path: Self { Self(.path) }
}

extension Rule {
    /// A list whose elements keep to a rule.
    package static func each<Element>(
        _ rule: Rule<Element>, count: ClosedRange<Int> = 1...1000, distinct: Bool = false, ascending: Bool = false
    ) -> Self where Value == [Element] {
        Self(.list(of: rule.type, ListRule(count: count, distinct: distinct ? .elements : .no, ascending: ascending)))
    }

    /// A list of values whose type says what they take; tables may have to differ in one key.
    package static func each<Element: SelfTyped>(
        count: ClosedRange<Int> = 1...1000, distinct: Bool = false, distinctBy key: String? = nil
    ) -> Self where Value == [Element] {
        let differ: ListRule.Distinct = key.map { .key($0) } ?? (distinct ? .elements : .no)
        return Self(.list(of: Element.valueType, ListRule(count: count, distinct: differ)))
    }

    /// A value, or a word that stands for none.
    package static func or<Wrapped>(_ word: String, _ doc: String, _ rule: Rule<Wrapped>) -> Self
    where Value == Wrapped? {
        Self(.or(Choice(word, doc), rule.type))
    }

    /// The same for values whose type says what they take.
    package static func or<Wrapped: SelfTyped>(_ word: String, _ doc: String) -> Self where Value == Wrapped? {
        Self(.or(Choice(word, doc), Wrapped.valueType))
    }

    /// A value that may be left out; there is no word for none.
    package static func optional<Wrapped>(_ rule: Rule<Wrapped>) -> Self where Value == Wrapped? { Self(rule.type) }
    package static func optional<Wrapped: SelfTyped>() -> Self where Value == Wrapped? { Self(Wrapped.valueType) }

    /// A mapping from categories.
    package static func perCategory<Element>(_ rule: Rule<Element>) -> Self where Value == [String: Element] {
        Self(.mapping(.categories, to: rule.type))
    }
    package static func perCategory<Element: SelfTyped>() -> Self where Value == [String: Element] {
        Self(.mapping(.categories, to: Element.valueType))
    }

    /// A mapping whose order counts.
    package static func table<Element>(_ names: MappingRule, _ rule: Rule<Element>) -> Self
    where Value == OrderedTable<Element> {
        Self(.mapping(MappingRule(plural: names.plural, rule: names.rule, isOrdered: true), to: rule.type))
    }
}
