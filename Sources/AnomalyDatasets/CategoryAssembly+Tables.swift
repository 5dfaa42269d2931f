extension CategoryAssembly {
    /// VisA: the split table says what a picture is for; without it the table of labels says which pictures there are,
    /// and every tenth normal one is for testing.
    static func byTable(
        _ category: String, _ entries: [LayoutEntry], _ splits: VisASplitTable?, _ labels: VisALabelTable?
    ) throws(DatasetError) -> ([Picture], [String]) {
        var warnings: [String] = []
        let rows: [VisASplitTable.Row]
        let table: String
        if let splits {
            table = "split_csv/1cls.csv"
            guard let found = splits.rows[category] else {
                throw DatasetError("has no line for \(category)", at: table)
            }
            rows = found
            if labels == nil {
                warnings.append("\(category)/image_anno.csv is missing: all defects are called \"bad\"")
            }
        } else if let labels, !labels.pictures.isEmpty {
            table = "image_anno.csv"
            rows = labels.split
            warnings.append(
                splitNotice(
                    category, rows.count { !$0.anomalous },
                    "split_csv/1cls.csv is missing, so that image_anno.csv counts, which names no pictures for testing")
            )
        } else {
            throw DatasetError(
                "split_csv/1cls.csv is missing, and so is image_anno.csv: without one of them nobody knows what is for "
                    + "training and what for testing", at: category)
        }
        var there = Set(entries.filter { if case .picture = $0.role { true } else { false } }.map(\.path))
        var masks = Set(entries.filter { if case .mask = $0.role { true } else { false } }.map(\.path))
        var pictures: [Picture] = []
        for row in rows {
            let place = "\(category)/\(row.image)"
            guard there.remove(row.image) != nil else {
                throw DatasetError("\(table) names this picture, but it is missing (or named twice)", at: place)
            }
            if row.anomalous && row.split == .train {
                throw DatasetError("\(table) puts an anomalous picture into the training split", at: place)
            }
            if row.anomalous {
                guard let mask = row.mask else { throw DatasetError("\(table) names no mask for it", at: place) }
                guard masks.remove(mask) != nil else { throw DatasetError("its mask \(mask) is missing", at: place) }
            }
            let defect = row.anomalous ? labels?.defects[row.image] ?? "bad" : "good"
            let file = row.image.split(separator: "/").last.map(String.init) ?? row.image
            pictures.append(
                Picture(
                    id: "\(category)/\(row.split.rawValue)/\(defect)/\(stem(file))", split: row.split,
                    anomalous: row.anomalous,
                    defect: defect, file: row.image, mask: row.anomalous ? row.mask : nil))
        }
        if !there.isEmpty {
            warnings.append("\(category): \(there.count) pictures stand in no line of \(table) and are left out")
        }
        if !masks.isEmpty { warnings.append(orphans(category, Array(masks))) }
        return (pictures, warnings)
    }
}

extension VisALabelTable {
    /// All anomalous pictures and every tenth normal one, by name, for testing.
    fileprivate var split: [VisASplitTable.Row] {
        let normals = pictures.filter { !$0.anomalous }.sorted {
            $0.image.utf8.lexicographicallyPrecedes($1.image.utf8)
        }
        let rows = normals.enumerated().map { number, picture in
            VisASplitTable.Row(
                split: (number + 1) % CategoryAssembly.testShare == 0 ? .test : .train, anomalous: false,
                image: picture.image, mask: nil)
        }
        return rows
            + pictures.filter(\.anomalous).map {
                VisASplitTable.Row(split: .test, anomalous: true, image: $0.image, mask: $0.mask)
            }
    }
}
