package import ParameterKit

/// A page of section 1 in the macros of man(7), from what the argument parser tells of itself.
package struct ManualPage {
    package let text: String

    /// - Parameter help: the parser's description in JSON.
    package init(_ help: JSONValue, version: String) {
        let tool = help["command"] ?? .null
        let name = tool["commandName"]?.string ?? ""
        var lines = [
            ".TH \(Self.escaped(name.uppercased())) 1 \"\" \"\(name) \(version)\"", ".SH NAME",
            "\(name) \\- \(Self.escaped(tool["abstract"]?.string ?? ""))", ".SH SYNOPSIS", ".B \(name)",
            ".I command", "[options]", ".SH DESCRIPTION",
        ]
        lines += Self.prose(tool["discussion"]?.string)
        lines.append(".SH COMMANDS")
        for command in tool["subcommands"]?.array ?? [] where command["shouldDisplay"]?.bool ?? true {
            guard let own = command["commandName"]?.string, own != "help" else { continue }
            let arguments = (command["arguments"]?.array ?? []).filter { $0["shouldDisplay"]?.bool ?? true }
            let positional = arguments.filter { $0["kind"]?.string == "positional" }.map(Self.name)
            lines += [".SS \(name) \(([own] + positional).map(Self.escaped).joined(separator: " "))"]
            lines += Self.prose(command["abstract"]?.string) + [".PP"] + Self.prose(command["discussion"]?.string)
            for argument in arguments {
                lines += [".TP", ".B \(Self.escaped(Self.name(argument)))"] + Self.prose(Self.explanation(argument))
            }
        }
        text = lines.filter { !$0.isEmpty }.joined(separator: "\n")
    }

    /// As it is written on a command line: `-f, --force <stage>`, `<manifest>`.
    private static func name(_ argument: JSONValue) -> String {
        let value = argument["valueName"]?.string ?? ""
        let names = (argument["names"]?.array ?? []).map { name in
            (name["kind"]?.string == "long" ? "--" : "-") + (name["name"]?.string ?? "")
        }
        switch argument["kind"]?.string {
        case "positional": return "<\(value)>" + (argument["isRepeating"]?.bool == true ? " ..." : "")
        case "option": return names.joined(separator: ", ") + " <\(value)>"
        default: return names.joined(separator: ", ")
        }
    }

    private static func explanation(_ argument: JSONValue) -> String {
        let text = argument["abstract"]?.string ?? ""
        guard let usual = argument["defaultValue"]?.string, !usual.isEmpty else {
            return text.isEmpty ? "\u{2014}" : text
        }
        return "\(text) (default: \(usual))"
    }

    /// Paragraphs are filled; indented lines, which are examples, stay as they are.
    private static func prose(_ text: String?) -> [String] {
        var lines: [String] = []
        var isExample = false
        for line in (text ?? "").split(separator: "\n", omittingEmptySubsequences: false) {
            if line.hasPrefix("  ") != isExample {
                isExample.toggle()
                lines.append(isExample ? ".nf" : ".fi")
            }
            lines.append(line.isEmpty ? ".PP" : escaped(String(line)))
        }
        return lines + (isExample ? [".fi"] : [])
    }

    /// A backslash, a dash, and what would be a request at a line's beginning.
    private static func escaped(_ text: String) -> String {
        let plain = text.map { character in
            switch character {
            case "\\": "\\e"
            case "-": "\\-"
            default: String(character)
            }
        }.joined()
        return plain.hasPrefix(".") || plain.hasPrefix("'") ? "\\&\(plain)" : plain
    }
}
