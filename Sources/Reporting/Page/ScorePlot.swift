/// The scores of a category's test pictures, a line for the good ones and one for each kind of defect, as SVG.
struct ScorePlot {
    var judgement: Judgement

    private static let width = 420.0
    /// Letters that a name may have before it is cut; the whole one stands in the table beside.
    private static let letters = 16
    private static let row = 24.0

    var markup: Markup {
        let names = [("good", false)] + judgement.kinds.map { ($0.name, true) }
        let scores = judgement.scores.map(\.score)
        let (low, high) = (scores.min() ?? 0, scores.max() ?? 1)
        let left = 8 + 7.6 * Double(min(Self.letters, names.map(\.0.count).max() ?? 4))
        func place(_ score: Double) -> String {
            let share = high > low ? (score - low) / (high - low) : 0.5
            return PlainNumber.coordinate(left + 6 + share * (Self.width - left - 12))
        }
        func number(_ value: Double) -> String { PlainNumber.coordinate(value) }
        let rows = names.enumerated().map { index, name -> Markup in
            let y = 14 + Double(index) * Self.row
            let style: Markup = name.1 ? "dot hurt" : "dot"
            let dots = judgement.scores.filter { $0.anomalous == name.1 && (!name.1 || $0.kind == name.0) }
                .map { one -> Markup in
                    "<circle class=\"\(style)\" cx=\"\(place(one.score))\" cy=\"\(number(y))\" r=\"4\"/>"
                }
            let shown = name.0.count > Self.letters ? name.0.prefix(Self.letters - 1) + "…" : name.0[...]
            return """
                <path class="axis" d="M\(number(left)) \(number(y))H\(number(Self.width))"/>\
                <text x="\(number(left - 6))" y="\(number(y + 4))" text-anchor="end">\(String(shown))</text>\(dots)
                """
        }
        let bottom = 14 + Double(names.count) * Self.row
        let cut: Markup =
            judgement.threshold.map { threshold -> Markup in
                "<path class=\"cut\" d=\"M\(place(threshold)) 2V\(number(bottom - 12))\"/>"
            } ?? ""
        let legend = judgement.threshold == nil ? "" : "dashed: threshold of F1-max"
        return """
            <figure class="plot"><figcaption><b>Scores of test pictures</b><span>\(legend)</span></figcaption>\
            <svg viewBox="0 0 \(number(Self.width)) \(number(bottom + 8))" role="img" \
            aria-label="Scores of \(judgement.scores.count) test pictures of \(judgement.category), by kind of defect">\
            \(rows)\(cut)<text x="\(number(left + 6))" y="\(number(bottom + 4))">\(PlainNumber.short(low))</text>\
            <text x="\(number(Self.width))" y="\(number(bottom + 4))" text-anchor="end">\(PlainNumber.short(high))</text>\
            </svg></figure>

            """
    }
}
