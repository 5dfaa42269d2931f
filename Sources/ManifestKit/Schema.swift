/// One key of the manifest: the single source of its check, its default, its documentation and its place in the JSON
/// Schema.
struct SchemaKey: Sendable {
    let name: String
    let type: ValueType
    let fallback: Fallback
    /// What it means, in a sentence or two, for a user.
    let doc: String

    init(_ name: String, _ type: ValueType, _ fallback: Fallback, _ doc: String) {
        (self.name, self.type, self.fallback, self.doc) = (name, type, fallback, doc)
    }
}

/// What a key may hold.
indirect enum ValueType: Sendable {
    case text(TextRule)
    case path
    case boolean
    case integer(ClosedRange<Int>)
    case decimal(DecimalRange)
    /// An amount of memory with its unit.
    case bytes(ClosedRange<Int>)
    case choice([Choice])
    case list(of: ValueType, ListRule)
    case section(SectionType)
    /// A mapping from names that a user chooses.
    case mapping(from: NameRule, ValueType)
    /// The first of these that has the shape of what is written.
    case either([ValueType])
}

extension ValueType {
    /// A mapping from categories' names.
    static func perCategory(_ element: ValueType) -> ValueType { .mapping(from: .categories, element) }
}

/// What the keys of a mapping are.
struct NameRule: Sendable {
    /// "a mapping from ...".
    let plural: String
    let rule: TextRule

    static let categories = NameRule(plural: "categories", rule: .category)
}

/// A kind of file: its schema, and what messages call it.
struct DocumentType: Sendable {
    let root: SectionType
    let noun: String
    let version: Int

    static let manifest = DocumentType(root: Schema.root, noun: "manifest", version: Manifest.version)
}

/// One word of a choice.
struct Choice: Sendable {
    let name: String
    let doc: String

    init(_ name: String, _ doc: String) { (self.name, self.doc) = (name, doc) }
}

struct SectionType: Sendable {
    let keys: [SchemaKey]
    /// A single value standing for the section is the value of each of these keys.
    var shorthand: [String] = []
}

struct ListRule: Sendable {
    enum Distinct: Sendable {
        case no, elements
        /// Elements are tables that differ in this key.
        case key(String)
    }
    var count: ClosedRange<Int> = 1...1000
    var distinct = Distinct.no
    /// Numbers that only rise.
    var ascending = false
}

/// Numbers between two bounds, the upper one included.
struct DecimalRange: Sendable {
    let low: Double
    let high: Double
    /// `false`: more than `low`.
    let includesLow: Bool

    static func from(_ low: Double, to high: Double) -> DecimalRange {
        DecimalRange(low: low, high: high, includesLow: true)
    }
    static func above(_ low: Double, to high: Double) -> DecimalRange {
        DecimalRange(low: low, high: high, includesLow: false)
    }

    func contains(_ value: Double) -> Bool { (includesLow ? value >= low : value > low) && value <= high }
}

/// What a key is when nobody wrote it.
enum Fallback: Sendable {
    case required
    /// Not in the resolved manifest either.
    case absent
    case value(Setting)
    /// A section of its own defaults.
    case section
    /// Depends on other keys, as the sentence says.
    case computed(String, @Sendable (Scope) -> Setting?)
}

/// Settings that are known when a default is computed: those that stand before it in the schema.
struct Scope {
    let settings: [String: Setting]
    let section: String

    /// A key of the whole manifest, e.g. `generation.preset`.
    func value(_ path: String) -> Setting? { settings[path] }
    /// A key of the same section.
    func sibling(_ name: String) -> Setting? { settings[section.isEmpty ? name : section + "." + name] }
}
