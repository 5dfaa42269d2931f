extension ReportTable {
    /// A GitHub-flavoured Markdown table; percent, the better of own and published in bold.
    package var markdown: String {
        let heads = ["category", "source"] + DetectionMetric.allCases.map(\.title)
        var lines = ["| " + heads.joined(separator: " | ") + " |", "|---|---|" + String(repeating: "--:|", count: heads.count - 2)]
        for row in rows {
            let fields = [row.category, row.source].map(Self.escaped) + row.cells.map { $0.best ? "**\($0.text)**" : $0.text }
            lines.append("| " + fields.joined(separator: " | ") + " |")
        }
        return lines.joined(separator: "\n") + "\n"
    }

    /// Column-aligned text for a terminal; percent.
    package var terminal: String {
        let heads = ["", ""] + DetectionMetric.allCases.map(\.title)
        var previous = ""
        let body = rows.map { row in
            defer { previous = row.category }
            return [row.category == previous ? "" : row.category, row.source] + row.cells.map(\.text)
        }
        let widths = heads.indices.map { column in ([heads] + body).map { $0[column].count }.max() ?? 0 }
        let lines = ([heads] + body).map { fields in
            fields.indices.map { column in
                let space = String(repeating: " ", count: widths[column] - fields[column].count)
                return column < 2 ? fields[column] + space : space + fields[column]
            }.joined(separator: "  ").trimmingSuffix(" ")
        }
        return ([title + " (percent)"] + lines).joined(separator: "\n") + "\n"
    }

    /// The cells of a row that RFC 4180 asks for: fractions of 1, every digit.
    private func fields(_ row: Row) -> [String] {
        [shots, row.category, row.source]
            + row.cells.flatMap { [$0.mean.map { "\($0)" } ?? "", $0.standardDeviation.map { "\($0)" } ?? ""] }
    }

    /// All tables as one comma-separated file (RFC 4180: CRLF, quotes where needed), one line per shot count, category and source.
    package static func csv(_ tables: [ReportTable]) -> String {
        let heads = ["shots", "category", "source"] + DetectionMetric.allCases.flatMap { [$0.rawValue, "\($0.rawValue)_std"] }
        let lines = [heads] + tables.flatMap { table in table.rows.map(table.fields) }
        return lines.map { $0.map(quoted).joined(separator: ",") + "\r\n" }.joined()
    }

    static func quoted(_ field: String) -> String {
        guard field.unicodeScalars.contains(where: { ",\"\r\n".unicodeScalars.contains($0) }) else { return field }
        return "\"" + field.replacing("\"", with: "\"\"") + "\""
    }

    static func escaped(_ text: String) -> String {
        text.replacing("\\", with: "\\\\").replacing("|", with: "\\|").replacing("\n", with: " ")
    }
}

extension String {
    /// Without the trailing characters that equal `character`.
    func trimmingSuffix(_ character: Character) -> String {
        var text = self
        while text.last == character { text.removeLast() }
        return text
    }
}
