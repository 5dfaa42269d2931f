// Test pictures with the detector's maps: the best, the worst, typical ones.

extension ReportPage {
    func casesSection(_ shelf: inout PictureShelf) -> Section? {
        let samples = judged.filter { $0.galleries.contains { !$0.pictures.isEmpty } }
        guard !samples.isEmpty else { return nil }
        var body: [Markup] = []
        for sample in samples {
            body.append("<h3>\(sample.title)</h3>\n")
            for gallery in sample.galleries {
                let strips = gallery.pictures.map { Self.strip($0, &shelf).markup }
                body.append(
                    """
                    <h4>\(gallery.category) <span class="note">maps from \(PlainNumber.short(Double(gallery.range.lowerBound)))\
                    <span class="ramp" aria-hidden="true"></span>to \(PlainNumber.short(Double(gallery.range.upperBound)))\
                    </span></h4>
                    <div class="grid">
                    \(strips)</div>

                    """)
            }
        }
        return Section(
            id: "cases", short: "Cases", title: "Best and worst cases",
            body: """
                <p class="note">In each row: the test picture, the truth outlined in green, the anomaly map over the \
                picture. The colours of a category's maps stand for the same scores in all its pictures.</p>
                \(body)
                """)
    }

    private static func strip(_ picture: Picture, _ shelf: inout PictureShelf) -> PictureStrip {
        let kind = picture.anomalous ? picture.defect : "good"
        let score = PlainNumber.decimal(picture.score)
        let outline = picture.outline.map { [(picture: $0, style: Markup(stringLiteral: "truth"))] } ?? []
        let truth = picture.outline != nil ? "truth" : picture.anomalous ? "truth unknown" : "no defect"
        let style: Markup = picture.anomalous ? "tag" : "tag good"
        return PictureStrip(
            title: picture.id,
            parts: [
                ("picture", shelf.show(picture.plain, label: "test picture \(picture.id)")),
                (truth, shelf.show(picture.plain, over: outline, label: "\(truth) of \(picture.id)")),
                (
                    "anomaly map",
                    shelf.show(
                        picture.plain, over: [(picture: picture.heat, style: "heat")],
                        label: "anomaly map of \(picture.id)")
                ),
            ],
            facts: [("kind", kind), ("score", score), ("chosen as", picture.reason)],
            caption: """
                <span class="\(style)">\(kind)</span><b>\(score)</b><span>\(picture.reason)</span>\
                <span class="id">\(String(picture.id.split(separator: "/").last ?? ""))</span>
                """, kind: nil)
    }
}
