/// The masked-region distance of one shot count with its counts: categories down, of a mixture each generator's below
/// all.
package struct RegionTable: Sendable, Equatable {
    package struct Row: Sendable, Equatable {
        package var category: String
        package var generator: String
        package var cells: [String]
        /// Why there is no distance, with one seed or in all.
        package var reason: String?
    }

    package var title: String
    package static let heads = ["MMD under the mask ×10³", "patches", "of pictures", "real patches", "of pictures"]
    package var rows: [Row]
    package static let note = """
        For looking only: nothing is chosen, trained or tuned by it. Patches under the labels of the synthetic pictures against those under the masks of \
        the real defective test pictures; lower is closer. Patches of one picture are alike, so that a few pictures scatter more than their patches suggest.
        """

    /// nil where no regions were compared.
    package init?(_ results: ShotResults) {
        rows = results.categories.flatMap { category -> [Row] in
            (category.regions.first ?? []).map { first in
                let own = category.regions.compactMap { seed in seed.first { $0.generator == first.generator } }
                return Row(category: category.name, own)
            }
        }
        if rows.isEmpty { return nil }
        title = "Damage alone, synthetic against real, \(results.title)"
    }

    /// The first line names the columns.
    package var markdown: String {
        let heads = ["category", "generator"] + Self.heads
        let lines =
            [
                "| " + heads.joined(separator: " | ") + " |",
                "|---|---|" + String(repeating: "--:|", count: heads.count - 2),
            ]
            + rows.map { row in
                let reason = row.reason.map { ["\(row.cells[0]) (\($0))"] } ?? [row.cells[0]]
                let cells = [row.category, row.generator].map(ReportTable.escaped) + reason + row.cells.dropFirst()
                return "| " + cells.joined(separator: " | ") + " |"
            }
        return lines.joined(separator: "\n") + "\n"
    }
}

extension RegionTable.Row {
    /// - Parameter seeds: one entry a seed, at least one.
    fileprivate init(category: String, _ seeds: [RegionComparison]) {
        func range(_ count: (RegionComparison) -> Int) -> String {
            let counts = seeds.map(count), (least, most) = (counts.min() ?? 0, counts.max() ?? 0)
            return least == most ? "\(least)" : "\(least)–\(most)"
        }
        let measured = SeedStatistics(seeds.map(\.distance)), unit = PictureFigure.regionDistance.unit
        let deviation = measured.values.count > 1 ? measured.standardDeviation : nil
        self.init(
            category: category, generator: seeds[0].generator ?? "all",
            cells: [
                measured.mean.map { unit.text($0) + (deviation.map { " ± " + unit.text($0) } ?? "") } ?? "–",
                range(\.patches), range(\.pictures), range(\.realPatches), range(\.realPictures),
            ], reason: seeds.lazy.compactMap(\.reason).first)
    }
}
