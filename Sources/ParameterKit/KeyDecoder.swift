/// Passes complete keys to a section's compiler-written `init(from:)`.
struct KeyDecoder: Decoder {
    /// By the property's name.
    let keys: [String: any AnyKey]
    var codingPath: [any CodingKey] { [] }
    var userInfo: [CodingUserInfoKey: Any] { [:] }

    func container<Name: CodingKey>(keyedBy type: Name.Type) throws -> KeyedDecodingContainer<Name> {
        KeyedDecodingContainer(Container<Name>(keys: keys))
    }

    func unkeyedContainer() throws -> any UnkeyedDecodingContainer { throw refused("a list") }
    func singleValueContainer() throws -> any SingleValueDecodingContainer { throw refused("a value") }
}

private func refused(_ what: String) -> DecodingError {
    .dataCorrupted(.init(codingPath: [], debugDescription: "sections hold keys alone, not \(what)"))
}

private struct Container<Name: CodingKey>: KeyedDecodingContainerProtocol {
    let keys: [String: any AnyKey]
    var codingPath: [any CodingKey] { [] }
    var allKeys: [Name] { keys.keys.compactMap(Name.init(stringValue:)) }

    func contains(_ key: Name) -> Bool { keys[key.stringValue] != nil }
    func decodeNil(forKey key: Name) throws -> Bool { false }

    func decode<T: Decodable>(_ type: T.Type, forKey key: Name) throws -> T {
        guard let value = keys[key.stringValue] as? T else { throw refused("\(type) as \(key.stringValue)") }
        return value
    }

    func nestedContainer<Inner: CodingKey>(keyedBy type: Inner.Type, forKey key: Name) throws
        -> KeyedDecodingContainer<Inner>
    {
        throw refused("a section")
    }
    func nestedUnkeyedContainer(forKey key: Name) throws -> any UnkeyedDecodingContainer { throw refused("a list") }
    func superDecoder() throws -> any Decoder { throw refused("a decoder") }
    func superDecoder(forKey key: Name) throws -> any Decoder { throw refused("a decoder") }
}
