/// How many pictures of each kind a category has, as far as the names of its files tell.
package struct NamedCounts: Sendable, Equatable {
    package var train = 0
    package var testGood = 0
    /// Normal pictures of a layout that splits by a rule or a table.
    package var undecided = 0
    /// Folder of damage → its pictures.
    package var defects: [String: Int] = [:]

    package var testDefective: Int { defects.values.reduce(0, +) }

    package init() {}

    package init(_ entries: some Sequence<LayoutEntry>) { for entry in entries { count(entry) } }

    package mutating func count(_ entry: LayoutEntry) {
        guard case .picture(let split, let folder) = entry.role else { return }
        let isGood = DatasetLayout.isGood(folder)
        switch (split, isGood) {
        case (.train, _): train += 1
        case (.test, true): testGood += 1
        case (nil, true): undecided += 1
        case (_, false): defects[folder, default: 0] += 1
        }
    }
}

extension PublishedDataset {
    /// The public data set that a category is of, told by its pictures' numbers: a name alone shows nothing, since
    /// anybody may have pictures of hazelnuts.
    ///
    /// Two of the published numbers must be there exactly: of training pictures, of normal test pictures, of each kind
    /// of defect; or a kind's folder must have the name that this set alone uses. So a copy that lacks some of the
    /// pictures is still known. VisA comes in MVTec's layout, too (its authors' script).
    package static func recognised(
        category: String, layout: DatasetLayout, counts: NamedCounts
    ) -> PublishedDataset? {
        all.first { set in
            guard set.layout == layout || layout != .visa, layout != .pairs, let known = set[category] else {
                return false
            }
            if let mark = set.mark, counts.defects[mark] != nil { return true }
            return known.counts.map { $0.agreements(with: counts) >= 2 } ?? false
        }
    }

    /// A public data set that has a category of this name, whatever its pictures are. Sets whose names of categories
    /// say nothing ("01") are left out.
    package static func namesake(of category: String) -> PublishedDataset? {
        all.first { $0.mark == nil && $0[category] != nil }
    }
}

extension PublishedDataset.Counts {
    /// How many of the published numbers a category has.
    fileprivate func agreements(with counts: NamedCounts) -> Int {
        if counts.undecided > 0 {
            return (counts.undecided == train + testGood ? 1 : 0) + (counts.testDefective == testDefective ? 1 : 0)
        }
        var found = (counts.train == train ? 1 : 0) + (counts.testGood == testGood ? 1 : 0)
        if defects.isEmpty {
            found += counts.testDefective == testDefective ? 1 : 0
        } else {
            found += defects.count { counts.defects[$0.key] == $0.value }
        }
        return found
    }
}
