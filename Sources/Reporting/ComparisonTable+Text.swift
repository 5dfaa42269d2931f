extension ComparisonTable {
    /// The unit in a column's heading; nothing where it is the same for all columns.
    private func unitHead(_ metric: ComparisonMetric) -> [String] {
        part.commonUnit != nil ? [] : [metric.unit.head].compactMap(\.self)
    }

    /// A GitHub-flavoured Markdown table; the best of each column in bold.
    package var markdown: String {
        let heads = part.metrics.map { ([$0.title] + unitHead($0)).joined(separator: " ") }
        var lines = [
            "| " + ([""] + heads).joined(separator: " | ") + " |",
            "|---|" + String(repeating: "--:|", count: heads.count),
        ]
        for line in self.lines {
            let label = line.isDifference ? "*\(line.label)*" : ReportTable.escaped(line.label)
            lines.append(
                "| " + ([label] + line.cells.map { $0.best ? "**\($0.text)**" : $0.text }).joined(separator: " | ")
                    + " |")
        }
        return lines.joined(separator: "\n") + "\n"
    }

    /// Widest line of a heading in the terminal's table; longer headings are wrapped.
    private static let headWidth = 13

    /// Column-aligned text for a terminal, with the title above and the notes below.
    package var terminal: String {
        let wrapped = part.metrics.map { Self.wrap($0.title, width: Self.headWidth) + unitHead($0) }
        let depth = wrapped.map(\.count).max() ?? 0
        // Headings are aligned at the bottom, so short ones begin lower.
        let headLines = (0..<depth).map { line in
            [""] + wrapped.map { $0.count + line >= depth ? $0[line - depth + $0.count] : "" }
        }
        let body = lines.map { [($0.isDifference ? "  " : "") + $0.label] + $0.cells.map(\.text) }
        let all = headLines + body
        let widths = (0...wrapped.count).map { column in all.map { $0[column].count }.max() ?? 0 }
        let text = all.map { fields in
            fields.indices.map { column in
                let space = String(repeating: " ", count: widths[column] - fields[column].count)
                return column == 0 ? fields[column] + space : space + fields[column]
            }.joined(separator: "  ").trimmingSuffix(" ")
        }
        let unit = part.commonUnit == .percent ? " (percent)" : ""
        return ([part.title + ": " + title + unit] + text + notes).joined(separator: "\n") + "\n"
    }

    /// Words in lines of at most `width` characters, or of one long word.
    static func wrap(_ text: String, width: Int) -> [String] {
        text.split(separator: " ").reduce(into: []) { lines, word in
            if let last = lines.last, last.count + 1 + word.count <= width {
                lines[lines.count - 1] = last + " " + word
            } else {
                lines.append(String(word))
            }
        }
    }
}
