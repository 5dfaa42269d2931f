// The schema of a comparison: a few keys, read by the same walk as a manifest's.

extension DocumentType {
    static let comparison = DocumentType(root: Schema.comparison, noun: "comparison", version: ComparisonFile.version)
}

extension Schema {
    static let comparison = SectionType(keys: [
        SchemaKey(
            "version", .integer(ComparisonFile.version...ComparisonFile.version), .required,
            "Version of the comparison's format."),
        SchemaKey("name", .text(.name), .required, "Names the folder of the results, `comparisons/NAME`."),
        SchemaKey("manifest", .path, .required, "The manifest that the rows vary."),
        SchemaKey("set", overrides, .value(.list([])), "Overrides for all rows."),
        SchemaKey(
            "groups",
            .mapping(
                from: NameRule(plural: "names of groups", rule: .label),
                .list(of: .text(.category), ListRule(distinct: .elements))),
            .value(.table([])), "Categories that are averaged apart; else one group `all` of every category."),
        SchemaKey(
            "pairs", .boolean, .value(.boolean(false)),
            "Whether each row's pictures and labels are compared with the first row's, one by one: of the same normal, words and number."
        ),
        // More rows than that are a script's work, and no table.
        SchemaKey(
            "rows", .list(of: .section(comparisonRow), ListRule(count: 1...100, distinct: .key("name"))), .required,
            "The variants; all others are compared with the first."),
    ])

    private static let comparisonRow = SectionType(keys: [
        SchemaKey("name", .text(.label), .required, "Names the row in tables."),
        SchemaKey("manifest", .path, .absent, "A manifest of this row's own."),
        SchemaKey("set", overrides, .value(.list([])), "Overrides of this row, after those for all rows."),
    ])

    private static let overrides = ValueType.list(of: .text(.override), ListRule(count: 0...1000))
}

extension TextRule {
    /// Names of rows and groups: they stand in tables and under pictures.
    static let label = TextRule(expected: "one line of text, at most 60 characters", pattern: "^(?=.*\\S).{1,60}$") {
        isLine($0, most: 60)
    }

    /// `key.path=value`; what the key takes is checked with the manifest.
    static let override = TextRule(expected: "an override as generation.steps=50", pattern: "^[^=]+=.+$") { text in
        guard isLine(text, most: 4000), let equals = text.firstIndex(of: "=") else { return false }
        return equals > text.startIndex && text.index(after: equals) < text.endIndex
    }
}
