import ParameterKit
import FileSigns
import Foundation

/// A configuration file of a model folder in diffusers' layout, read key by key: a key that is absent takes diffusers'
/// own default, a key of the wrong type or range is an error that names file and key.
struct ConfigurationFile: Sendable {
    /// The file's name in messages: its path.
    let name: String
    private(set) var values: [String: JSONValue]

    init(name: String, values: [String: JSONValue]) {
        self.name = name
        self.values = values
    }

    /// - Throws: `DiffusionModelError` when the file is missing (`missing`) or not a JSON object (`unusable`).
    init(contentsOf url: URL) throws(DiffusionModelError) {
        name = url.path
        guard let data = FileManager.default.contents(atPath: url.path) else {
            throw DiffusionModelError(
                .missing, "\(url.path): no such file; a model folder in diffusers' layout has one")
        }
        if let standIn = StandIn(data) { throw DiffusionModelError(.unusable, "\(url.path): \(standIn.sentence)") }
        do {
            values = try JSONDecoder().decode([String: JSONValue].self, from: data)
        } catch {
            throw DiffusionModelError(.unusable, "\(url.path): not a JSON object (\(error.localizedDescription))")
        }
    }

    func problem(_ key: String, _ text: String) -> DiffusionModelError {
        DiffusionModelError(.unusable, "\(name): key \"\(key)\" \(text)")
    }

    /// The value of a key; nil when the key is absent or null.
    func value(_ key: String) -> JSONValue? {
        guard let value = values[key], value != .null else { return nil }
        return value
    }

    // MARK: - One value

    func integer(_ key: String, default fallback: Int? = nil, in range: ClosedRange<Int>) throws(DiffusionModelError)
        -> Int
    {
        try integer(try required(key, fallback.map { .int($0) }), key, in: range)
    }

    func number(_ key: String, default fallback: Double) throws(DiffusionModelError) -> Double {
        switch try required(key, .double(fallback)) {
        case .double(let value) where value.isFinite: return value
        case .int(let value): return Double(value)
        case let other: throw problem(key, "should be a number, it is \(other)")
        }
    }

    func flag(_ key: String, default fallback: Bool) throws(DiffusionModelError) -> Bool {
        guard case .bool(let value) = try required(key, .bool(fallback)) else {
            throw problem(key, "should be true or false")
        }
        return value
    }

    func text(_ key: String, default fallback: String) throws(DiffusionModelError) -> String {
        guard case .string(let value) = try required(key, .string(fallback)) else {
            throw problem(key, "should be a text")
        }
        return value
    }

    // MARK: - One value per level

    func texts(_ key: String, default fallback: [String]) throws(DiffusionModelError) -> [String] {
        guard case .array(let values) = try required(key, .array(fallback.map { .string($0) })) else {
            throw problem(key, "should be a list of texts")
        }
        var texts: [String] = []
        for value in values {
            guard case .string(let text) = value else {
                throw problem(key, "should be a list of texts, it holds \(value)")
            }
            texts.append(text)
        }
        return texts
    }

    func integers(_ key: String, default fallback: [Int], in range: ClosedRange<Int>) throws(DiffusionModelError)
        -> [Int]
    {
        guard case .array(let values) = try required(key, .array(fallback.map { .int($0) })) else {
            throw problem(key, "should be a list of integers")
        }
        var integers: [Int] = []
        for value in values { integers.append(try integer(value, key, in: range)) }
        return integers
    }

    /// A key that is one integer for all levels, or a list with one for each of `count` levels.
    func integers(_ key: String, default fallback: Int, count: Int, in range: ClosedRange<Int>)
        throws(DiffusionModelError) -> [Int]
    {
        guard case .array = value(key) else {
            return Array(repeating: try integer(key, default: fallback, in: range), count: count)
        }
        let integers = try integers(key, default: [], in: range)
        guard integers.count == count else {
            throw problem(key, "has \(integers.count) values for \(count) levels")
        }
        return integers
    }

    /// A side in pixels: one integer, or two that are equal.
    func side(_ key: String, default fallback: Int? = nil, in range: ClosedRange<Int>) throws(DiffusionModelError)
        -> Int
    {
        guard case .array = value(key) else { return try integer(key, default: fallback, in: range) }
        let sides = try integers(key, default: [], in: range)
        guard let side = sides.first, sides.count == 2, sides.last == side else {
            throw problem(key, "is not square (\(sides)); only square models are supported")
        }
        return side
    }

    // MARK: - What is not supported

    /// Refuses the keys that have another value than those given here; one error names them all.
    func refuse(otherThan supported: [String: [JSONValue]]) throws(DiffusionModelError) {
        let problems = supported.keys.sorted().compactMap { key -> String? in
            guard let value = value(key), let accepted = supported[key], !accepted.contains(value) else { return nil }
            let shown = accepted.map(\.description).joined(separator: " or ")
            return "key \"\(key)\" is \(value), supported is \(shown)"
        }
        guard problems.isEmpty else {
            throw DiffusionModelError(
                .unusable, "\(name): not Stable Diffusion 1.5's architecture: \(problems.joined(separator: "; "))")
        }
    }

    // MARK: -

    private func required(_ key: String, _ fallback: JSONValue?) throws(DiffusionModelError)
        -> JSONValue
    {
        guard let value = value(key) ?? fallback else { throw problem(key, "is missing") }
        return value
    }

    private func integer(_ value: JSONValue, _ key: String, in range: ClosedRange<Int>)
        throws(DiffusionModelError) -> Int
    {
        guard case .int(let integer) = value else { throw problem(key, "should be an integer, it is \(value)") }
        guard range.contains(integer) else {
            throw problem(key, "is \(integer), outside \(range.lowerBound)...\(range.upperBound)")
        }
        return integer
    }
}
