internal import Glibc

/// `~` and `$NAME` in paths, as a shell reads them.
package enum EnvironmentNames {
    /// The home folder in place of a leading `~`, and the environment's values in place of `$NAME` and `${NAME}`. Names
    /// that aren't set stay as they are.
    package static func expanded(_ path: String) -> String {
        var text = Substring(path), expanded = ""
        if text.first == "~", text.dropFirst().first.map({ $0 == "/" }) ?? true, let home = value("HOME") {
            expanded = home
            text = text.dropFirst()
        }
        while let start = text.firstIndex(of: "$") {
            expanded += text[..<start]
            text = text[start...]
            if let (name, rest) = name(in: text), let value = value(String(name)) {
                expanded += value
                text = rest
            } else {
                expanded += "$"
                text = text.dropFirst()
            }
        }
        return expanded + text
    }

    /// Names that a path uses and that aren't set, each once.
    package static func unset(in path: String) -> [String] {
        var text = Substring(path)
        var names: [String] = []
        while let start = text.firstIndex(of: "$") {
            text = text[start...]
            guard let (name, rest) = name(in: text) else {
                text = text.dropFirst()
                continue
            }
            if value(String(name)) == nil, !names.contains(String(name)) { names.append(String(name)) }
            text = rest
        }
        return names
    }

    /// The name behind a dollar sign, and what follows it; nil for a dollar sign that stands for itself.
    private static func name(in text: Substring) -> (name: Substring, rest: Substring)? {
        let body = text.dropFirst(), isBraced = body.first == "{"
        let inside = isBraced ? body.dropFirst() : body
        let name = inside.prefix { $0 == "_" || ($0.isASCII && ($0.isLetter || $0.isNumber)) }
        guard let first = name.first, !first.isNumber else { return nil }
        let rest = inside[name.endIndex...]
        guard isBraced else { return (name, rest) }
        return rest.first == "}" ? (name, rest.dropFirst()) : nil
    }

    private static func value(_ name: String) -> String? {
        getenv(name).map { String(cString: $0) }.flatMap { $0.isEmpty ? nil : $0 }
    }
}
