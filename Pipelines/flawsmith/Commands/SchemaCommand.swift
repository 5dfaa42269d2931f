import ArgumentParser
import ManifestKit
import ManifestSections

/// The keys of a manifest or a comparison: for people (Markdown) or editors (JSON Schema).
struct SchemaCommand: ParsableCommand {
    enum Document: String, ExpressibleByArgument, CaseIterable { case manifest, comparison }
    enum Format: String, ExpressibleByArgument, CaseIterable { case markdown, json }

    static let configuration = CommandConfiguration(
        commandName: "schema",
        abstract: "Print every key of the manifest or of a comparison, with types, defaults and meaning.",
        discussion: """
            Example:
              flawsmith schema --format json > manifest.schema.json
            """)

    @Option(help: "markdown, or json for a JSON Schema that editors understand.")
    var format = Format.markdown

    @Option(name: .customLong("of"), help: "manifest, or comparison for the file of `flawsmith compare`.")
    var document = Document.manifest

    func run() throws {
        switch (document, format) {
        case (.manifest, .markdown): print(Manifest.document.keysInMarkdown)
        case (.manifest, .json): print(Manifest.document.jsonSchema)
        case (.comparison, .markdown): print(ComparisonKeys.document.keysInMarkdown)
        case (.comparison, .json): print(ComparisonKeys.document.jsonSchema)
        }
    }
}
