package import ParameterKit

extension JSONValue {
    /// The object with one member set, at a dotted path.
    package func setting(_ path: String, to value: JSONValue) -> JSONValue {
        guard case .object(var members) = self else { return self }
        let parts = path.split(separator: ".", maxSplits: 1).map(String.init)
        members[parts[0]] = parts.count == 1 ? value : (members[parts[0]] ?? .object([:])).setting(parts[1], to: value)
        return .object(members)
    }
}
