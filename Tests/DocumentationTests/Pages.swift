import Foundation

/// The pages of the repository, as a reader sees them.
enum Pages {
    /// Tests/DocumentationTests/Pages.swift is three levels below the checkout.
    static let checkout = URL(fileURLWithPath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
        .deletingLastPathComponent()
    static let catalogue = "Sources/Flawsmith.docc"

    static func text(_ path: String) throws -> String {
        try String(contentsOf: checkout.appendingPathComponent(path), encoding: .utf8)
    }

    /// Paths of files below a folder of the checkout, with this ending; hidden ones and what builds and runs left aside.
    static func files(below folder: String, ending: String) -> [String] {
        let top = checkout.appendingPathComponent(folder)
        guard let files = FileManager.default.enumerator(atPath: top.path) else { return [] }
        return files.compactMap { $0 as? String }
            .filter { $0.hasSuffix(ending) && !$0.split(separator: "/").contains { $0.hasPrefix(".") } }
            .map { "\(folder)/\($0)" }.sorted()
    }

    /// All Markdown pages.
    static var all: [String] {
        ["README.md", "CHANGELOG.md", ".github/CONTRIBUTING.md", "Output/README.md"]
            + ["Sources", "Pipelines", "Manifests", "Tests"].flatMap { files(below: $0, ending: ".md") }
    }

    /// The articles of the catalogue that people wrote.
    static var articles: [String] {
        files(below: catalogue, ending: ".md").filter { !$0.hasSuffix("Reference.md") }
    }

    /// What stands between single backticks on a line, outside of blocks of code.
    static func codeSpans(_ text: String) -> [String] {
        prose(text).flatMap { line in
            line.split(separator: "`", omittingEmptySubsequences: false).enumerated()
                .filter { $0.offset % 2 == 1 }.map { String($0.element) }
        }
    }

    /// Lines outside of fenced and indented code.
    static func prose(_ text: String) -> [Substring] {
        var isCode = false
        return text.split(separator: "\n", omittingEmptySubsequences: false).filter { line in
            if line.hasPrefix("```") { isCode.toggle() }
            return !isCode && !line.hasPrefix("```") && !line.hasPrefix("    ")
        }
    }
}
