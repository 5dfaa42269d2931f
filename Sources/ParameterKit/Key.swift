/// One key of a section, declared once. Its name is the property's in snake case, its default the property's value;
/// this declares the rest.
///
///     @Key("T, the timesteps of the sampling schedule.", .in(1...1000), at: [Preset.fast: 40, .draft: 32])
///     package var steps = 200
///
/// The schema, its documents, the check of what is written, identities and messages follow from the declaration
/// (`Parameters`).
@propertyWrapper
package struct Key<Value: KeyValue>: Sendable, Equatable {
    package var wrappedValue: Value
    /// The key itself, to point at in a check: `issues.add("…", at: $places)`.
    package var projectedValue: Key { self }
    let declaration: Declaration
    /// In snake case; empty until the section has been read.
    var name = ""
    /// Whether the value was written; false for a default.
    package internal(set) var isWritten = false

    package static func == (left: Key, right: Key) -> Bool { left.wrappedValue == right.wrappedValue }

    /// A key's declaration apart from its name and default.
    final class Declaration: Sendable {
        let doc: String
        let type: ValueType
        let isRequired: Bool
        let isSpread: Bool
        let effect: Effect
        let paper: Value?
        let presets: Presets<Value>?
        let computed: Computed<Value>?

        init(
            doc: String, type: ValueType, isRequired: Bool, isSpread: Bool, effect: Effect, paper: Value?,
            presets: Presets<Value>?, computed: Computed<Value>?
        ) {
            (self.doc, self.type, self.isRequired, self.isSpread) = (doc, type, isRequired, isSpread)
            (self.effect, self.paper, self.presets, self.computed) = (effect, paper, presets, computed)
        }
    }

    private init(_ value: Value, _ declaration: Declaration) {
        (wrappedValue, self.declaration) = (value, declaration)
    }

    /// - Parameters:
    ///   - doc: what it means, in a sentence or two, for a user.
    ///   - rule: which values it takes.
    ///   - isRequired: the key has no default; the property's own value is ignored.
    ///   - affects: which identities it is part of.
    ///   - paper: the paper's value, where that is not the default.
    ///   - fallback: a default that depends on other keys; the property's own value is the one of `Section()`.
    package init(
        wrappedValue: Value, _ doc: String, _ rule: Rule<Value>, isRequired: Bool = false,
        affects effect: Effect = .result,
        paper: Value? = nil, else fallback: Computed<Value>? = nil
    ) {
        self.init(
            wrappedValue,
            Declaration(
                doc: doc, type: rule.type, isRequired: isRequired, isSpread: false, effect: effect, paper: paper,
                presets: nil, computed: fallback))
    }

    /// The same with other defaults at some presets; the property's own value is the default at the others.
    package init<Preset: KeyChoice>(
        wrappedValue: Value, _ doc: String, _ rule: Rule<Value>, affects effect: Effect = .result, paper: Value? = nil,
        at presets: [Preset: Value]
    ) {
        self.init(
            wrappedValue,
            Declaration(
                doc: doc, type: rule.type, isRequired: false, isSpread: false, effect: effect, paper: paper,
                presets: Presets(presets), computed: nil))
    }
}

extension Key where Value: SelfTyped {
    /// For values whose type determines what is accepted: flags, words, sections.
    ///
    /// - Parameter isSpread: whether this section's keys are written directly in the section around it.
    package init(
        wrappedValue: Value, _ doc: String, isRequired: Bool = false, isSpread: Bool = false,
        affects effect: Effect = .result, paper: Value? = nil, else fallback: Computed<Value>? = nil
    ) {
        self.init(
            wrappedValue,
            Declaration(
                doc: doc, type: Value.valueType, isRequired: isRequired, isSpread: isSpread, effect: effect,
                paper: paper,
                presets: nil, computed: fallback))
    }

    package init<Preset: KeyChoice>(
        wrappedValue: Value, _ doc: String, affects effect: Effect = .result, paper: Value? = nil,
        at presets: [Preset: Value]
    ) {
        self.init(
            wrappedValue,
            Declaration(
                doc: doc, type: Value.valueType, isRequired: false, isSpread: false, effect: effect, paper: paper,
                presets: Presets(presets), computed: nil))
    }
}

/// Never used for reading: `Parameters` takes whole keys from its own decoder. With this conformance the compiler
/// writes `init(from:)` of sections.
extension Key: Decodable {
    package init(from decoder: any Decoder) throws {
        throw DecodingError.dataCorrupted(
            .init(codingPath: decoder.codingPath, debugDescription: "keys are read by Parameters alone"))
    }
}

/// Defaults at presets.
struct Presets<Value: KeyValue>: Sendable {
    /// The value at the preset of an enclosing section; nil if none has a preset.
    let value: @Sendable ([any Parameters]) -> Value?
    /// "at `fast`" and the value, in the order of the presets' cases.
    let docs: [(preset: String, value: Value)]

    init<Preset: KeyChoice>(_ values: [Preset: Value]) {
        value = { around in
            for section in around.reversed() {
                if let preset: Preset = section.keyValue() { return values[preset] }
            }
            return nil
        }
        docs = Preset.allCases.compactMap { preset in values[preset].map { (preset.rawValue, $0) } }
    }
}

/// A default that depends on other keys.
package struct Computed<Value: KeyValue>: Sendable {
    let doc: String
    let value: @Sendable ([any Parameters]) -> Value?

    /// - Parameters:
    ///   - doc: for the documentation, e.g. "the words, in small letters".
    ///   - compute: gets the requested section, the key's own or one around it, in which the keys before this one have
    ///     been read and the others have their defaults. Returns nil if there is no default, so that the key must be
    ///     written.
    package static func from<Section: Parameters>(
        _ doc: String, _ compute: @escaping @Sendable (Section) -> Value?
    ) -> Computed {
        Computed(doc: doc) { around in
            for case let section as Section in around.reversed() { return compute(section) }
            return nil
        }
    }

    /// The same out of two sections.
    package static func from<Outer: Parameters, Inner: Parameters>(
        _ doc: String, _ compute: @escaping @Sendable (Outer, Inner) -> Value?
    ) -> Computed {
        Computed(doc: doc) { around in
            for case let outer as Outer in around.reversed() {
                for case let inner as Inner in around.reversed() { return compute(outer, inner) }
            }
            return nil
        }
    }
}
