/// The synthetic pictures of one shot count in figures: categories down, some of the figures across.
package struct PictureTable: Sendable, Equatable {
    package struct Row: Sendable, Equatable {
        package var category: String
        package var isAverage: Bool
        /// One per figure, as it is shown.
        package var cells: [String]
    }

    /// "1", …, "full".
    package var shots: String
    package var title: String
    /// The columns behind the first.
    package var figures: [PictureFigure]
    /// "category" and the figures' names.
    package var heads: [String]
    package var rows: [Row]
    package var note: String

    /// Of each picture and its label, and of the pictures as a set; no tables if no pictures were measured.
    package static func tables(_ results: ShotResults, quality: QualityProtocol?) -> [PictureTable] {
        guard results.categories.contains(where: { !$0.pictures.isEmpty }) else { return [] }
        var tables = [PictureTable(results, "Synthetic pictures", PictureFigure.ofEach, note: noteOfEach)]
        if let quality {
            tables.append(PictureTable(results, "Synthetic pictures as a set", quality.figures, note: quality.note))
        }
        return tables
    }

    private init(_ results: ShotResults, _ name: String, _ figures: [PictureFigure], note: String) {
        title = "\(name), \(results.title)"
        (shots, self.figures) = (results.shots, figures)
        self.note = note
        // Percent isn't stated, as in the detector's table.
        heads =
            ["category"]
            + figures.map {
                ([$0.title] + [$0.unit == .decibels ? $0.unit.head : nil].compactMap(\.self)).joined(separator: " ")
            }
        rows = results.categories.map { category in
            Row(
                category: category.name, isAverage: false,
                cells: figures.map { Self.cell($0, results.statistics(category, $0)) })
        }
        rows.append(
            Row(
                category: ReportTable.averageName, isAverage: true,
                cells: figures.map { Self.cell($0, results.average($0)) }))
    }

    private static let noteOfEach = """
        Changes are mean absolute differences in grey levels of 255, inside and outside the binary label, against the normal as the autoencoder gives it \
        back; the others are percent. Visibly changed: 3 times as much inside as outside, and more than the autoencoder changes there itself. \
        IoU: the label against the pixels that changed more than the autoencoder changes 95 % of the foreground. Word recognised: the picture fits \
        the sentence it was made from better than the others', to the detector's own CLIP.
        """

    /// "20.3 ± 0.4"; one number with one seed; "–" where not defined.
    private static func cell(_ figure: PictureFigure, _ measured: SeedStatistics) -> String {
        guard let mean = measured.mean else { return "–" }
        let deviation = measured.values.count > 1 ? measured.standardDeviation : nil
        return figure.unit.text(mean) + (deviation.map { " ± " + figure.unit.text($0) } ?? "")
    }

    /// A GitHub-flavoured Markdown table.
    package var markdown: String {
        let lines =
            ["| " + heads.joined(separator: " | ") + " |", "|---|" + String(repeating: "--:|", count: heads.count - 1)]
            + rows.map { "| " + ([ReportTable.escaped($0.category)] + $0.cells).joined(separator: " | ") + " |" }
        return lines.joined(separator: "\n") + "\n"
    }
}
