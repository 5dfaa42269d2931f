/// The pictures of one category, with their splits, labels and masks: the result of reading names and tables.
package struct CategoryAssembly: Sendable, Equatable {
    package struct Picture: Sendable, Equatable {
        package var id: String
        package var split: Split
        package var anomalous: Bool
        package var defect: String
        /// Paths below the category.
        package var file: String
        package var mask: String?
        /// Further masks of the same picture (MVTec LOCO has one for each defect). A pixel is damaged if any mask marks
        /// it.
        package var moreMasks: [String] = []

        package var masks: [String] { (mask.map { [$0] } ?? []) + moreMasks }
    }
    /// Ascending by id.
    package var pictures: [Picture]
    /// Oddities that don't keep the category from being used.
    package var warnings: [String]

    /// Where no layout, table or folder splits the normal pictures, every tenth in the order of names is for testing.
    /// This is VisA's own share.
    package static let testShare = 10

    /// - Parameters:
    ///   - entries: every file of the category.
    ///   - splits, labels: VisA's tables; nil where the source has none.
    ///   - folders: for the layout `folder`: which folder holds what.
    ///   - needsTraining: false where only the test split is used.
    /// - Throws: when there is no normal training picture, a mask or a table is missing, or two pictures have the same
    ///   identifier.
    package init(
        category: String, layout: DatasetLayout, entries: [LayoutEntry], splits: VisASplitTable? = nil,
        labels: VisALabelTable? = nil, folders: FolderNames? = nil, needsTraining: Bool = true
    ) throws(DatasetError) {
        switch layout {
        case .visa: (pictures, warnings) = try Self.byTable(category, entries, splits, labels)
        case .mvtec, .pairs, .folder:
            let names: any FileKeys =
                if layout == .pairs { PairKeys() } else if let folders { FolderKeys(folders: folders) } else {
                    TreeKeys()
                }
            (pictures, warnings) = try Self.pairedByName(category, entries, names)
        }
        pictures.sort { $0.id.utf8.lexicographicallyPrecedes($1.id.utf8) }
        for (one, next) in zip(pictures, pictures.dropFirst()) where one.id == next.id {
            throw DatasetError(
                "and \(one.file) have the same identifier \(one.id); rename one of them", at: "\(category)/\(next.file)"
            )
        }
        guard !needsTraining || pictures.contains(where: { $0.split == .train }) else {
            throw DatasetError(
                "has no normal pictures to train on (\(layout == .pairs ? "good/image" : "train/good"))", at: category)
        }
        if !pictures.contains(where: { $0.split == .test && $0.anomalous }) {
            warnings.append("\(category) has no anomalous test pictures: there is nothing to detect on")
        } else if !pictures.contains(where: { $0.split == .test && !$0.anomalous }) {
            warnings.append("\(category) has no normal test pictures: scores of whole pictures can't be told apart")
        }
    }

    static func orphans(_ category: String, _ masks: [String]) -> String {
        "\(category): \(masks.count) masks have no picture of damage, \(masks.sorted()[0]) among them"
    }

    /// A path without the ending of its file.
    package static func stem(_ path: some StringProtocol) -> String {
        let slash = path.lastIndex(of: "/").map { path.index(after: $0) } ?? path.startIndex
        return path[slash...].lastIndex(of: ".").map { String(path[..<$0]) } ?? String(path)
    }
}
