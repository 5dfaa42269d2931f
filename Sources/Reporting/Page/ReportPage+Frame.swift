import DetectorEvaluation
import Foundation
import StageKit

// What stands around the sections: head, heading, navigation, the dialog for enlarged pictures.

extension ReportPage {
    /// Where ``filled(_:cost:recipe:)`` puts what differs from run to run. Text from outside can't hold them: its `<` is
    /// escaped.
    enum Slot {
        static let facts = "<!-- facts of the run -->"
        static let links = "<!-- links to the run's sections -->"
        static let sections = "<!-- the run's sections -->"
    }

    /// The doctype must come first. The most important notice follows it at once, and is also the first visible line.
    func document(_ sections: [Section], shelf: PictureShelf) -> Markup {
        let untrained = RunReport.untrainedLine(heading.untrained)
        let comment: Markup = untrained.map { "<!-- \($0.replacing("--", with: "– –")) -->" } ?? ""
        let notice: Markup = untrained.map { "<p class=\"untrained\" role=\"alert\">\($0)</p>\n" } ?? ""
        let judges = report?.all.map(\.facts.detector) ?? []
        let lead = ([heading.dataset, heading.generator] + judges).joined(separator: " · ")
        let warnings: Markup =
            heading.warnings.isEmpty
            ? ""
            : "<div class=\"warnings\"><b>Warnings</b>\(Self.list(heading.warnings, style: "plain"))</div>\n"
        return """
            <!DOCTYPE html>\(comment)
            <html lang="en">
            <head>
            <meta charset="utf-8">
            <meta http-equiv="Content-Security-Policy" content="\(Self.policy)">
            <meta name="viewport" content="width=device-width, initial-scale=1">
            <title>\(heading.name): \(heading.dataset)</title>
            <link rel="icon" href="data:,">
            <style>\(Markup(trusted: Self.style))</style>
            </head>
            <body>
            \(notice)<header>
            <p class="kicker">Flawsmith report</p>
            <h1>\(heading.name)</h1>
            <p class="lead">\(lead)</p>
            <dl class="facts">\(facts)\(Markup(trusted: Slot.facts))</dl>
            \(warnings)</header>
            <nav aria-label="Sections"><ul>\(sections.map(\.link))\(Markup(trusted: Slot.links))</ul></nav>
            <svg class="defs" aria-hidden="true"><defs>
            \(shelf.definitions)</defs></svg>
            <main>
            \(sections.map(\.markup))\(Markup(trusted: Slot.sections))
            </main>
            <dialog aria-labelledby="enlarged"><div class="top"><h2 id="enlarged"></h2>\
            <button type="button" class="before" aria-label="Previous picture">←</button>\
            <button type="button" class="after" aria-label="Next picture">→</button>\
            <button type="button" class="close" aria-label="Close">✕</button></div>\
            <div class="enlarged"></div><dl></dl></dialog>
            <script>\(Markup(trusted: Self.script))</script>
            </body>
            </html>

            """
    }

    /// Nothing but what the page holds may be loaded or run: its own style and script by their digests, its pictures.
    private static var policy: String {
        "default-src 'none'; img-src data:; style-src \(source(style)); script-src \(source(script)); "
            + "base-uri 'none'; form-action 'none'"
    }

    private static func source(_ text: String) -> String {
        let digits = Array(Digest.sha256(text).utf8)
        let bytes = stride(from: 0, to: digits.count - 1, by: 2).compactMap {
            UInt8(String(decoding: digits[$0...($0 + 1)], as: UTF8.self), radix: 16)
        }
        return "'sha256-\(Data(bytes).base64EncodedString())'"
    }

    /// The few numbers that a reader looks for first.
    private var facts: [Markup] {
        var facts: [Markup] = []
        if let made {
            facts.append(Self.fact("synthetic pictures", PlainNumber.grouped(made.total)))
            facts.append(Self.fact("categories", PlainNumber.grouped(made.categories.count)))
            facts.append(Self.fact("kinds of damage", PlainNumber.grouped(made.kinds.count)))
        }
        if let shots = report?.results.shots.first {
            for metric in [DetectionMetric.imageAUROC, .regionOverlap] {
                guard let mean = shots.average(metric).mean else { continue }
                let few = SmallCount.note(metric, counts.all)
                facts.append(
                    Self.fact(
                        metric.title, FigureUnit.percent.text(mean),
                        note: [shots.title, few].compactMap(\.self).joined(separator: ", ")))
            }
        }
        return facts
    }

    static func fact(_ name: String, _ value: String, note: String = "") -> Markup {
        let small: Markup = note.isEmpty ? "" : " <small>\(note)</small>"
        return "<div><dt>\(name)</dt><dd>\(value)\(small)</dd></div>"
    }
}
