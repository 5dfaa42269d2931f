/// A public data set: its archive's SHA-256, its licence, how many pictures each category has.
package struct PublishedDataset: Sendable, Equatable {
    package struct Category: Sendable, Equatable {
        package var name: String
        /// nil for sets whose counts are unchecked.
        package var counts: Counts?
    }
    /// How many pictures a category has as published, and of which size.
    package struct Counts: Sendable, Equatable {
        package var train: Int
        package var testGood: Int
        package var testDefective: Int
        /// Defect → test pictures; empty where the official layout names no defects by folder.
        package var defects: [String: Int]
        package var width: Int
        package var height: Int
        package var channels: Int
    }
    /// The name in records.
    package var identifier: String
    package var layout: DatasetLayout
    /// A defect that every category of the set has. Identifies sets whose categories have uninformative names ("01").
    package var mark: String? = nil
    /// The name in running text.
    package var title: String
    package var archive: String
    /// Digest of the archive; nil where there are several archives or the digest is unknown.
    package var sha256: String?
    package var licence: DatasetLicence
    package var categories: [Category]

    package subscript(category: String) -> Category? { categories.first { $0.name == category } }

    package static let all = [mvtec, visa, ad2, loco, btad, mpdd]

    /// The data set whose official archive has this SHA-256.
    package static func verified(sha256: String) -> PublishedDataset? { all.first { $0.sha256 == sha256 } }
}

extension PublishedDataset {
    /// What a report calls the data set that these categories are from: "MVTec AD, verified official archive".
    package static func title(of records: [DatasetRecord]) -> String {
        guard let first = records.first else { return "no categories" }
        let published = all.first { $0.identifier == first.publishedIn }
        let name = published?.title ?? "own pictures (\(first.layout.rawValue) layout)"
        return records.allSatisfy { $0.verified != nil } ? "\(name), verified official archive" : name
    }
}

extension PublishedDataset.Category {
    /// Sentences on every count that differs; empty when all are as published, or none is known.
    package func differences(from found: CategoryCounts) -> [String] {
        counts?.differences(from: found, of: name) ?? []
    }
}

extension PublishedDataset.Counts {
    fileprivate func differences(from counts: CategoryCounts, of name: String) -> [String] {
        var found: [String] = []
        func compare(_ what: String, _ count: Int, _ published: Int) {
            if count != published { found.append("\(name) has \(count) \(what), as published it has \(published)") }
        }
        compare("training pictures", counts.train, train)
        compare("normal test pictures", counts.testGood, testGood)
        if defects.isEmpty {
            compare("anomalous test pictures", counts.testDefective, testDefective)
        } else {
            for defect in Set(defects.keys).union(counts.defects.keys).sorted() {
                compare("test pictures of \(defect)", counts.defects[defect] ?? 0, defects[defect] ?? 0)
            }
        }
        return found
    }
}
