/// The type of a key's property: a value that can be converted to JSON and back.
package protocol KeyValue: Sendable, Equatable {
    /// The value that `json` represents; nil for another kind of value.
    ///
    /// All other errors are reported to `reading`.
    static func read(_ json: JSONValue, _ reading: Reading) -> Self?
    /// The complete value, including defaults. Equal values have equal JSON.
    var json: JSONValue { get }
}

/// A value whose type determines what is accepted, so that a key needs no rule.
package protocol SelfTyped: KeyValue {
    static var valueType: ValueType { get }
}

/// A choice of words: an enum whose cases describe themselves.
package protocol KeyChoice: SelfTyped, RawRepresentable<String>, CaseIterable, Hashable {
    /// A phrase for the documentation.
    var doc: String { get }
}

extension KeyChoice {
    package static var valueType: ValueType { .choice(allCases.map { Choice($0.rawValue, $0.doc) }) }
    package static func read(_ json: JSONValue, _ reading: Reading) -> Self? {
        json.string.flatMap(Self.init(rawValue:))
    }
    package var json: JSONValue { .string(rawValue) }
}

extension Bool: SelfTyped {
    package static var valueType: ValueType { .boolean }
    package static func read(_ json: JSONValue, _ reading: Reading) -> Bool? { json.bool }
    package var json: JSONValue { .bool(self) }
}

extension Int: KeyValue {
    package static func read(_ json: JSONValue, _ reading: Reading) -> Int? { json.int }
    package var json: JSONValue { .int(self) }
}

extension Double: KeyValue {
    package static func read(_ json: JSONValue, _ reading: Reading) -> Double? { json.number }
    package var json: JSONValue { .double(self) }
}

extension String: KeyValue {
    package static func read(_ json: JSONValue, _ reading: Reading) -> String? { json.string }
    package var json: JSONValue { .string(self) }
}

extension DecimalNumber: KeyValue {
    /// Numbers of at most fifteen digits, which survive conversion to a Double and back.
    package static func read(_ json: JSONValue, _ reading: Reading) -> DecimalNumber? {
        json.number.flatMap { DecimalNumber("\($0)") }
    }
    package var json: JSONValue { .double(value) }
}

/// A path in a manifest, as written and as an absolute path.
package struct ManifestPath: KeyValue, Hashable {
    package var written: String
    /// Relative paths are relative to the folder of the file that names them.
    package var absolute: String

    package init(written: String, absolute: String) { (self.written, self.absolute) = (written, absolute) }

    package static func read(_ json: JSONValue, _ reading: Reading) -> ManifestPath? {
        // `..` is left to the system: after a symbolic link it leads elsewhere than the text suggests.
        json.string.map { written in
            let path = EnvironmentNames.expanded(written)
            return ManifestPath(written: written, absolute: path.hasPrefix("/") ? path : reading.directory + "/" + path)
        }
    }
    package var json: JSONValue { .string(written) }
}

extension Optional: KeyValue where Wrapped: KeyValue {
    package static func read(_ json: JSONValue, _ reading: Reading) -> Wrapped?? {
        json == .null ? .some(nil) : Wrapped.read(json, reading).map { .some($0) }
    }
    package var json: JSONValue { self?.json ?? .null }
}

extension Array: KeyValue where Element: KeyValue {
    package static func read(_ json: JSONValue, _ reading: Reading) -> [Element]? {
        guard let elements = json.array else { return nil }
        let values = elements.enumerated().map { Element.read($1, reading.inside("[\($0)]")) }
        return values.contains { $0 == nil } ? nil : values.compactMap { $0 }
    }
    package var json: JSONValue { .array(map(\.json)) }
}

extension Dictionary: KeyValue where Key == String, Value: KeyValue {
    package static func read(_ json: JSONValue, _ reading: Reading) -> [String: Value]? {
        guard let members = json.object else { return nil }
        let values = members.compactMap { name, json in Value.read(json, reading.inside("." + name)).map { (name, $0) }
        }
        return values.count == members.count ? [String: Value](values) { first, _ in first } : nil
    }
    package var json: JSONValue { .object(mapValues(\.json)) }
}

/// A table whose order counts; as JSON a list of pairs.
package struct OrderedTable<Value: KeyValue>: KeyValue {
    package struct Entry: Sendable, Equatable {
        package var name: String
        package var value: Value
    }
    package var entries: [Entry]

    package init(_ entries: [Entry] = []) { self.entries = entries }

    package static func read(_ json: JSONValue, _ reading: Reading) -> OrderedTable? {
        guard let pairs = json.array else { return nil }
        let entries = pairs.compactMap { pair -> Entry? in
            guard let parts = pair.array, parts.count == 2, let name = parts[0].string else { return nil }
            return Value.read(parts[1], reading.inside("." + name)).map { Entry(name: name, value: $0) }
        }
        return entries.count == pairs.count ? OrderedTable(entries) : nil
    }
    package var json: JSONValue { .array(entries.map { .array([.string($0.name), $0.value.json]) }) }
}
