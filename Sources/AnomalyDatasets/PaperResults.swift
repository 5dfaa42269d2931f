/// The detection results that the paper reports for CUT with VLAD and for other methods, for comparison with one's own.
package struct PaperResults: Sendable, Equatable {
    /// In percent, as printed.
    package struct Value: Sendable, Equatable {
        package var mean: Double
        package var deviation: Double?
        /// The figure is an average precision under a heading that says F1-max; it can't be compared with that column.
        package var isAveragePrecision = false
    }

    /// A line of a table: its figures by the keys of `metrics.json`, without those that the paper leaves out ("-").
    package struct Row: Sendable, Equatable {
        /// A category, "Average", or a method.
        package var name: String
        package var values: [String: Value]

        package subscript(key: String) -> Value? { values[key] }
    }

    /// The paper's columns in their order: the key of `metrics.json`, and the heading.
    package static let columns = [
        ("i_auroc", "I-AUC"), ("i_f1max", "I-F1"), ("p_auroc", "P-AUC"), ("p_f1max", "P-F1"), ("pro", "PRO"),
    ]
    package static let averageName = "Average"
    /// The paper's name for CUT with VLAD.
    package static let ownName = "Ours"

    /// Number of the table with the categories: 6 to 13.
    package var table: Int
    package var dataset: DatasetLayout
    /// "1", "2", "4" or "full".
    package var shots: String
    /// The categories in the paper's order, then the stated average.
    package var rows: [Row]
    /// Number of the table with the methods: 1 for few shots, 2 for full.
    package var methodTable: Int
    /// Averages over all categories, in the paper's order; the last row is the paper's own method.
    package var methods: [Row]
    package var errata: [PaperErratum]

    package subscript(category: String) -> Row? { rows.first { $0.name == category } }
    package var average: Row? { self[Self.averageName] }
    package var categories: [Row] { rows.filter { $0.name != Self.averageName } }
    /// The methods that the paper compares itself with.
    package var others: [Row] { methods.filter { $0.name != Self.ownName } }

    /// The tables for a published data set and a number of shots; nil where the paper has none.
    package static func find(dataset: DatasetLayout, shots: String) -> PaperResults? {
        all.first { $0.dataset == dataset && $0.shots == shots }
    }

    package static let all = perCategory.map { table, dataset, shots, text in
        let errata = PaperErratum.all.filter { $0.dataset == dataset && $0.shots == shots }
        return PaperResults(
            table: table, dataset: dataset, shots: shots, rows: rows(text), methodTable: shots == "full" ? 2 : 1,
            methods: methods(dataset: dataset, shots: shots, errata: errata), errata: errata)
    }

    /// What a reader must know before comparing, in sentences.
    package var notes: [String] {
        let means = errata.filter { $0.kind == .notTheMeanOfItsRows }.map {
            "\($0.heading) \($0.printed.mean) (its rows average to \($0.instead.mean))"
        }
        var notes =
            means.isEmpty
            ? []
            : ["Stated averages of Table \(table) that its own rows don't give: " + means.joined(separator: ", ") + "."]
        let others = errata.filter { $0.kind == .otherTable }.map {
            "\($0.heading) \($0.printed.text) where Table \(table) has \($0.instead.text)"
        }
        if !others.isEmpty {
            notes.append("Table \(methodTable) prints for the paper's own row " + others.joined(separator: ", ") + ".")
        }
        return notes
    }

    /// A note on the figures that ``Value/isAveragePrecision`` marks; nil where there are none.
    package var averagePrecisionNote: String? {
        let marked = errata.filter { $0.kind == .averagePrecision }
        guard !marked.isEmpty else { return nil }
        let rows = others.map(\.name).compactMap { name -> String? in
            let own = marked.filter { $0.row == name }
            return own.isEmpty
                ? nil : "\(name) " + own.map { "\($0.heading) \($0.instead.mean)" }.joined(separator: ", ")
        }
        return
            "Average precision under the heading of F1-max, out of the ranking; the F1-max of these methods is published as "
            + rows.joined(separator: "; ") + "."
    }
}

extension PaperResults {
    private static func rows(_ text: String) -> [Row] {
        text.split(separator: "\n").map { line in
            let words = line.split(separator: " ")
            let values = words.dropFirst().map { Value(String($0)) }
            precondition(
                values.count == columns.count && zip(words.dropFirst(), values).allSatisfy { $1 != nil || $0 == "-" },
                "a row of the paper's tables lacks a value: \(line)")
            return Row(
                name: String(words[0]),
                values: Dictionary(
                    uniqueKeysWithValues: zip(columns.map(\.0), values).compactMap { key, value in
                        value.map { (key, $0) }
                    }))
        }
    }

    /// The rows of Tables 1 and 2 for one data set. Figures that don't match their heading are marked.
    private static func methods(dataset: DatasetLayout, shots: String, errata: [PaperErratum]) -> [Row] {
        var found = rows(
            (byMethod[shots] ?? "").split(separator: "\n").map { line in
                // Columns: the method, five figures of MVTec AD, five of VisA.
                let words = line.split(separator: " ")
                precondition(words.count == 11, "a row of the paper's tables lacks a value: \(line)")
                return ([words[0]] + words[dataset == .mvtec ? 1...5 : 6...10]).joined(separator: " ")
            }.joined(separator: "\n"))
        for erratum in errata where erratum.kind == .averagePrecision {
            guard let place = found.firstIndex(where: { $0.name == erratum.row }) else { continue }
            found[place].values[erratum.key]?.isAveragePrecision = true
        }
        return found.filter { !$0.values.isEmpty }
    }
}

extension PaperResults.Value {
    /// "94.9±0.4" or "94.9"; nil for "-".
    init?(_ text: String) {
        let parts = text.split(separator: "±").map { Double($0) }
        guard let mean = parts.first ?? nil else { return nil }
        self.init(mean: mean, deviation: parts.count > 1 ? parts[1] : nil)
    }

    /// As printed.
    package var text: String { "\(mean)" + (deviation.map { "±\($0)" } ?? "") }
}
