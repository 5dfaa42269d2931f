/// A section of settings: a struct whose stored properties are all `@Key`s.
///
/// The compiler's own `init(from:)` sets the properties, so a struct needs no code beside its declarations and
/// `init()`.
package protocol Parameters: NestedSection, Decodable {
    /// All keys at their defaults.
    init()
    /// Checks rules between keys. Called when every key of the section is valid in itself.
    func check(_ issues: inout Issues)
    /// Keys that get the value if a single value is written in place of the section.
    static var shorthand: [String] { get }
}

extension Parameters {
    package func check(_ issues: inout Issues) {}
    package static var shorthand: [String] { [] }

    package static var valueType: ValueType { .section(section) }

    /// The keys as documents and checks see them, those of spread sections among them.
    package static var section: SectionType {
        KnownSections.section(of: ObjectIdentifier(Self.self)) {
            SectionType(
                keys: declaredKeys.flatMap { _, key in
                    if key.isSpread, case .section(let inner) = key.type { return inner.keys }
                    return [key.schema]
                }, shorthand: shorthand)
        }
    }

    /// The keys of `Self()`.
    static var declaredKeys: [DeclaredKey] {
        KnownSections.keys(of: ObjectIdentifier(Self.self)) { keys(of: Self()) }
    }

    /// Every key's value, defaults too.
    package var json: JSONValue {
        var members: [String: JSONValue] = [:]
        for (_, key) in keys(of: self) {
            if key.isSpread {
                members.merge(key.value.object ?? [:]) { first, _ in first }
            } else {
                members[key.name] = key.value
            }
        }
        return .object(members)
    }

    /// The values that differ from the defaults of `Self()`, by key; sections without any are left out.
    ///
    /// Defaults are left out, so whoever changes a default must raise the version of everything identified by this.
    ///
    /// - Parameter effects: keys that only affect other things are left out.
    package func asked(_ effects: Set<Effect> = [.result, .scoring]) -> JSONValue {
        var members: [String: JSONValue] = [:]
        for ((_, key), (_, plain)) in zip(keys(of: self), Self.declaredKeys) {
            if let section = key.section {
                let inner = section.asked(effects)
                guard inner != .object([:]) else { continue }
                if key.isSpread {
                    members.merge(inner.object ?? [:]) { first, _ in first }
                } else {
                    members[key.name] = inner
                }
            } else if effects.contains(key.effect), key.value != plain.value {
                members[key.name] = key.value
            }
        }
        return .object(members)
    }

    /// The value of the first key of this type.
    func keyValue<Value: KeyValue>(as type: Value.Type = Value.self) -> Value? {
        for (_, key) in keys(of: self) {
            if let key = key as? Key<Value> { return key.wrappedValue }
        }
        return nil
    }
}

typealias DeclaredKey = (property: String, key: any AnyKey)

/// The properties of a section with their keys, in the order of their declaration; keys know their names.
func keys(of section: any Parameters) -> [DeclaredKey] {
    Mirror(reflecting: section).children.map { label, value in
        let property = label.map { String($0.drop { $0 == "_" }) } ?? ""
        guard let key = value as? any AnyKey else {
            preconditionFailure("\(Swift.type(of: section)).\(property) is not declared with @Key")
        }
        return (property, key.named(snakeCase(property)))
    }
}

/// "guidanceScale" → "guidance_scale".
func snakeCase(_ property: String) -> String {
    property.reduce(into: "") { name, letter in
        name += letter.isUppercase ? "_" + letter.lowercased() : String(letter)
    }
}

/// A key of any type, as reflection finds it.
protocol AnyKey: Sendable {
    var name: String { get }
    var isSpread: Bool { get }
    var isRequired: Bool { get }
    var effect: Effect { get }
    var type: ValueType { get }
    var schema: SchemaKey { get }
    var value: JSONValue { get }
    /// The value where it is a section.
    var section: (any Parameters)? { get }
    /// Whether reading it may need the keys before it: its default depends on them, or those of keys inside it may.
    var looksAround: Bool { get }
    func named(_ name: String) -> Self
    /// The key with a written value; nil for another kind of value.
    func written(_ json: JSONValue, _ reading: Reading) -> Self?
    /// The key with its default, given the sections around it, the innermost last; nil if it has no default.
    func filled(_ reading: Reading) -> Self?
}

extension Key: AnyKey {
    var isSpread: Bool { declaration.isSpread }
    var isRequired: Bool { declaration.isRequired }
    var effect: Effect { declaration.effect }
    var type: ValueType { declaration.type }
    var value: JSONValue { wrappedValue.json }
    var section: (any Parameters)? { wrappedValue as? any Parameters }
    var looksAround: Bool { declaration.computed != nil || declaration.presets != nil || type.holdsSections }

    func named(_ name: String) -> Key {
        var key = self
        key.name = name
        return key
    }

    func written(_ json: JSONValue, _ reading: Reading) -> Key? {
        guard let value = Value.read(json, reading) else { return nil }
        var key = self
        (key.wrappedValue, key.isWritten) = (value, true)
        return key
    }

    func filled(_ reading: Reading) -> Key? {
        var key = self
        if let computed = declaration.computed {
            guard let value = computed.value(reading.around) else { return nil }
            key.wrappedValue = value
        } else if let value = declaration.presets?.value(reading.around) {
            key.wrappedValue = value
        } else if Value.self is any NestedSection.Type, let value = Value.read(.object([:]), reading) {
            // The section's own keys may have defaults that depend on keys around it.
            key.wrappedValue = value
        }
        return key
    }

    var schema: SchemaKey {
        SchemaKey(name, type, fallback, declaration.doc, effect: effect, paper: declaration.paper?.json, plain: value)
    }

    private var fallback: Fallback {
        if isRequired { return .required }
        if let computed = declaration.computed { return .computed(computed.doc) }
        if let presets = declaration.presets {
            let others = presets.docs.map { "at `\($0.preset)` `\(type.text(of: $0.value.json))`" }
            return .computed("`\(type.text(of: value))`; " + others.joined(separator: ", "))
        }
        if Value.self is any NestedSection.Type { return .section }
        if value == .null, case .or = type { return .value(.null) }
        return value == .null ? .absent : .value(value)
    }
}

/// A section that exists even if it isn't written; its keys may have defaults that depend on keys around it.
package protocol NestedSection: SelfTyped {}
