/// What is known about an ingested category as a whole: `dataset.json` beside `index.jsonl`.
package struct DatasetRecord: Codable, Sendable, Equatable {
    package var category: String
    package var layout: DatasetLayout
    /// SHA-256 of the archive, or of the listing of a folder.
    package var sourceSHA256: String
    /// The data set's identifier (`mvtec`, `visa`) when the source is that data set's official archive, byte for byte.
    package var verified: String?
    /// The identifier of the published data set that the category is of, by the archive's SHA-256 or by its pictures'
    /// numbers (`PublishedDataset.recognised`); it decides the licence. A category's name alone decides nothing.
    package var publishedIn: String?
    package var counts: CategoryCounts
    /// Differences from the published counts, and oddities of the layout.
    package var warnings: [String]

    package init(
        category: String, layout: DatasetLayout, sourceSHA256: String, verified: String?, publishedIn: String?,
        counts: CategoryCounts,
        warnings: [String]
    ) {
        (self.category, self.layout, self.sourceSHA256) = (category, layout, sourceSHA256)
        (self.verified, self.publishedIn, self.counts, self.warnings) = (verified, publishedIn, counts, warnings)
    }
}

/// How many pictures a category has.
package struct CategoryCounts: Codable, Sendable, Equatable {
    package var train: Int
    package var testGood: Int
    /// Defect → test pictures.
    package var defects: [String: Int]

    package var testDefective: Int { defects.values.reduce(0, +) }

    package init(train: Int, testGood: Int, defects: [String: Int]) {
        (self.train, self.testGood, self.defects) = (train, testGood, defects)
    }

    package init(_ pictures: some Sequence<CategoryAssembly.Picture>) {
        self.init(train: 0, testGood: 0, defects: [:])
        for picture in pictures {
            switch (picture.split, picture.anomalous) {
            case (.train, _): train += 1
            case (.test, false): testGood += 1
            case (.test, true): defects[picture.defect, default: 0] += 1
            }
        }
    }
}
