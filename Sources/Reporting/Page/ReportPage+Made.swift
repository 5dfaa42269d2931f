// What was made, and how guidance went.

extension ReportPage {
    func madeSection(_ shelf: inout PictureShelf) -> Section? {
        guard let made else { return nil }
        let shown = made.categories.reduce(0) { $0 + $1.pictures.count }
        let total = made.categories.reduce(0) { $0 + $1.total }
        let kinds = made.kinds
        let rest = made.total > total ? " All samples together have \(PlainNumber.grouped(made.total))." : ""
        let count =
            shown < total
            ? "\(shown) of the \(PlainNumber.grouped(total)) pictures of \(made.sample), evenly chosen; all are in the data set."
            : "All \(total) pictures of \(made.sample)."
        let hasPhotos = made.categories.contains { $0.pictures.contains { $0.photo != nil } }
        let order =
            (hasPhotos ? "the photo of a good part, " : "")
            + "the synthetic picture, its soft label, its binary label. Choose a row to enlarge it."
        let filter: Markup = kinds.count > 1 ? Self.filter(kinds) : ""
        let categories = made.categories.map { category -> Markup in
            let strips = category.pictures.map { Self.strip($0, of: category.name, &shelf).markup }
            let numbers =
                category.pictures.count < category.total
                ? "\(PlainNumber.grouped(category.total)) pictures, \(category.pictures.count) shown"
                : "\(category.total) \(category.total == 1 ? "picture" : "pictures")"
            return
                "<h3>\(category.name) <span class=\"note\">\(numbers)</span></h3>\n<div class=\"grid\">\n\(strips)</div>\n"
        }
        return Section(
            id: "made", short: "Pictures", title: "What was made",
            body: """
                <p class="note">\(count)\(rest) In each row, from left to right: \(order)</p>
                \(filter)\(categories)
                """)
    }

    private static func filter(_ kinds: [String]) -> Markup {
        let buttons = kinds.map { kind -> Markup in
            "<button type=\"button\" data-kind=\"\(kind)\" aria-pressed=\"false\">\(kind)</button>"
        }
        return """
            <fieldset class="filters"><legend>Show</legend><button type="button" aria-pressed="true">all</button>\
            \(buttons)<span class="said" role="status"></span></fieldset>

            """
    }

    private static func strip(
        _ picture: MadePictures.Picture, of category: String, _ shelf: inout PictureShelf
    ) -> PictureStrip {
        var parts: [(name: String, picture: Markup)] = []
        if let photo = picture.photo {
            parts.append(("photo", shelf.show(photo, label: "photo \(picture.source ?? "")")))
        }
        parts.append(("synthetic", shelf.show(picture.image, label: "synthetic picture, \(picture.kind)")))
        parts.append(("soft label", shelf.show(picture.soft, label: "soft label")))
        parts.append(("binary label", shelf.show(picture.mask, label: "binary label")))
        let source = picture.source.map { "from \($0.split(separator: "/").last ?? "")" } ?? ""
        return PictureStrip(
            title: "\(category), \(picture.kind), \(picture.id)", parts: parts,
            facts: [("kind", picture.kind), ("picture", picture.id)] + picture.facts,
            caption: """
                <span class="tag">\(picture.kind)</span><span class="id">\(String(picture.id.prefix(12)))</span>\
                <span>\(source)</span>
                """, kind: picture.kind)
    }

    var guidanceSection: Section? {
        guard let made, made.categories.contains(where: { !$0.traces.isEmpty }) else { return nil }
        let rows = made.categories.filter { !$0.traces.isEmpty }.map { category -> Markup in
            let traces = category.traces
            let stops = traces.compactMap(\.stoppedAt)
            let typical = GuidanceTrace.median(stops.map { [Double($0)] }).first
            let stopped =
                typical.map { "stopped early in \(stops.count) of \(traces.count), at step \(PlainNumber.short($0))" }
                ?? "never stopped early"
            let plots = [
                LinePlot.steps(traces.map(\.n), title: "n, cells above the mean"),
                LinePlot.steps(traces.map(\.loss), title: "loss"),
                LinePlot.steps(traces.map(\.alpha), title: "α, step size"),
            ]
            return """
                <h3>\(category.name) <span class="note">\(traces.count) pictures, \(stopped)</span></h3>
                <div class="multiples">\(plots.map(\.markup))</div>

                """
        }
        return Section(
            id: "guidance", short: "Guidance", title: "How guidance went",
            body: """
                <p class="note">Attention to the word is pushed up while the picture is denoised. A thin line is a \
                picture, up to the step at which guidance stopped; the thick line is the median.</p>
                \(rows)
                """)
    }
}
