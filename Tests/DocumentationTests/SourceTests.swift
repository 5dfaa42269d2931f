import Foundation
import ManifestKit
import ManifestSections
import Testing

/// Pages against the sources that they tell of.
@Suite struct SourceTests {
    @Test("the reference pages are what `flawsmith schema` prints")
    func references() throws {
        let remedy: Comment = "write it anew: make references"
        #expect(
            try Pages.text("\(Pages.catalogue)/ManifestReference.md") == Manifest.document.keysInMarkdown + "\n", remedy
        )
        #expect(
            try Pages.text("\(Pages.catalogue)/ComparisonReference.md") == ComparisonKeys.document.keysInMarkdown
                + "\n",
            remedy)
    }

    @Test("the files and folders that articles name are there", arguments: Pages.articles)
    func files(article: String) throws {
        let sources = ["Sources", "Pipelines"].flatMap { Pages.files(below: $0, ending: ".swift") }
        let names = Set(sources.compactMap { $0.split(separator: "/").last.map(String.init) })
        for span in Pages.codeSpans(try Pages.text(article)) {
            if span.wholeMatch(of: /[A-Za-z0-9+]+\.swift/) != nil {
                #expect(names.contains(span), "\(article): \(span)")
            } else if span.wholeMatch(of: /(Sources|Pipelines)\/[A-Za-z-]+/) != nil {
                let folder = Pages.checkout.appendingPathComponent(span).path
                #expect(FileManager.default.fileExists(atPath: folder), "\(article): \(span)")
            }
        }
    }

    @Test(
        "the keys that articles name are in the schema",
        arguments: Pages.articles + ["README.md", "Manifests/README.md"])
    func keys(page: String) throws {
        var known: Set<Substring> = [], section: Substring = ""
        for line in Manifest.document.keysInMarkdown.split(separator: "\n") {
            if let heading = line.wholeMatch(of: /#+ `(.*)`/) {
                section = heading.1
                known.insert(section)
            } else if let row = line.prefixMatch(of: /\| `([a-z_]+)` \|/) {
                known.insert(section.isEmpty ? row.1 : "\(section).\(row.1)")
            }
        }
        #expect(known.count > 100)
        for span in Pages.codeSpans(try Pages.text(page)) {
            guard let path = span.prefixMatch(of: /[a-z_]+(\.[a-z_]+)+/)?.0,
                let first = path.split(separator: ".").first,
                known.contains(first), !path.hasSuffix(".html")
            else { continue }
            #expect(known.contains(path), "\(page): \(span)")
        }
    }

    /// Swift sources as one text: a string's pieces put together.
    private func strings() throws -> String {
        let files = ["Sources", "Pipelines"].flatMap { Pages.files(below: $0, ending: ".swift") }
        return try files.map { try Pages.text($0) }.joined(separator: "\n")
            .replacing(/\\\n\s*/, with: "").replacing(/"\s*\+\s*"/, with: "")
    }

    @Test("every message of the page on troubles occurs in the sources, and its code is one that there is")
    func messages() throws {
        let sources = try strings()
        let codes = ["", "0", "1", "64", "65", "66", "69", "70", "73", "74", "75", "78"]
        var count = 0
        for line in try Pages.text("\(Pages.catalogue)/Troubleshooting.md").split(separator: "\n") {
            guard let row = line.prefixMatch(of: /\| `(.*?)` \| (\d*) ?\|/) else { continue }
            count += 1
            #expect(codes.contains(String(row.2)), "\(line)")
            for piece in row.1.split(separator: "…") {
                let words = piece.trimmingCharacters(in: .whitespaces)
                #expect(words.isEmpty || sources.contains(words), "\(row.1)")
            }
        }
        #expect(count > 50)
    }
}
