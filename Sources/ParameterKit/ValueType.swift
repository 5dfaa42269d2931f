/// The values that a key accepts. Its check, its entry in the JSON Schema and its documentation are made from this.
package indirect enum ValueType: Sendable {
    case text(TextRule)
    case path
    case boolean
    case integer(ClosedRange<Int>)
    case decimal(DecimalRange)
    /// An amount of memory with its unit; a whole number of bytes once read.
    case bytes(ClosedRange<Int>)
    case choice([Choice])
    case list(of: ValueType, ListRule)
    case section(SectionType)
    /// A mapping from names that a user chooses.
    case mapping(MappingRule, to: ValueType)
    /// A mapping from names to tables, each with the keys of its method.
    case methods(MethodChoices)
    /// A word that stands for "no value" (JSON's null), or a value of the type.
    case or(Choice, ValueType)
    /// The first of these that has the shape of what is written.
    case either([ValueType])

    /// Whether values are or hold sections.
    var holdsSections: Bool {
        switch self {
        case .section, .methods: true
        case .list(let type, _), .mapping(_, to: let type), .or(_, let type): type.holdsSections
        case .either(let types): types.contains(where: \.holdsSections)
        case .text, .path, .boolean, .integer, .decimal, .bytes, .choice: false
        }
    }
}

/// One word of a choice, and what it means.
package struct Choice: Sendable, Equatable {
    package let name: String
    package let doc: String

    package init(_ name: String, _ doc: String) { (self.name, self.doc) = (name, doc) }
}

/// What the keys of a mapping are.
package struct MappingRule: Sendable {
    /// Completes "a mapping from ...".
    package let plural: String
    package let rule: TextRule
    /// Whether the order of the entries counts. JSON objects have none: such a mapping is a list of pairs `[name,
    /// value]` once read.
    package let isOrdered: Bool

    package init(plural: String, rule: TextRule, isOrdered: Bool = false) {
        (self.plural, self.rule, self.isOrdered) = (plural, rule, isOrdered)
    }

    package static let categories = MappingRule(plural: "categories", rule: .category)
}

/// Tables that are named by their method, or by a name of their own and a key `method`.
package struct MethodChoices: Sendable {
    package struct Method: Sendable {
        package let name: String
        package let doc: String
        package let settings: SectionType

        package init(name: String, doc: String, settings: SectionType) {
            (self.name, self.doc, self.settings) = (name, doc, settings)
        }
    }

    /// What messages call one of them: "detector".
    package let noun: String
    package let methods: [Method]
    /// Whether a table may have a name of its own and say its method in the key `method`.
    package let takesOwnNames: Bool

    package init(noun: String, methods: [Method], takesOwnNames: Bool) {
        (self.noun, self.methods, self.takesOwnNames) = (noun, methods, takesOwnNames)
    }

    /// The key that names the method of a table with a name of its own.
    package static let methodKey = "method"
}

/// The keys of a section, in the order in which they are read and documented.
package struct SectionType: Sendable {
    package var keys: [SchemaKey]
    /// A single value standing for the section is the value of each of these keys.
    package var shorthand: [String]

    package init(keys: [SchemaKey], shorthand: [String] = []) { (self.keys, self.shorthand) = (keys, shorthand) }

    package func key(_ name: String) -> SchemaKey? { keys.first { $0.name == name } }
}

/// One key as documents and checks see it.
package struct SchemaKey: Sendable {
    package let name: String
    package let type: ValueType
    /// What it means, in a sentence or two, for a user.
    package let doc: String
    package let effect: Effect
    /// The paper's value, where it is not the default.
    package let paper: JSONValue?
    package var fallback: Fallback { makeFallback() }
    /// The value where nothing is written anywhere: the one that identities leave out.
    package var plain: JSONValue { makePlain() }
    // Made when they are asked for: to read a file neither is needed.
    private let makeFallback: @Sendable () -> Fallback
    private let makePlain: @Sendable () -> JSONValue

    package init(
        _ name: String, _ type: ValueType, _ fallback: @escaping @autoclosure @Sendable () -> Fallback, _ doc: String,
        effect: Effect = .result, paper: JSONValue? = nil,
        plain: @escaping @autoclosure @Sendable () -> JSONValue = .null
    ) {
        (self.name, self.type, self.doc, self.effect, self.paper) = (name, type, doc, effect, paper)
        (makeFallback, makePlain) = (fallback, plain)
    }
}

/// A key's value when it isn't written.
package enum Fallback: Sendable {
    case required
    /// Not in the resolved manifest either.
    case absent
    case value(JSONValue)
    /// A section of its own defaults.
    case section
    /// Depends on other keys, as the sentence says.
    case computed(String)
}

/// What a key affects, and so which identities it is part of.
package enum Effect: Sendable, Hashable, CaseIterable {
    /// The result of the work: a picture, a fitted detector.
    case result
    /// Only how a fitted detector scores; such a key is not part of the fitted detector's identity.
    case scoring
    /// Nothing by itself: a preset, whose numbers are in other keys, or a path, whose contents count instead.
    case nothing
}

package struct ListRule: Sendable {
    package enum Distinct: Sendable {
        case no, elements
        /// Elements are tables that differ in this key.
        case key(String)
    }
    package var count: ClosedRange<Int>
    package var distinct: Distinct
    /// Numbers that only rise.
    package var ascending: Bool

    package init(count: ClosedRange<Int> = 1...1000, distinct: Distinct = .no, ascending: Bool = false) {
        (self.count, self.distinct, self.ascending) = (count, distinct, ascending)
    }
}

/// Numbers between two bounds, the upper one included.
package struct DecimalRange: Sendable {
    package let low: Double
    package let high: Double
    /// `false`: more than `low`.
    package let includesLow: Bool

    package static func from(_ low: Double, to high: Double) -> DecimalRange {
        DecimalRange(low: low, high: high, includesLow: true)
    }
    package static func above(_ low: Double, to high: Double) -> DecimalRange {
        DecimalRange(low: low, high: high, includesLow: false)
    }

    package func contains(_ value: Double) -> Bool { (includesLow ? value >= low : value > low) && value <= high }
}
