/// One line of progress that never reaches a terminal's last column: a longer one would wrap, and each update would
/// leave a line behind.
package enum ProgressLine {
    /// - Parameters:
    ///   - share: of the work that is done, 0...1.
    ///   - text: what must be read: the job, how far it is, the time left.
    ///   - note: what may be cut.
    ///   - columns: of the terminal.
    package static func fitted(share: Double, text: String, note: String, columns: Int) -> String {
        let room = max(1, columns - 1)
        for width in [24, 12, 0] {
            let bar = width > 0 ? bar(share, width: width) + " " : ""
            let rest = room - Self.width(of: bar) - Self.width(of: text)
            if rest < 0 { continue }
            let words = note.isEmpty || rest < 8 ? "" : " · " + cut(note, to: rest - 3)
            return bar + text + words
        }
        return cut(text, to: room)
    }

    private static func bar(_ share: Double, width: Int) -> String {
        let filled = min(width, max(0, share.isFinite ? Int((share * Double(width)).rounded(.down)) : 0))
        return String(repeating: "█", count: filled) + String(repeating: "░", count: width - filled)
    }

    /// At most so many columns; an ellipsis stands for what is left out in the middle, so that the end stays.
    static func cut(_ text: String, to columns: Int) -> String {
        guard width(of: text) > columns else { return text }
        guard columns > 1 else { return columns == 1 ? "…" : "" }
        let tailRoom = (columns - 1) / 2
        var (head, tail) = ("", ""), used = 0
        for character in text.reversed() {
            let own = width(of: String(character))
            guard used + own <= tailRoom else { break }
            tail = String(character) + tail
            used += own
        }
        for character in text {
            let own = width(of: String(character))
            guard used + own <= columns - 1 else { break }
            head.append(character)
            used += own
        }
        return head + "…" + tail
    }

    /// Columns that a terminal gives a text: two for East Asian wide characters and emoji, none for marks that stand on
    /// others.
    package static func width(of text: String) -> Int {
        text.reduce(0) { sum, character in
            sum + (character.unicodeScalars.first.map(width) ?? 0)
        }
    }

    /// *Source*: the blocks of Unicode's East Asian Width, wide and full.
    private static func width(_ scalar: Unicode.Scalar) -> Int {
        switch scalar.properties.generalCategory {
        case .control, .format, .nonspacingMark, .enclosingMark: return 0
        default: break
        }
        switch scalar.value {
        case 0x1100...0x115F, 0x2E80...0xA4CF, 0xAC00...0xD7A3, 0xF900...0xFAFF, 0xFE30...0xFE6F, 0xFF00...0xFF60,
            0xFFE0...0xFFE6, 0x1F300...0x1FAFF, 0x20000...0x3FFFD:
            return 2
        default: return 1
        }
    }
}
