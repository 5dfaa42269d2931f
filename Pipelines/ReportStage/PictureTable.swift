/// The synthetic pictures of one shot count in figures: categories down, `PictureFigure` across.
package struct PictureTable: Sendable, Equatable {
    package struct Row: Sendable, Equatable {
        package var category: String
        package var isAverage: Bool
        /// One per figure, as it is shown.
        package var cells: [String]
    }

    package var title: String
    package var rows: [Row]

    package static let note = """
        Changes are mean absolute differences in grey levels of 255, inside and outside the binary label, against the normal as the autoencoder gives it \
        back; the others are percent. Visibly changed: 3 times as much inside as outside, and more than the autoencoder changes there itself. \
        IoU: the label against the pixels that changed more than the autoencoder changes 95 % of the foreground. Word recognised: the picture fits \
        the sentence it was made from better than the others', to the detector's own CLIP.
        """

    /// - Returns: nil where no pictures were looked at.
    package init?(_ results: ShotResults) {
        guard results.categories.contains(where: { !$0.pictures.isEmpty }) else { return nil }
        title = "Synthetic pictures, \(results.title)"
        rows = results.categories.map { category in
            Row(category: category.name, isAverage: false, cells: Self.cells { results.statistics(category, $0) })
        }
        rows.append(Row(category: ReportTable.averageName, isAverage: true, cells: Self.cells { results.average($0) }))
    }

    private static func cells(_ statistics: (PictureFigure) -> SeedStatistics) -> [String] {
        PictureFigure.allCases.map { figure in
            let measured = statistics(figure)
            // Grey levels are shown as they are: the cell's own text multiplies by a hundred.
            let scale = figure.isInGreyLevels ? 0.01 : 1
            return ReportTable.Cell(
                mean: measured.mean.map { $0 * scale },
                standardDeviation: measured.values.count > 1 ? measured.standardDeviation.map { $0 * scale } : nil
            ).text
        }
    }

    package static var heads: [String] { ["category"] + PictureFigure.allCases.map(\.title) }

    /// A GitHub-flavoured Markdown table.
    package var markdown: String {
        let lines =
            ["| " + Self.heads.joined(separator: " | ") + " |", "|---|" + String(repeating: "--:|", count: Self.heads.count - 1)]
            + rows.map { "| " + ([ReportTable.escaped($0.category)] + $0.cells).joined(separator: " | ") + " |" }
        return lines.joined(separator: "\n") + "\n"
    }
}
