/// Characters that word processors and web pages put in place of those that YAML means.
enum Typography {
    private static let quotes: Set<Unicode.Scalar> = [
        "\u{2018}", "\u{2019}", "\u{201A}", "\u{201C}", "\u{201D}", "\u{201E}",
    ]
    private static let spaces: [Unicode.Scalar: String] = [
        "\u{A0}": "a no-break space", "\u{202F}": "a narrow no-break space", "\u{2007}": "a figure space",
        "\u{200B}": "a zero-width space", "\u{2060}": "a word joiner", "\u{FEFF}": "a byte order mark",
    ]

    /// What is wrong with a text without quotes of YAML's own: typographic quotes around it, or a space that isn't one
    /// at its ends. Within a text both are the writer's.
    static func fault(in text: String) -> String? {
        let scalars = text.unicodeScalars
        guard let first = scalars.first, let last = scalars.last else { return nil }
        if quotes.contains(first) {
            return "\(shown(text)) stands in typographic quotes (\(code(first))); write \" or no quotes at all"
        }
        for (scalar, place) in [(first, "begins"), (last, "ends")] {
            if let name = spaces[scalar] {
                return
                    "\(shown(text)) \(place) with \(name) (\(code(scalar))), which looks like a space and is none; delete it"
            }
        }
        return nil
    }

    /// What in the lines around a fault of syntax may be its cause: a tab or another space at a line's beginning, or
    /// behind a colon. Empty where nothing is.
    ///
    /// - Parameters:
    ///   - first: counted from 0, as `last`.
    static func fault(inLines bytes: UnsafeBufferPointer<UInt8>, from first: Int, to last: Int) -> String {
        let lines = bytes.split(separator: UInt8(ascii: "\n"), omittingEmptySubsequences: false)
        for number in max(0, min(first, last - 1))..<max(1, last + 1) where number < lines.count {
            let line = String(decoding: lines[number], as: UTF8.self)
            if line.prefix(while: { $0 == " " || $0 == "\t" }).contains("\t") {
                return "; line \(number + 1) is indented with a tab: write spaces"
            }
            if let scalar = line.unicodeScalars.first(where: { spaces[$0] != nil }), let name = spaces[scalar] {
                return "; line \(number + 1) holds \(name) (\(code(scalar))): write an ordinary space"
            }
        }
        return ""
    }

    private static func code(_ scalar: Unicode.Scalar) -> String {
        let digits = String(scalar.value, radix: 16, uppercase: true)
        return "U+" + String(repeating: "0", count: max(0, 4 - digits.count)) + digits
    }
}
