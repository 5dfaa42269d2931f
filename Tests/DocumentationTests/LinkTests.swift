import Foundation
import Testing

/// Links between pages of the repository.
@Suite struct LinkTests {
    /// A heading's anchor, as GitHub makes it: lower case, letters, digits, `-` and `_`; a space is a `-`.
    private func anchor(_ heading: Substring) -> String {
        let plain = heading.drop { $0 == "#" }.drop { $0 == " " }
        return String(
            plain.lowercased().compactMap { character in
                if character == " " { return "-" }
                return character.isLetter || character.isNumber || "-_".contains(character) ? character : nil
            })
    }

    @Test("every relative link leads to a file, and to a heading where it names one", arguments: Pages.all)
    func links(page: String) throws {
        let here = Pages.checkout.appendingPathComponent(page), text = try Pages.text(page)
        let link = /\]\(([^)\s]+)\)/
        for line in Pages.prose(text) {
            for match in line.matches(of: link) {
                let target = match.1
                if target.contains("://") || target.hasPrefix("mailto:") { continue }
                let parts = target.split(separator: "#", maxSplits: 1, omittingEmptySubsequences: false)
                let path = parts.first ?? "", heading = parts.count > 1 ? parts[1] : nil
                let file = path.isEmpty ? here : here.deletingLastPathComponent().appendingPathComponent(String(path))
                #expect(FileManager.default.fileExists(atPath: file.path), "\(page): \(target)")
                guard let heading, path.isEmpty || path.hasSuffix(".md") else { continue }
                let headings = try Pages.prose(String(contentsOf: file, encoding: .utf8)).filter { $0.hasPrefix("#") }
                #expect(headings.map(anchor).contains(String(heading)), "\(page): \(target)")
            }
        }
    }

    @Test("every article stands in the catalogue's list of topics")
    func topics() throws {
        let root = try Pages.text("\(Pages.catalogue)/Flawsmith.md")
        for page in Pages.files(below: Pages.catalogue, ending: ".md") where !page.hasSuffix("/Flawsmith.md") {
            let name = page.split(separator: "/").last ?? ""
            #expect(root.contains("](\(name))"), "\(name)")
        }
    }

    @Test("the front page is at most two screens, and the catalogue's pictures are small")
    func sizes() throws {
        #expect(try Pages.text("README.md").split(separator: "\n", omittingEmptySubsequences: false).count <= 121)
        for picture in Pages.files(below: "\(Pages.catalogue)/Resources", ending: ".png") {
            let bytes = try Data(contentsOf: Pages.checkout.appendingPathComponent(picture)).count
            #expect(bytes < 60_000, "\(picture)")
        }
    }
}
