import ParameterKit

/// Variants of a manifest whose results are set side by side: the rows of an ablation or of a claim.
package struct ComparisonFile: Sendable, Equatable {
    /// The only version of the format so far (`version: 1`).
    package static let version = 1

    package struct Row: Sendable, Equatable {
        /// Differs from the other rows'.
        package var name: String
        /// The row's own manifest as it was written; `nil`: the comparison's.
        package var ownManifest: String?
        /// The manifest's file, as a command line would name it.
        package var manifestFile: String
        /// Where the manifest is named: `file:line:column`.
        package var manifestPlace: String
        /// The detector that the row shows; nil: the manifest's first.
        package var detector: String?
        /// Where the row, or its detector, is named.
        package var place: String
        /// The row's own overrides; those for all rows come before them.
        package var set: [Override]
    }

    /// Categories that are averaged apart.
    package struct Group: Sendable, Equatable {
        package var name: String
        /// Without repetitions, as written.
        package var categories: [String]
        var places: [SourceLocation]
    }

    /// A file name's worth of letters, digits, `.`, `_` and `-`.
    package var name: String
    /// As written.
    package var manifest: String
    /// Overrides for all rows.
    package var set: [Override]
    /// As written; empty: one group of all categories.
    package var groups: [Group]
    /// Whether pictures are compared with the first row's, one by one.
    package var pairs: Bool
    /// At least one.
    package var rows: [Row]
    /// What messages call the file.
    var file: String

    /// Checks that every row's manifest has the groups' categories: means over different categories can't be compared.
    ///
    /// - Parameter known: the categories of each row.
    /// - Throws: `ManifestError.invalid` naming each category that a row lacks, at its place.
    package func checkGroups(_ known: [(row: String, categories: [String])]) throws(ManifestError) {
        var diagnostics = Diagnostics()
        for group in groups {
            for (category, place) in zip(group.categories, group.places) {
                guard let row = known.first(where: { !$0.categories.contains(category) }) else { continue }
                diagnostics.add(
                    "groups.\(group.name): the row \(shown(row.row)) has no category \(shown(category))"
                        + Suggestion.text(for: category, among: row.categories),
                    at: place)
            }
        }
        guard diagnostics.all.isEmpty else { throw .invalid(file: file, diagnostics.sorted) }
    }
}
