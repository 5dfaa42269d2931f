/// HTML put together from literals and escaped text alone: text that comes from outside can't become an element or
/// leave its attribute, whatever it holds.
///
///     let row: Markup = "<li title=\"\(name)\">\(name)</li>"       // name is a String: escaped
///     let list: Markup = "<ul>\(rows)</ul>"                        // rows are Markup: as they are
package struct Markup: Sendable, Equatable, ExpressibleByStringInterpolation {
    package let text: String

    package init(stringLiteral value: String) { text = value }
    package init(stringInterpolation: StringInterpolation) { text = stringInterpolation.text }

    /// Text that this program wrote itself: styles, scripts, encoded pictures.
    init(trusted text: String) { self.text = text }

    package struct StringInterpolation: StringInterpolationProtocol {
        fileprivate var text = ""

        package init(literalCapacity: Int, interpolationCount: Int) { text.reserveCapacity(literalCapacity) }
        package mutating func appendLiteral(_ literal: String) { text += literal }
        package mutating func appendInterpolation(_ value: String) { text += Markup.escaped(value) }
        package mutating func appendInterpolation(_ value: Int) { text += String(value) }
        package mutating func appendInterpolation(_ part: Markup) { text += part.text }
        package mutating func appendInterpolation(_ parts: [Markup]) { for part in parts { text += part.text } }
    }

    /// For element contents and quoted attributes. Control characters, which HTML doesn't allow, become U+FFFD.
    static func escaped(_ text: String) -> String {
        var out = ""
        out.reserveCapacity(text.utf8.count)
        for scalar in text.unicodeScalars {
            switch scalar {
            case "&": out += "&amp;"
            case "<": out += "&lt;"
            case ">": out += "&gt;"
            case "\"": out += "&quot;"
            case "'": out += "&#39;"
            case "\n": out += "&#10;"
            case "\t": out += "&#9;"
            case "\u{0}"..."\u{1F}", "\u{7F}"..."\u{9F}": out += "\u{FFFD}"
            default: out.unicodeScalars.append(scalar)
            }
        }
        return out
    }
}

extension Markup {
    /// Its text where `condition` holds, else nothing.
    static func when(_ condition: Bool, _ part: @autoclosure () -> Markup) -> Markup { condition ? part() : "" }
}
