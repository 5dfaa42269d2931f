// From JSON to a section: written values, then presets and computed defaults, each seeing the keys before it.

extension Parameters {
    /// Reads a whole section, e.g. a message's parameters.
    ///
    /// - Parameter json: an object; keys that are not there have their defaults.
    /// - Throws: `ParameterError` with everything that is wrong: unknown keys, values of another type or out of range,
    ///   broken rules.
    package init(json: JSONValue, directory: String = "") throws(ParameterError) {
        let reading = Reading(directory: directory)
        let value = Self.read(json, reading)
        guard let value, reading.issues.all.isEmpty else {
            let issues = reading.issues.all
            throw ParameterError(
                issues: issues.isEmpty ? [ParameterIssue(path: "", message: "expected an object of settings")] : issues)
        }
        self = value
    }

    /// Checks settings that were set by hand: ranges, and rules between keys.
    package func validate() throws(ParameterError) { _ = try Self(json: json) }

    package static func read(_ json: JSONValue, _ reading: Reading) -> Self? {
        guard let written = expanded(json) else { return nil }
        let declared = declaredKeys
        refuseUnknown(written, declared.map(\.key), reading)
        var found: [String: any AnyKey] = [:]
        for (property, key) in declared {
            let around = key.looksAround ? reading.inside(assembled(found, over: declared)) : reading
            found[property] = value(of: key, in: written, around)
        }
        let section = assembled(found, over: declared)
        if reading.issues.isSound(reading.path) {
            var issues = Issues(log: reading.issues, path: reading.path, written: paths(of: written, below: ""))
            section.check(&issues)
        }
        return section
    }

    /// An object of keys; a single value stands for the shorthand's keys.
    private static func expanded(_ json: JSONValue) -> [String: JSONValue]? {
        if let members = json.object { return members }
        guard !shorthand.isEmpty else { return nil }
        return Dictionary(uniqueKeysWithValues: shorthand.map { ($0, json) })
    }

    private static func value(of key: any AnyKey, in written: [String: JSONValue], _ around: Reading) -> any AnyKey {
        if key.isSpread {
            let names = Set(spreadNames(key))
            return key.written(.object(written.filter { names.contains($0.key) }), around) ?? key
        }
        let place = around.inside("." + key.name)
        if let json = written[key.name] {
            if place.issues.isSpoiled(place.path) { return key }
            // JSON's null means no value; only optional keys accept it.
            if json == .null || key.type.accepts(json), let read = key.written(json, place) { return read }
            if place.issues.isSound(place.path) {
                place.issues.add("\(place.path): expected \(key.type.expected)", at: place.path)
            }
            place.issues.spoil(place.path)
            return key
        }
        if place.issues.isSpoiled(place.path) { return key }
        if !key.isRequired, let filled = key.filled(place) { return filled }
        place.issues.add("\(place.path) is missing: \(key.schema.doc)", at: place.path)
        place.issues.spoil(place.path)
        return key
    }

    private static func refuseUnknown(_ written: [String: JSONValue], _ declared: [any AnyKey], _ reading: Reading) {
        let known = Set(declared.flatMap { $0.isSpread ? spreadNames($0) : [$0.name] })
        for name in written.keys.sorted() where !known.contains(name) {
            let place = reading.inside("." + name).path
            reading.issues.add("\(place): there is no such setting", at: place)
        }
    }

    private static func spreadNames(_ key: any AnyKey) -> [String] {
        if case .section(let inner) = key.type { inner.keys.map(\.name) } else { [] }
    }

    /// The section with these keys, and its own for the others.
    private static func assembled(_ found: [String: any AnyKey], over declared: [DeclaredKey]) -> Self {
        var all = Dictionary(uniqueKeysWithValues: declared.map { ($0.property, $0.key) })
        all.merge(found) { _, own in own }
        do {
            return try Self(from: KeyDecoder(keys: all))
        } catch {
            // The keys were taken from this very type.
            preconditionFailure("\(Self.self): \(error)")
        }
    }

    private static func paths(of written: [String: JSONValue], below prefix: String) -> Set<String> {
        written.reduce(into: []) { paths, member in
            paths.insert(prefix + member.key)
            if let inner = member.value.object {
                paths.formUnion(self.paths(of: inner, below: prefix + member.key + "."))
            }
        }
    }
}
