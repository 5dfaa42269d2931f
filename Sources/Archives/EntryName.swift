/// The name of an entry, checked before anything else is done with it.
enum EntryName {
    /// Splits a name at its slashes, dropping `.` and empty components.
    ///
    /// - Returns: the components, empty for the archive's own root (`./`); or the reason for which the name is refused.
    static func components(of name: String, limits: ArchiveLimits) -> Result<[String], Refusal> {
        if name.isEmpty { return .failure("the name is empty") }
        if name.utf8.first == UInt8(ascii: "/") { return .failure("the path is absolute") }
        if name.utf8.count > limits.nameBytes {
            return .failure("the name has \(name.utf8.count) bytes, more than \(limits.nameBytes)")
        }
        if let scalar = name.unicodeScalars.first(where: { !isPrintable($0) && !isJoiner($0) }) {
            return .failure("the name holds the control or formatting character U+\(hexadecimal(scalar))")
        }
        // A backslash is legal on Linux and a separator elsewhere, so one name could mean two places. No data set needs
        // it.
        if name.utf8.contains(UInt8(ascii: "\\")) { return .failure("the name holds a backslash") }
        var components: [String] = []
        for part in name.split(separator: "/") where part != "." {
            if part == ".." { return .failure("the path climbs out of the archive with \"..\"") }
            if part.utf8.count > limits.componentBytes {
                return .failure("a part of the name has \(part.utf8.count) bytes, more than \(limits.componentBytes)")
            }
            if let first = part.unicodeScalars.first, let last = part.unicodeScalars.last,
                isJoiner(first) || isJoiner(last)
            {
                return .failure("a part of the name begins or ends with an invisible joiner")
            }
            components.append(String(part))
        }
        if components.count > limits.depth {
            return .failure("the path is \(components.count) folders deep, more than \(limits.depth)")
        }
        return .success(components)
    }

    /// Whether a character shows as itself: no control, no invisible formatting (bidirectional overrides), no line
    /// separator.
    static func isPrintable(_ scalar: Unicode.Scalar) -> Bool {
        switch scalar.properties.generalCategory {
        case .control, .format, .lineSeparator, .paragraphSeparator, .surrogate, .unassigned: false
        default: true
        }
    }

    /// Whether a character is invisible but part of a word's spelling: the zero width non-joiner in Persian, the joiner
    /// in emoji and in Indian scripts.
    static func isJoiner(_ scalar: Unicode.Scalar) -> Bool { scalar.value == 0x200C || scalar.value == 0x200D }

    private static func hexadecimal(_ scalar: Unicode.Scalar) -> String {
        let digits = String(scalar.value, radix: 16, uppercase: true)
        return String(repeating: "0", count: max(0, 4 - digits.count)) + digits
    }

    /// The reason for which an entry is refused.
    struct Refusal: Error, Equatable, ExpressibleByStringInterpolation {
        var reason: String
        init(stringLiteral reason: String) { self.reason = reason }
    }
}
