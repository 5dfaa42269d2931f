import Foundation
import StageKit

/// The pictures of a page: each is embedded once, under a name, and shown by that name wherever it is needed.
struct PictureShelf {
    private var names: [String: Int] = [:]
    private(set) var definitions: [Markup] = []

    /// A picture's number on the shelf; equal pictures have one.
    mutating func number(of picture: EmbeddedPicture) -> Int {
        let digest = Digest.sha256(Data(picture.bytes))
        if let number = names[digest] { return number }
        let number = names.count + 1
        names[digest] = number
        let encoded = Markup(
            trusted: "data:image/\(picture.format.rawValue);base64," + Data(picture.bytes).base64EncodedString())
        definitions.append(
            "<image id=\"p\(number)\" width=\"\(picture.width)\" height=\"\(picture.height)\" href=\"\(encoded)\"/>\n")
        return number
    }

    /// Pictures of one size, laid over each other.
    ///
    /// - Parameters:
    ///   - over: drawn on top, each with the class of its style.
    ///   - label: what the picture is, for those who don't see it.
    mutating func show(
        _ picture: EmbeddedPicture, over: [(picture: EmbeddedPicture, style: Markup)] = [], label: String
    ) -> Markup {
        let layers = over.map { layer -> Markup in
            "<use href=\"#p\(number(of: layer.picture))\" class=\"\(layer.style)\"/>"
        }
        return """
            <svg viewBox="0 0 \(picture.width) \(picture.height)" role="img" aria-label="\(label)">\
            <use href="#p\(number(of: picture))"/>\(layers)</svg>
            """
    }
}
