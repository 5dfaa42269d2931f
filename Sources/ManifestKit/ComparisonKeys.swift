package import ParameterKit

/// The keys of a comparison, read by the same walk as a manifest's.
package struct ComparisonKeys: Parameters {
    package struct Row: Parameters {
        @Key("Names the row in tables.", .text(.label), isRequired: true)
        package var name = ""
        @Key("A manifest of this row's own.", .optional(.path))
        package var manifest: ManifestPath? = nil
        @Key(
            "Which of the manifest's detectors the row shows, by its name there; else the first.",
            .optional(.text(.label)))
        package var detector: String? = nil
        @Key("Overrides of this row, after those for all rows.", .each(.text(.override), count: 0...1000))
        package var set: [String] = []
        package init() {}
    }

    @Key("Version of the comparison's format.", .in(ComparisonFile.version...ComparisonFile.version), isRequired: true)
    package var version = ComparisonFile.version
    @Key("Names the folder of the results, `comparisons/NAME`.", .text(.name), isRequired: true)
    package var name = ""
    @Key("The manifest that the rows vary.", .path, isRequired: true)
    package var manifest = ManifestPath(written: "", absolute: "")
    @Key("Overrides for all rows.", .each(.text(.override), count: 0...1000))
    package var set: [String] = []
    @Key(
        "Categories that are averaged apart; else one group `all` of every category.",
        .table(MappingRule(plural: "names of groups", rule: .label), .each(.text(.category), distinct: true)))
    package var groups = OrderedTable<[String]>()
    @Key(
        "Whether each row's pictures and labels are compared with the first row's, one by one: of the same normal, words and number."
    )
    package var pairs = false
    // More rows would not fit a readable table.
    @Key(
        "The variants; all others are compared with the first.", .each(count: 1...100, distinctBy: "name"),
        isRequired: true)
    package var rows: [Row] = []

    package init() {}

    /// What messages and documents call such a file.
    package static let document = DocumentType(root: section, noun: "comparison", version: ComparisonFile.version)
}

extension TextRule {
    /// Names of rows and groups: they stand in tables and under pictures.
    static let label = TextRule(expected: "one line of text, at most 60 characters", pattern: "^(?=.*\\S).{1,60}$") {
        isLine($0, most: 60)
    }

    /// `key.path=value`; the value is checked together with the manifest.
    static let override = TextRule(expected: "an override as generation.cut.steps=50", pattern: "^[^=]+=.+$") { text in
        guard isLine(text, most: 4000), let equals = text.firstIndex(of: "=") else { return false }
        return equals > text.startIndex && text.index(after: equals) < text.endIndex
    }
}
