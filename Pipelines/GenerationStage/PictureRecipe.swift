package import ParameterKit

/// What a unit's record says of how its picture came about, for people.
package struct PictureRecipe: Sendable {
    private let record: JSONValue

    package init(_ record: JSONValue) { self.record = record }

    /// Name and value, the most telling first; what the record doesn't hold is left out.
    package var lines: [(name: String, text: String)] {
        let method = record["method"], composite = record["label"]?["composite"] ?? record["composite"]
        let settings = method?["parameters"]?.object ?? [:]
        let made: [(String, JSONValue?)] = [
            ("prompt", record["prompt"]), ("words", record["words"]), ("anomaly", record["anomaly"]),
            ("category", record["category"]), ("seed", record["seed"]), ("index", record["index"]),
            ("try", record["try"]),
            ("method", method?["method"]), ("version", method?["version"]),
            ("source", record["source"]?["id"] ?? record["source"]?["file"]),
            ("source SHA-256", record["source"]?["sha256"]), ("mask SHA-256", record["mask"]),
            ("window (x, y, width, height)", record["window"]),
            ("outside the label", composite.map { _ in "the photo's own pixels" }),
            ("label from", record["label"]?["source"] ?? record["annotation"]?["source"]),
            ("threshold", record["label"]?["threshold"] ?? record["annotation"]?["threshold"]),
        ]
        let models = (record["models"]?.object ?? [:]).sorted { $0.key < $1.key }.map { ("model \($0.key)", $0.value) }
        let numbers = settings.sorted { $0.key < $1.key }.map { ("  \($0.key)", $0.value) }
        let provenance = (record["provenance"]?.object ?? [:]).sorted { $0.key < $1.key }.map {
            ("made on: \($0.key)", $0.value)
        }
        return (made.compactMap { name, value in value.map { (name, $0) } } + models + numbers + provenance)
            .filter { $0.1 != .null }
            .map { ($0.0, Self.text($0.1)) }
    }

    private static func text(_ value: JSONValue) -> String {
        if let text = value.string { return text }
        if let items = value.array { return items.map(text).joined(separator: ", ") }
        return value.canonicalText
    }
}
