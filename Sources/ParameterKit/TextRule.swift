/// Which texts a key takes.
package struct TextRule: Sendable {
    /// For "expected ..." and for the documentation.
    package let expected: String
    /// The same as a regular expression (ECMA 262), for editors.
    package let pattern: String
    package let accepts: @Sendable (String) -> Bool

    package init(expected: String, pattern: String, accepts: @escaping @Sendable (String) -> Bool) {
        (self.expected, self.pattern, self.accepts) = (expected, pattern, accepts)
    }

    /// Names that become file names.
    package static let name = TextRule(
        expected: "a name of at most 64 letters, digits, `.`, `_` and `-` that begins with a letter or digit",
        pattern: "^[A-Za-z0-9][A-Za-z0-9._-]{0,63}$"
    ) {
        $0.utf8.count <= 64 && $0.utf8.first.map(isAlphanumeric) == true
            && $0.utf8.allSatisfy { isAlphanumeric($0) || "._-".utf8.contains($0) }
    }

    /// Names of defect folders in exports; `good` is the normals' own. No dots, because some readers of data sets can't
    /// handle them.
    package static let anomalyName = TextRule(
        expected: "a name of at most 64 letters, digits, `_` and `-`, and not `good`",
        pattern: "^(?!good$)[A-Za-z0-9_-]{1,64}$"
    ) {
        $0 != "good" && (1...64).contains($0.utf8.count)
            && $0.utf8.allSatisfy { isAlphanumeric($0) || "_-".utf8.contains($0) }
    }

    /// Categories' names as data sets have them: a folder's name.
    package static let category = TextRule(
        expected: "a category's name (its folder's name: no `/`, no leading dot, at most 64 characters)",
        pattern: "^[^./][^/]{0,63}$"
    ) { $0.first != "." && !$0.contains("/") && isLine($0, most: 64) }

    /// Words and prompts: one line of text. CLIP reads at most 77 tokens, which are fewer than 1000 characters.
    package static let line = TextRule(expected: "one line of text, at most 1000 characters", pattern: "^.*\\S.*$") {
        isLine($0, most: 1000)
    }

    /// What a path may be: one line, as long as Linux allows (PATH_MAX 4096, with its final zero).
    package static let path = TextRule(expected: "a path", pattern: "^.*\\S.*$") {
        $0.utf8.count < 4096 && isLine($0, most: 4095)
    }

    private static func isAlphanumeric(_ byte: UInt8) -> Bool {
        (0x30...0x39).contains(byte) || (0x41...0x5A).contains(byte) || (0x61...0x7A).contains(byte)
    }

    package static func isLine(_ text: String, most: Int) -> Bool {
        let scalars = text.unicodeScalars
        return scalars.count <= most && scalars.contains { !$0.properties.isWhitespace }
            && scalars.allSatisfy {
                !["\u{2028}", "\u{2029}"].contains($0) && $0.properties.generalCategory != .control
            }
    }
}
