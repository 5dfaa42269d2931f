/// The pictures of one category, with their splits, labels and masks: what remains when names and tables have been
/// understood.
package struct CategoryAssembly: Sendable, Equatable {
    package struct Picture: Sendable, Equatable {
        package var id: String
        package var split: Split
        package var anomalous: Bool
        package var defect: String
        /// Paths below the category.
        package var file: String
        package var mask: String?
    }
    /// Ascending by id.
    package var pictures: [Picture]
    /// Oddities that don't stand in the way.
    package var warnings: [String]

    /// - Parameters:
    ///   - entries: every file of the category.
    ///   - splits, labels: VisA's tables; nil where the source has none.
    ///   - needsTraining: false where the test split alone is looked at.
    /// - Throws: when there is no normal training picture, a mask or a table is missing, two pictures have one
    ///   identifier.
    package init(
        category: String, layout: DatasetLayout, entries: [LayoutEntry], splits: VisASplitTable? = nil,
        labels: VisALabelTable? = nil,
        needsTraining: Bool = true
    ) throws(DatasetError) {
        switch layout {
        case .mvtec, .folder: (pictures, warnings) = try Self.pairedByStem(category, entries)
        case .visa: (pictures, warnings) = try Self.byTable(category, entries, splits, labels)
        }
        pictures.sort { $0.id.utf8.lexicographicallyPrecedes($1.id.utf8) }
        for (one, next) in zip(pictures, pictures.dropFirst()) where one.id == next.id {
            throw DatasetError(
                "and \(one.file) have the same identifier \(one.id); rename one of them", at: "\(category)/\(next.file)"
            )
        }
        guard !needsTraining || pictures.contains(where: { $0.split == .train }) else {
            throw DatasetError("has no normal pictures to train on (train/good)", at: category)
        }
        if !pictures.contains(where: { $0.split == .test && $0.anomalous }) {
            warnings.append("\(category) has no anomalous test pictures: there is nothing to detect on")
        } else if !pictures.contains(where: { $0.split == .test && !$0.anomalous }) {
            warnings.append("\(category) has no normal test pictures: scores of whole pictures can't be told apart")
        }
    }

    /// MVTec AD: the mask of `test/crack/000.png` is `ground_truth/crack/000_mask.png` (or `000.png`), found by its
    /// name and never by its place in a sorted list.
    private static func pairedByStem(_ category: String, _ entries: [LayoutEntry]) throws(DatasetError) -> (
        [Picture], [String]
    ) {
        var masks: [String: String] = [:]
        for entry in entries {
            guard case .mask(let folder) = entry.role else { continue }
            var stem = stem(entry.path)
            if stem.hasSuffix("_mask") { stem.removeLast("_mask".count) }
            if let other = masks.updateValue(entry.path, forKey: "\(folder)/\(stem)") {
                throw DatasetError("and \(other) are masks of the same picture", at: "\(category)/\(entry.path)")
            }
        }
        var pictures: [Picture] = []
        for entry in entries {
            guard case .picture(let split?, let folder) = entry.role else { continue }
            let anomalous = folder != "good"
            let place = "\(category)/\(entry.path)"
            if anomalous && split == .train {
                throw DatasetError("training pictures must be normal; only train/good is expected", at: place)
            }
            let mask = anomalous ? masks.removeValue(forKey: "\(folder)/\(stem(entry.path))") : nil
            if anomalous && mask == nil {
                throw DatasetError("its mask ground_truth/\(folder)/\(stem(entry.path))_mask.png is missing", at: place)
            }
            pictures.append(
                Picture(
                    id: "\(category)/\(split.rawValue)/\(folder)/\(stem(entry.path))", split: split,
                    anomalous: anomalous,
                    defect: folder, file: entry.path, mask: mask))
        }
        let warnings = masks.isEmpty ? [] : [orphans(category, Array(masks.values))]
        return (pictures, warnings)
    }

    private static func byTable(
        _ category: String, _ entries: [LayoutEntry], _ splits: VisASplitTable?, _ labels: VisALabelTable?
    ) throws(DatasetError) -> ([Picture], [String]) {
        guard let splits else {
            throw DatasetError(
                "split_csv/1cls.csv is missing: without it nobody knows what is for training and what for testing",
                at: category)
        }
        guard let rows = splits.rows[category] else {
            throw DatasetError("has no line for \(category)", at: "split_csv/1cls.csv")
        }
        var warnings: [String] = []
        var there = Set(entries.filter { if case .picture = $0.role { true } else { false } }.map(\.path))
        var masks = Set(entries.filter { if case .mask = $0.role { true } else { false } }.map(\.path))
        var pictures: [Picture] = []
        for row in rows {
            let place = "\(category)/\(row.image)"
            guard there.remove(row.image) != nil else {
                throw DatasetError(
                    "split_csv/1cls.csv names this picture, but it is missing (or named twice)", at: place)
            }
            if row.anomalous && row.split == .train {
                throw DatasetError("split_csv/1cls.csv puts an anomalous picture into the training split", at: place)
            }
            if row.anomalous {
                guard let mask = row.mask else {
                    throw DatasetError("split_csv/1cls.csv names no mask for it", at: place)
                }
                guard masks.remove(mask) != nil else {
                    throw DatasetError("its mask \(mask) is missing", at: place)
                }
            }
            let defect = row.anomalous ? labels?.defects[row.image] ?? "bad" : "good"
            pictures.append(
                Picture(
                    id: "\(category)/\(row.split.rawValue)/\(defect)/\(stem(row.image))", split: row.split,
                    anomalous: row.anomalous,
                    defect: defect, file: row.image, mask: row.anomalous ? row.mask : nil))
        }
        if labels == nil { warnings.append("\(category)/image_anno.csv is missing: all defects are called \"bad\"") }
        if !there.isEmpty {
            warnings.append(
                "\(category): \(there.count) pictures stand in no line of split_csv/1cls.csv and are left out")
        }
        if !masks.isEmpty { warnings.append(orphans(category, Array(masks))) }
        return (pictures, warnings)
    }

    private static func orphans(_ category: String, _ masks: [String]) -> String {
        "\(category): \(masks.count) masks have no picture, \(masks.sorted()[0]) among them"
    }

    private static func stem(_ path: String) -> String {
        let file = path.split(separator: "/").last.map(String.init) ?? path
        return file.lastIndex(of: ".").map { String(file[..<$0]) } ?? file
    }
}
