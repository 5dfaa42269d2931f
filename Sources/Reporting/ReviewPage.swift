import Foundation
package import Imaging
import ParameterKit

/// The page of `flawsmith review`: one self-contained file on which a person ticks the pictures to leave out, and which
/// saves them as a small JSON file.
package struct ReviewPage {
    package struct Picture {
        /// The unit's id.
        package var id: String
        package var category: String
        package var anomaly: String
        /// Index into the normals; nil for a picture made elsewhere.
        package var normal: Int?
        package var isRejected: Bool
        /// How it did at the gate, in words; nil where pictures aren't checked.
        package var scores: String?
        /// Whether the gate keeps it out of the data set: it can be looked at, and not chosen.
        package var isOut: Bool
        package var image: Image
        /// Of the picture's size.
        package var mask: Mask
        package init(
            id: String, category: String, anomaly: String, normal: Int?, isRejected: Bool, image: Image, mask: Mask,
            scores: String? = nil, isOut: Bool = false
        ) {
            (self.scores, self.isOut) = (scores, isOut)
            (self.id, self.category, self.anomaly, self.normal) = (id, category, anomaly, normal)
            (self.isRejected, self.image, self.mask) = (isRejected, image, mask)
        }
    }

    /// Pixels that a picture may take on the page, each way.
    package static let side = 288
    /// Version of the saved file.
    private static let version = 1

    private let name: String
    /// What the saved file is called.
    private let file: String
    private var normals: [JSONValue] = []
    private var pictures: [JSONValue] = []

    /// - Parameters:
    ///   - name: the run's.
    ///   - file: the name that the browser is to save under.
    package init(name: String, file: String) { (self.name, self.file) = (name, file) }

    package var count: Int { pictures.count }
    /// Those that the gate keeps out of the data set.
    package var outCount: Int { pictures.count { $0["out"] == true } }

    /// - Returns: the picture's index, for ``Picture/normal``.
    package mutating func add(normal: Image) throws(ImageError) -> Int {
        normals.append(.string(try Self.address(normal)))
        return normals.count - 1
    }

    /// Takes a small copy, so that thousands of pictures need little memory.
    package mutating func add(_ picture: Picture) throws(ImageError) {
        let small = picture.image.rgb().thumbnail(width: Self.side, height: Self.side)
        let outlined = picture.image.rgb().outlining(
            picture.mask, thickness: max(1, max(picture.image.width, picture.image.height) / Self.side))
        var members: [String: JSONValue] = [
            "id": .string(picture.id), "category": .string(picture.category), "kind": .string(picture.anomaly),
            "image": .string(try Self.address(small)), "label": .string(try Self.address(outlined)),
            "rejected": .bool(picture.isRejected),
        ]
        members["normal"] = picture.normal.map { .int($0) }
        members["scores"] = picture.scores.map { .string($0) }
        if picture.isOut { members["out"] = true }
        pictures.append(.object(members))
    }

    private static func address(_ image: Image) throws(ImageError) -> String {
        let small = image.rgb().thumbnail(width: side, height: side)
        return "data:image/jpeg;base64," + Data(try small.jpeg(quality: 85)).base64EncodedString()
    }

    package func html() -> String {
        let hasOut = outCount > 0
        let data: JSONValue = [
            "name": .string(name), "file": .string(file), "version": .int(Self.version), "normals": .array(normals),
            "pictures": .array(pictures),
        ]
        // "</script>" and "<!--" in a name must not end the element.
        let json = data.canonicalText.replacingOccurrences(of: "<", with: "\\u003c")
        let title = Self.escaped(name)
        return """
            <!DOCTYPE html>
            <html lang="en">
            <head>
            <meta charset="utf-8">
            <meta name="viewport" content="width=device-width, initial-scale=1">
            <meta http-equiv="Content-Security-Policy" content="default-src 'none'; img-src data:; style-src 'unsafe-inline'; script-src 'unsafe-inline'">
            <title>Review of \(title)</title>
            <style>
            \(Self.style)
            </style>
            </head>
            <body>
            <header>
            <h1>Review of <span>\(title)</span></h1>
            <p class="lead">Click what should not be in the data set, then save. The next run leaves it out and draws nothing again.</p>
            <div class="bar">
            <label>Category <select id="category"></select></label>
            <label>Kind <select id="kind"></select></label>
            <label>Show <select id="show"><option value="">all of the data set</option><option value="kept">kept</option><option value="rejected">rejected</option>\(hasOut ? "<option value=\"out\">out by the gate</option>" : "")</select></label>
            <label class="check"><input type="checkbox" id="outline"> label's outline</label>
            <span id="count" role="status"></span>
            <button id="save">Save \(Self.escaped(file))</button>
            </div>
            </header>
            <main id="grid"></main>
            <footer>
            <p>Keys: <kbd>←</kbd> <kbd>→</kbd> move, <kbd>space</kbd> rejects or keeps, <kbd>L</kbd> shows the outline, <kbd>N</kbd> held down the normal picture.</p>
            <p>Put the saved file beside the manifest and name it there: <code>generation: { rejected: \(Self.escaped(file)) }</code></p>
            </footer>
            <noscript><p>This page needs JavaScript; it loads nothing from anywhere.</p></noscript>
            <script type="application/json" id="data">\(json)</script>
            <script>
            \(Self.script)
            </script>
            </body>
            </html>

            """
    }

    private static func escaped(_ text: String) -> String {
        text.replacingOccurrences(of: "&", with: "&amp;").replacingOccurrences(of: "<", with: "&lt;")
            .replacingOccurrences(of: ">", with: "&gt;").replacingOccurrences(of: "\"", with: "&quot;")
    }
}
