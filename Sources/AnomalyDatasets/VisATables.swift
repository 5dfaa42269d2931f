/// VisA's split table, `split_csv/1cls.csv`: one line per picture, `object,split,label,image,mask`.
package struct VisASplitTable: Sendable, Equatable {
    package struct Row: Sendable, Equatable {
        package var split: Split
        package var anomalous: Bool
        /// Paths below the category.
        package var image: String
        package var mask: String?
    }
    /// Category → its pictures, in the table's order.
    package var rows: [String: [Row]] = [:]

    /// - Throws: for a missing column, an unknown split or label, a path outside its category.
    package init(_ bytes: [UInt8], name: String = "split_csv/1cls.csv") throws(DatasetError) {
        let table = try CSVTable(bytes, name: name)
        let object = try table.column("object", name: name), split = try table.column("split", name: name)
        let label = try table.column("label", name: name), image = try table.column("image", name: name)
        let mask = try table.column("mask", name: name)
        for (index, fields) in table.rows.enumerated() {
            let place = "\(name), line \(index + 2)"
            guard let side = Split(rawValue: fields[split]) else {
                throw DatasetError("the split is \"\(fields[split])\"; expected train or test", at: place)
            }
            guard ["normal", "anomaly"].contains(fields[label]) else {
                throw DatasetError("the label is \"\(fields[label])\"; expected normal or anomaly", at: place)
            }
            let category = fields[object]
            func inside(_ path: String) throws(DatasetError) -> String {
                guard path.hasPrefix(category + "/") else {
                    throw DatasetError("\"\(path)\" lies outside \(category)/", at: place)
                }
                return String(path.dropFirst(category.count + 1))
            }
            rows[category, default: []].append(
                Row(
                    split: side, anomalous: fields[label] == "anomaly", image: try inside(fields[image]),
                    mask: fields[mask].isEmpty ? nil : try inside(fields[mask])))
        }
    }
}

/// VisA's label table of one category, `image_anno.csv`: `image,label,mask`, several labels in one quoted field.
package struct VisALabelTable: Sendable, Equatable {
    /// Picture below the category → its kinds of defect, as one name: `melded_wax+foreign_particle`.
    package var defects: [String: String] = [:]
    /// The table's pictures, named as in the rows of a split table but without a split.
    package var pictures: [(image: String, anomalous: Bool, mask: String?)] = []

    package static func == (one: VisALabelTable, other: VisALabelTable) -> Bool {
        one.defects == other.defects && one.pictures.elementsEqual(other.pictures) { $0 == $1 }
    }

    package init(_ bytes: [UInt8], category: String) throws(DatasetError) {
        let name = "\(category)/image_anno.csv"
        let table = try CSVTable(bytes, name: name)
        let image = try table.column("image", name: name), label = try table.column("label", name: name)
        let mask = table.header.firstIndex(of: "mask")
        func inside(_ path: String) -> String {
            path.hasPrefix(category + "/") ? String(path.dropFirst(category.count + 1)) : path
        }
        for fields in table.rows {
            let path = inside(fields[image]), isNormal = fields[label] == "normal"
            let place = mask.map { fields[$0] } ?? ""
            pictures.append((path, !isNormal, isNormal || place.isEmpty ? nil : inside(place)))
            let kinds = fields[label].split(separator: ",").map { Self.plain($0) }.filter { !$0.isEmpty }
            if !isNormal, !kinds.isEmpty { defects[path] = Array(Set(kinds)).sorted().joined(separator: "+") }
        }
    }

    /// Letters, digits, `_` and `-`: valid in a folder's name and in an identifier.
    private static func plain(_ label: Substring) -> String {
        let words = label.split { !($0.isASCII && ($0.isLetter || $0.isNumber || $0 == "_" || $0 == "-")) }
        return words.joined(separator: "_").lowercased()
    }
}
