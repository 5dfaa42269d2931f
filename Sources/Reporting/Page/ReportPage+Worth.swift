import DetectorEvaluation
import EvaluationMetrics

// What the pictures are worth: tables, curves, kinds of defects; figures of the pictures themselves; how all was
// measured.

extension ReportPage {
    var worthSection: Section {
        guard let report else {
            return Section(
                id: "worth", short: "Worth", title: "What it is worth",
                body: """
                    <p>Not measured: the manifest names no detector. With <code>detectors: { vlad: {} }</code> and \
                    <code>models.clip</code> a run trains one on these pictures and tests it on the data set's own \
                    test pictures.</p>

                    """)
        }
        let curves = judged.map { sample -> Markup in
            let blocks = sample.judgements.map { block($0) }
            return """
                <h3>Curves and kinds of defects, \(sample.title)</h3>
                <p class="note">Across: the share of good pictures or pixels that count as defective. Up: the share of \
                defective pictures, of defect pixels, and of each defect region on average, that is found. Flagged: pictures \
                that score at least the threshold of F1-max; good ones are false alarms.</p>
                \(blocks)
                """
        }
        let scores: Markup =
            scores.map { file -> Markup in
                """
                <p class="note">Every test picture with each detector's score: <a href="\(file)">\(file)</a>, in the \
                folder of this page.</p>

                """
            } ?? ""
        return Section(
            id: "worth", short: "Worth", title: "What it is worth",
            body: """
                <p class="note">Detectors were fitted to the synthetic pictures and tested on the data set's own test \
                pictures.</p>
                \(report.tables.map { markup($0) })\(report.decisionTables.map { markup($0) })\(scores)\(curves)
                """)
    }

    private func markup(_ table: ReportTable) -> Markup {
        let heads = table.metrics.map { metric -> Markup in "<th scope=\"col\" class=\"number\">\(metric.title)</th>" }
        let rows = table.rows.map { row -> Markup in
            let held = row.isAverage ? counts.all : counts.categories[row.category]
            let cells = zip(table.metrics, row.cells).map { metric, cell -> Markup in
                let note = row.isOwn && cell.mean != nil ? SmallCount.note(metric, held) : nil
                return Self.cell(cell.text, note: note, isBest: cell.best)
            }
            let style: Markup =
                row.isOwn
                ? (row.isAverage ? "own average" : "own") : (row.isAverage ? "published average" : "published")
            return """
                <tr class="\(style)"><th scope="row">\(row.isOwn ? row.label : "")</th><td>\(row.source)</td>\(cells)</tr>

                """
        }
        let notes = ([RunReport.unit] + table.notes).joined(separator: " ")
        return """
            <h3>\(table.title)</h3>
            <p class="note">\(table.protocolLine ?? "")</p>
            <div class="scroll" tabindex="0" role="region" aria-label="\(table.title)"><table class="wide">
            <thead><tr><th scope="col">category</th><th scope="col">source</th>\(heads)</tr></thead>
            <tbody>
            \(rows)</tbody></table></div>
            <p class="note">\(notes)</p>

            """
    }

    private func markup(_ table: DecisionTable) -> Markup {
        let heads = table.heads.dropFirst().map { head -> Markup in
            "<th scope=\"col\" class=\"number\">\(head)</th>"
        }
        let rows = table.rows.map { row -> Markup in
            let cells = row.cells.map { Self.cell($0, note: nil) }
            let style: Markup = row.isAverage ? "own average" : "own"
            return "<tr class=\"\(style)\"><th scope=\"row\">\(row.category)</th>\(cells)</tr>\n"
        }
        return """
            <h3>\(table.title)</h3>
            <div class="scroll" tabindex="0" role="region" aria-label="\(table.title)"><table class="wide">
            <thead><tr><th scope="col">category</th>\(heads)</tr></thead>
            <tbody>
            \(rows)</tbody></table></div>
            <p class="note">\(table.note)</p>

            """
    }

    static func cell(_ text: String, note: String?, isBest: Bool = false) -> Markup {
        if let note { return "<td class=\"number few\">\(text)<small>\(note)</small></td>" }
        return isBest ? "<td class=\"number best\">\(text)</td>" : "<td class=\"number\">\(text)</td>"
    }

