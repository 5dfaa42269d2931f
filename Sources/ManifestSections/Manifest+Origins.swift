import Foundation
package import ManifestKit
package import ParameterKit

/// Where a value of a manifest comes from.
package enum ValueOrigin: Sendable, Equatable, CustomStringConvertible {
    /// Nobody wrote it, and nothing else decides it.
    case byDefault
    /// Nobody wrote it: the preset of this name has it so.
    case preset(String)
    /// Nobody wrote it: it follows from other keys.
    case derived
    case line(Int)
    /// An option of the command line.
    case option

    package var description: String {
        switch self {
        case .byDefault: "default"
        case .preset(let name): "preset \(name)"
        case .derived: "from other keys"
        case .line(let number): "line \(number)"
        case .option: "--set"
        }
    }
}

/// A manifest that knows where each of its values comes from: what `flawsmith config` prints.
package struct ExplainedManifest: Sendable {
    package let manifest: Manifest
    private let document: ReadDocument<ManifestKeys>

    /// - Throws: `ManifestError`, as `Manifest.load`.
    package init(path: String, overrides: [String] = []) throws(ManifestError) {
        try self.init(
            try DocumentReader.bytes(path: path), file: path,
            directory: URL(fileURLWithPath: path).deletingLastPathComponent().path, overrides: overrides)
    }

    package init(_ text: [UInt8], file: String, directory: String, overrides: [String] = []) throws(ManifestError) {
        document = try Manifest.read(
            text, file: file, directory: directory, overrides: overrides.map { Override($0) })
        manifest = Manifest(keys: document.root)
    }

    /// Of the value at a key path; a list is one value.
    package func origin(of path: String) -> ValueOrigin {
        switch document.written(path) {
        case .file(let line, _): return .line(line)
        case .option: return .option
        case nil: break
        }
        let steps = path.split(separator: ".").map(String.init), json = manifest.keys.json
        guard let key = ManifestKeys.section.key(at: steps[...], in: json) else { return .byDefault }
        let value = json.value(at: steps[...])
        if value == key.plain { return .byDefault }
        for length in stride(from: steps.count - 1, through: 1, by: -1) {
            let around = json.value(at: steps[..<length])
            if let preset = around?["preset"]?.string, steps[length] != "preset" { return .preset(preset) }
        }
        return .derived
    }

    /// Every key path that holds a value, in the schema's order.
    package var paths: [String] {
        var found: [String] = []
        _ = ManifestKeys.section.yaml(manifest.keys.json.object ?? [:]) { path in
            found.append(path)
            return nil
        }
        return found
    }

    /// The resolved manifest, which can be run as it is, with each value's origin behind it.
    package var text: String {
        let lines = ManifestKeys.section.yaml(manifest.keys.json.object ?? [:]) {
            Self.mark + origin(of: $0).description
        }.split(separator: "\n", omittingEmptySubsequences: false).map { line -> (key: Substring, note: Substring?) in
            guard let mark = line.range(of: "  # " + Self.mark) else { return (line, nil) }
            return (line[..<mark.lowerBound], line[mark.upperBound...])
        }
        // Comments stand below one another where lines are not too long for it.
        let width = min(Self.column, lines.filter { $0.note != nil }.map(\.key.count).max() ?? 0)
        return lines.map { key, note in
            guard let note else { return String(key) }
            return key + String(repeating: " ", count: max(0, width - key.count)) + "  # " + note
        }.joined(separator: "\n")
    }

    private static let column = 56
    /// Stands in no text of a manifest.
    private static let mark = "\u{1}"

    /// `{"generation.cut.steps": {"value": 60, "origin": "line", "line": 17}}`
    package var json: JSONValue {
        let json = manifest.keys.json
        return .object(
            Dictionary(
                paths.map { path in
                    var entry: [String: JSONValue] = [
                        "value": json.value(at: path.split(separator: ".").map(String.init)[...]) ?? .null
                    ]
                    switch origin(of: path) {
                    case .byDefault: entry["origin"] = "default"
                    case .preset(let name): (entry["origin"], entry["preset"]) = ("preset", .string(name))
                    case .derived: entry["origin"] = "derived"
                    case .line(let number): (entry["origin"], entry["line"]) = ("line", .int(number))
                    case .option: entry["origin"] = "option"
                    }
                    return (path, .object(entry))
                }, uniquingKeysWith: { first, _ in first }))
    }
}

extension JSONValue {
    /// The value below these keys. A key may hold a point itself, as categories do.
    fileprivate func value(at steps: ArraySlice<String>) -> JSONValue? {
        guard let first = steps.first else { return self }
        var name = first
        for length in 1...steps.count {
            if length > 1 { name += "." + steps[steps.startIndex + length - 1] }
            if let value = self[name]?.value(at: steps.dropFirst(length)) { return value }
        }
        // A mapping whose order counts is a list of pairs.
        let pair = array?.first { $0.array?.first?.string == first }
        return pair?.array?.last?.value(at: steps.dropFirst())
    }
}

extension SectionType {
    /// The key at a path; nil where a name that users choose is on the way.
    fileprivate func key(at steps: ArraySlice<String>, in json: JSONValue) -> SchemaKey? {
        guard let first = steps.first, let key = key(first) else { return nil }
        let rest = steps.dropFirst(), inside = json[first] ?? .null
        if rest.isEmpty { return key }
        var type = key.type
        if case .or(_, let inner) = type { type = inner }
        switch type {
        case .section(let section): return section.key(at: rest, in: inside)
        case .methods(let choices):
            guard let name = rest.first, let table = inside[name] else { return nil }
            return choices.section(of: name, table).key(at: rest.dropFirst(), in: table)
        default: return nil
        }
    }
}
