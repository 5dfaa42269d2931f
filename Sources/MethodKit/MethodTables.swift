package import ParameterKit

/// The methods of one kind that manifests can name.
package protocol MethodRegistry: Sendable {
    /// What messages call one of them: "generator".
    static var noun: String { get }
    /// In the order of documents and reports.
    static var methods: [any Method.Type] { get }
    /// Whether a table may have a name of its own, so that two tables can have the same method.
    static var takesOwnNames: Bool { get }
}

/// A table of settings for each method of a registry, as keys of the section around it. Only the chosen method's table
/// is used; the others are checked as well.
package struct MethodTables<Registry: MethodRegistry>: NestedSection {
    /// By the method's name; every method has one.
    private var tables: [String: any Parameters]

    package init() {
        tables = Dictionary(uniqueKeysWithValues: Registry.methods.map { ($0.name, $0.plainSettings) })
    }

    /// The method of this name with its settings.
    package func method(_ name: String) -> (any Method)? {
        guard let type = Registry.methods.named(name), let settings = tables[name] else { return nil }
        return type.make(settings)
    }

    /// The settings of one method.
    package subscript<M: Method>(type: M.Type) -> M.Settings {
        get { tables[M.name] as? M.Settings ?? M.Settings() }
        set { tables[M.name] = newValue }
    }

    package static func == (left: Self, right: Self) -> Bool { left.json == right.json }
    package var json: JSONValue { .object(tables.mapValues { $0.json }) }

    package static var valueType: ValueType {
        .section(SectionType(keys: Registry.methods.map { $0.tableSchema }))
    }

    package static func read(_ json: JSONValue, _ reading: Reading) -> Self? {
        guard let written = json.object else { return nil }
        var read = Self()
        for type in Registry.methods {
            let place = reading.inside("." + type.name)
            if let settings = type.readSettings(written[type.name] ?? .object([:]), place) {
                read.tables[type.name] = settings
            }
        }
        return read
    }
}

/// Methods by names that a user chooses: the method's own, or another with a key `method`.
package struct NamedMethods<Registry: MethodRegistry>: KeyValue, SelfTyped {
    /// One of them.
    package struct Entry: Sendable {
        /// In the manifest.
        package let name: String
        package let method: any Method
    }

    private var tables: [String: (type: any Method.Type, settings: any Parameters)] = [:]

    package init() {}

    /// These methods at their defaults, each under its own name.
    package init(_ types: [any Method.Type]) {
        for type in types { tables[type.name] = (type, type.plainSettings) }
    }

    package var isEmpty: Bool { tables.isEmpty }

    /// In the registry's order, then by name.
    package var entries: [Entry] {
        Registry.methods.flatMap { type in
            tables.filter { $0.value.type.name == type.name }.sorted { $0.key < $1.key }.compactMap { name, table in
                table.type.make(table.settings).map { Entry(name: name, method: $0) }
            }
        }
    }

    package static func == (left: Self, right: Self) -> Bool { left.json == right.json }

    package var json: JSONValue {
        .object(
            Dictionary(
                uniqueKeysWithValues: tables.map { name, table in
                    var members = table.settings.json.object ?? [:]
                    if name != table.type.name { members[MethodChoices.methodKey] = .string(table.type.name) }
                    return (name, .object(members))
                }))
    }

    package static var choices: MethodChoices {
        MethodChoices(
            noun: Registry.noun,
            methods: Registry.methods.map { .init(name: $0.name, doc: $0.doc, settings: $0.settingsSchema) },
            takesOwnNames: Registry.takesOwnNames)
    }
    package static var valueType: ValueType { .methods(choices) }

    package static func read(_ json: JSONValue, _ reading: Reading) -> Self? {
        guard let written = json.object else { return nil }
        var read = Self()
        for (name, table) in written {
            var members = table.object ?? [:]
            let own = Registry.takesOwnNames ? members.removeValue(forKey: MethodChoices.methodKey)?.string : nil
            guard let type = Registry.methods.named(own ?? name) else { return nil }
            guard let settings = type.readSettings(.object(members), reading.inside("." + name)) else { return nil }
            read.tables[name] = (type, settings)
        }
        return read
    }
}

extension MethodRegistry {
    package static var takesOwnNames: Bool { true }
}

extension Method {
    fileprivate static var plainSettings: any Parameters { Settings() }
    fileprivate static var settingsSchema: SectionType { Settings.section }
    fileprivate static var tableSchema: SchemaKey {
        SchemaKey(name, .section(Settings.section), .section, "Settings of `\(name)`: \(doc).")
    }
    fileprivate static func make(_ settings: any Parameters) -> (any Method)? {
        (settings as? Settings).map { Self($0) }
    }
    fileprivate static func readSettings(_ json: JSONValue, _ reading: Reading) -> (any Parameters)? {
        Settings.read(json, reading)
    }
}
