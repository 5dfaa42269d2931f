/// A row of pictures that belong together, and opens enlarged: the page's script fills the dialog from its data.
struct PictureStrip {
    /// Heading of the enlarged view.
    var title: String
    /// What each picture is, and the picture.
    var parts: [(name: String, picture: Markup)]
    /// Lines of the enlarged view.
    var facts: [(name: String, value: String)]
    /// Under the row.
    var caption: Markup
    /// For the filter; nil: it isn't filtered.
    var kind: String?

    var markup: Markup {
        let names = parts.map(\.name).joined(separator: "|")
        let lines = facts.map { "\(Self.plain($0.name))\t\(Self.plain($0.value))" }.joined(separator: "\n")
        let filter: Markup = kind.map { " data-kind=\"\($0)\"" } ?? ""
        let width: Markup = parts.count == 3 ? " three" : ""
        return """
            <article class="card"\(filter)><button type="button" class="strip\(width)" data-title="\(title)" \
            data-parts="\(names)" data-facts="\(lines)" aria-haspopup="dialog" aria-label="Enlarge \(title)">\
            \(parts.map(\.picture))</button><p class="cap">\(caption)</p></article>

            """
    }

    /// The separators of `data-facts` are no part of a fact.
    private static func plain(_ text: String) -> String {
        text.replacing("\t", with: " ").replacing("\n", with: " ")
    }
}
