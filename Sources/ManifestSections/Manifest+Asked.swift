import ParameterKit

extension Manifest {
    /// The manifest reduced to values that differ from the defaults, in the schema's order. Reading it again gives an
    /// equal manifest, and keys added to the format later don't change it.
    package var askedText: String { askedText(sections: nil) }

    /// The same for some of the sections.
    package func askedText(sections: Set<String>?) -> String {
        let type = ManifestKeys.section
        var members = type.departing(keys.json.object ?? [:])
        if let sections { members = members.filter { sections.contains($0.key) } }
        return type.yaml(members)
    }
}

extension SectionType {
    /// Sections whose computed defaults are written though nobody asked for them: they always were, runs' folders are named
    /// by this text, and exports hold it.
    private static let alwaysWritten: Set = ["cut", "guidance"]

    /// Whether all members are what they are where nothing is written, those whose defaults depend on others too.
    fileprivate func isPlain(_ members: [String: JSONValue]) -> Bool {
        keys.allSatisfy { key in
            guard let value = members[key.name] else { return true }
            if case .section(let inner) = key.type { return inner.isPlain(value.object ?? [:]) }
            return value == key.plain || value == .null
        }
    }

    /// The members that differ from the defaults. A key whose default depends on other keys is included whenever any
    /// member of its section is.
    fileprivate func departing(_ members: [String: JSONValue]) -> [String: JSONValue] {
        var found: [String: JSONValue] = [:]
        for key in keys {
            guard let value = members[key.name] else { continue }
            switch (key.fallback, key.type) {
            case (.section, .section(let inner))
            where inner.isPlain(value.object ?? [:]) && !Self.alwaysWritten.contains(key.name): continue
            case (.section, .section(let inner)):
                let own = inner.departing(value.object ?? [:])
                if !own.isEmpty { found[key.name] = .object(own) }
            case (.value(let plain), _) where plain == value: continue
            case (.absent, _) where value == .null: continue
            case (.required, .section(let inner)): found[key.name] = .object(inner.departing(value.object ?? [:]))
            case (_, .methods(let choices)):
                found[key.name] = .object(
                    (value.object ?? [:]).reduce(into: [:]) { tables, table in
                        var own =
                            choices.method(of: table.key, table.value)?.settings.departing(table.value.object ?? [:])
                            ?? [:]
                        own[MethodChoices.methodKey] = table.value[MethodChoices.methodKey]
                        tables[table.key] = .object(own)
                    })
            default: found[key.name] = value
            }
        }
        return found
    }
}