    /// Curves and kinds of one category.
    private func block(_ judgement: Judgement) -> Markup {
        func value(_ metric: DetectionMetric) -> String {
            judgement.metrics[metric].map { FigureUnit.percent.text($0) } ?? "–"
        }
        var plots: [Markup] = []
        if !judgement.images.isEmpty {
            plots.append(
                LinePlot.rates(judgement.images, title: "Pictures, ROC", value: value(.imageAUROC), limit: 1).markup)
        }
        if !judgement.pixels.isEmpty {
            plots.append(
                LinePlot.rates(judgement.pixels, title: "Pixels, ROC", value: value(.pixelAUROC), limit: 1).markup)
        }
        if !judgement.regions.isEmpty {
            plots.append(
                LinePlot.rates(
                    judgement.regions, title: "Regions, PRO", value: value(.regionOverlap), limit: PROVariant.rateLimit
                ).markup)
        }
        let rows = judgement.kinds.map { kind -> Markup in
            let few = [(judgement.goodCount, "good"), (kind.pictures, "of its kind")].filter {
                $0.0 < SmallCount.images
            }
            let note = few.isEmpty ? nil : "too few: " + few.map { "\($0.0) \($0.1)" }.joined(separator: ", ")
            let auroc = kind.auroc.map { FigureUnit.percent.text($0) }
            return """
                <tr class="own"><th scope="row">\(kind.name)</th><td class="number">\(kind.pictures)</td>\
                \(Self.cell(auroc ?? "–", note: auroc == nil ? nil : note))\
                <td class="number">\(kind.found.map { "\($0) of \(kind.pictures)" } ?? "–")</td></tr>

                """
        }
        let good: Markup =
            judgement.flaggedGood.map { flagged -> Markup in
                """
                <tr class="own average"><th scope="row">good</th><td class="number">\(judgement.goodCount)</td>\
                <td class="number">–</td><td class="number">\(flagged) of \(judgement.goodCount)</td></tr>

                """
            } ?? ""
        let table: Markup =
            rows.isEmpty
            ? "<p class=\"note\">No defective test pictures.</p>"
            : """
            <div class="scroll" tabindex="0" role="region" aria-label="Kinds of defects of \(judgement.category)">\
            <table class="wide inline"><thead><tr><th scope="col">kind of defect</th><th scope="col" class="number">pictures</th>\
            <th scope="col" class="number">I-AUROC</th><th scope="col" class="number">flagged</th></tr></thead>
            <tbody>\(rows)\(good)</tbody></table></div>
            """
        return """
            <h4>\(judgement.category)</h4>
            <div class="three-up">\(plots)</div>
            <div class="pair">\(ScorePlot(judgement: judgement).markup)\(table)</div>

            """
    }

    var figuresSection: Section? {
        guard let report, !report.pictureTables.isEmpty || !report.regionTables.isEmpty else { return nil }
        let tables = report.pictureTables.map { table -> Markup in
            let heads = table.heads.dropFirst().map { head -> Markup in
                "<th scope=\"col\" class=\"number\">\(head)</th>"
            }
            let rows = table.rows.map { row -> Markup in
                let held = row.isAverage ? counts.all : counts.categories[row.category]
                let cells = zip(table.figures, row.cells).map { figure, text -> Markup in
                    Self.cell(text, note: text == "–" ? nil : SmallCount.note(figure, held, shots: table.shots))
                }
                let style: Markup = row.isAverage ? "own average" : "own"
                return "<tr class=\"\(style)\"><th scope=\"row\">\(row.category)</th>\(cells)</tr>\n"
            }
            return """
                <h3>\(table.title)</h3>
                <div class="scroll" tabindex="0" role="region" aria-label="\(table.title)"><table class="wide">
                <thead><tr><th scope="col">category</th>\(heads)</tr></thead>
                <tbody>
                \(rows)</tbody></table></div>
                <p class="note">\(table.note)</p>

                """
        }
        let regions = report.regionTables.map(Self.regions)
        return Section(id: "figures", short: "Figures", title: "The pictures in figures", body: "\(tables)\(regions)")
    }

    private static func regions(_ table: RegionTable) -> Markup {
        let heads = RegionTable.heads.map { head -> Markup in "<th scope=\"col\" class=\"number\">\(head)</th>" }
        let rows = table.rows.map { row -> Markup in
            let cells = row.cells.enumerated().map { place, text in
                Self.cell(text, note: place == 0 ? row.reason : nil)
            }
            return
                "<tr class=\"own\"><th scope=\"row\">\(row.category)</th><td>\(row.generator)</td>\(cells)</tr>\n"
        }
        return """
            <h3>\(table.title)</h3>
            <div class="scroll" tabindex="0" role="region" aria-label="\(table.title)"><table class="wide">
            <thead><tr><th scope="col">category</th><th scope="col">generator</th>\(heads)</tr></thead>
            <tbody>
            \(rows)</tbody></table></div>
            <p class="note">\(RegionTable.note)</p>

            """
    }

    var protocolSection: Section? {
        report.map { report in
            Section(
                id: "protocol", short: "Protocol", title: "How it was measured",
                body: Self.list(report.notes, style: "plain"))
        }
    }
}
