import DetectorEvaluation

extension ReportTable {
    /// A GitHub-flavoured Markdown table; percent, the better of own and published in bold.
    package var markdown: String {
        let heads = ["category", "source"] + metrics.map(\.title)
        var lines = [
            "| " + heads.joined(separator: " | ") + " |",
            "|---|---|" + String(repeating: "--:|", count: heads.count - 2),
        ]
        for row in rows {
            let fields =
                [row.label, row.source].map(Self.escaped) + row.cells.map { $0.best ? "**\($0.text)**" : $0.text }
            lines.append("| " + fields.joined(separator: " | ") + " |")
        }
        return lines.joined(separator: "\n") + "\n"
    }

    /// Column-aligned text for a terminal; percent.
    package var terminal: String {
        let heads = ["", ""] + metrics.map(\.title)
        var previous = ""
        let body = rows.map { row in
            defer { previous = row.label }
            return [row.label == previous ? "" : row.label, row.source] + row.cells.map(\.text)
        }
        let widths = heads.indices.map { column in ([heads] + body).map { $0[column].count }.max() ?? 0 }
        let lines = ([heads] + body).map { fields in
            fields.indices.map { column in
                let space = String(repeating: " ", count: widths[column] - fields[column].count)
                return column < 2 ? fields[column] + space : space + fields[column]
            }.joined(separator: "  ").trimmingSuffix(" ")
        }
        let heading = [title + " (percent)"] + (protocolLine.map { [$0] } ?? [])
        return (heading + lines).joined(separator: "\n") + "\n"
    }

    /// The fields of a row that RFC 4180 asks for: fractions of 1, every digit; empty where nothing is stated.
    private func fields(_ row: Row, _ facts: EvaluationProtocol) -> [String] {
        var fields = [shots, row.category, row.source]
        for cell in row.cells {
            fields.append(cell.mean.map { "\($0)" } ?? "")
            fields.append(cell.standardDeviation.map { "\($0)" } ?? "")
        }
        fields += ["\(row.categoryCount)", row.setting?.rawValue ?? "", row.auxiliary ?? ""]
        fields += row.isOwn ? [facts.pro, facts.mapSize] : ["", ""]
        let marked = zip(metrics, row.cells).filter { $0.1.isMarked }
        fields.append(marked.map { $0.0.rawValue }.joined(separator: " "))
        fields.append(row.isOwn ? detector ?? "" : "")
        return fields
    }

    /// All tables as one comma-separated file (RFC 4180: CRLF, quotes where needed), one line per shot count, category
    /// and source. After the metrics come the number of categories that the row is over, its protocol, the metrics that
    /// differ from their column's heading, and the detector if there are several.
    package static func csv(_ tables: [ReportTable], facts: EvaluationProtocol) -> String {
        let metrics = DetectionMetric.reported.flatMap { [$0.rawValue, "\($0.rawValue)_std"] }
        let stated = ["categories", "setting", "auxiliary", "pro_variant", "map_size", "not_comparable", "detector"]
        let heads = ["shots", "category", "source"] + metrics + stated
        let lines = [heads] + tables.flatMap { table in table.rows.map { table.fields($0, facts) } }
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
