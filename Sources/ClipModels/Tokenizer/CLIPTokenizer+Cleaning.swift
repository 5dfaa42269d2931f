import Foundation

extension CLIPTokenizer {
    /// The cleaned text, ready to be split into words.
    func cleaned(_ text: String) -> String {
        switch cleaning {
        case .openCLIP:
            // ftfy resolves references unless the text looks like markup; open_clip then resolves them twice more.
            var text = text.contains("<") ? text : HTMLCharacterReferences.unescape(text)
            text = Self.plain(text).precomposedStringWithCanonicalMapping
            text = HTMLCharacterReferences.unescape(HTMLCharacterReferences.unescape(text))
            return Self.collapsed(text).lowercased()
        case .huggingFace:
            return Self.collapsed(text.precomposedStringWithCanonicalMapping).lowercased()
        }
    }

    /// Runs of white space become one space; none is left at either end.
    private static func collapsed(_ text: String) -> String {
        text.unicodeScalars.split { $0.properties.isWhitespace }.map { String($0) }.joined(separator: " ")
    }

    /// Straight quotes, no control characters. *Source*: ftfy's `uncurl_quotes` and `remove_control_chars`.
    private static func plain(_ text: String) -> String {
        var result = String.UnicodeScalarView()
        for scalar in text.unicodeScalars {
            switch scalar {
            case "\u{02BC}", "\u{2018}"..."\u{201B}": result.append("'")
            case "\u{201C}"..."\u{201F}": result.append("\"")
            case "\0"..."\u{8}", "\u{B}", "\u{E}"..."\u{1F}", "\u{7F}", "\u{206A}"..."\u{206F}", "\u{FEFF}",
                "\u{FFF9}"..."\u{FFFC}":
                continue
            default: result.append(scalar)
            }
        }
        return String(result)
    }
}
