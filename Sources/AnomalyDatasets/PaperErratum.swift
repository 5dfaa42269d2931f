/// A figure in the paper's Tables 1, 2 and 6 to 13 that can't be used as printed.
package struct PaperErratum: Sendable, Equatable {
    package enum Kind: String, Sendable {
        /// The stated average differs from the mean of its rows by more than rounding explains (0.1).
        case notTheMeanOfItsRows = "mean"
        /// The figure differs from that in the table of the categories; the latter is used.
        case otherTable = "table"
        /// Average precision where the heading says F1-max.
        case averagePrecision = "ap"
    }

    package var table: Int
    package var dataset: DatasetLayout
    package var shots: String
    package var row: String
    /// Key of `metrics.json`.
    package var key: String
    package var printed: PaperResults.Value
    /// The mean of the rows, the figure of the table of the categories, or the method's F1-max as published elsewhere.
    package var instead: PaperResults.Value
    package var kind: Kind

    /// The paper's heading of the column.
    package var heading: String { PaperResults.columns.first { $0.0 == key }?.1 ?? key }

    /// *Source*: recomputed from the tables' own rows; for average precision DiAD's README and, of UniAD and SimpleNet,
    /// the tables of later papers on models for several classes. Columns: table, data set, shots, row, key, printed,
    /// instead, kind.
    package static let all: [PaperErratum] = """
        1 mvtec 2 Ours i_auroc 95.8±0.2 95.8±0.1 table
        2 mvtec full UniAD i_f1max 98.8 96.2 ap
        2 mvtec full UniAD p_f1max 43.4 49.5 ap
        2 mvtec full SimpleNet i_f1max 98.4 95.8 ap
        2 mvtec full SimpleNet p_f1max 45.9 49.7 ap
        2 mvtec full DiAD i_f1max 99.0 96.5 ap
        2 mvtec full DiAD p_f1max 52.6 55.5 ap
        2 visa full UniAD i_f1max 90.8 85.8 ap
        2 visa full UniAD p_f1max 33.7 39.0 ap
        2 visa full SimpleNet i_f1max 87.0 81.8 ap
        2 visa full SimpleNet p_f1max 34.7 37.8 ap
        2 visa full DiAD i_f1max 88.3 85.1 ap
        2 visa full DiAD p_f1max 26.1 33.0 ap
        2 visa full Ours p_f1max 58.7 50.4 table
        2 visa full Ours pro 97.7 95.3 table
        7 mvtec 2 Average i_auroc 95.8±0.1 95.7 mean
        7 mvtec 2 Average p_auroc 96.0±0.2 96.2 mean
        8 mvtec 4 Average i_f1max 95.1±0.1 95.0 mean
        10 visa 2 Average i_f1max 87.2±0.6 87.1 mean
        11 visa 4 Average p_auroc 97.8±0.4 98.1 mean
        """.split(separator: "\n").map { PaperErratum(String($0)) }

    private init(_ line: String) {
        let words = line.split(separator: " ").map(String.init)
        guard words.count == 8, let table = Int(words[0]), let dataset = DatasetLayout(rawValue: words[1]),
            let printed = PaperResults.Value(words[5]), let instead = PaperResults.Value(words[6]),
            let kind = Kind(rawValue: words[7])
        else { preconditionFailure("not an erratum: \(line)") }
        (self.table, self.dataset, shots, row, key) = (table, dataset, words[2], words[3], words[4])
        (self.printed, self.instead, self.kind) = (printed, instead, kind)
    }
}
