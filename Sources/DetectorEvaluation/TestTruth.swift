package import AnomalyDatasets
import Archives
package import Imaging
import StageKit

/// The test split of a data set, for judging any detector: its pictures, their sizes, and where their defects are.
package struct TestTruth: Sendable {
    package struct Picture: Sendable {
        /// "<category>/test/<defect>/<stem>"
        package var id: String
        package var anomalous: Bool
        package var width: Int
        package var height: Int
        /// The masks' files, still encoded: a category's masks take a few MB, but hundreds when decoded. More than one
        /// where each defect has its own mask.
        var masks: [(bytes: [UInt8], name: String)]

        /// Whether the picture is damaged at an unknown place; pixel metrics are not defined for it.
        package var maskIsUnknown: Bool { anomalous && masks.isEmpty }

        /// The union of the picture's masks, read by the rules of `MaskReader`, in the picture's size; nil for a good
        /// picture and for one without masks.
        ///
        /// - Throws: `Failure` 65 when a mask has another size, `ImageError` when it can't be decoded.
        package func decodedMask() throws -> Mask? {
            var union: Mask?
            for (bytes, name) in masks {
                let decoded = try MaskReader().read(bytes, name: name).mask
                guard (decoded.width, decoded.height) == (width, height) else {
                    throw Failure(
                        .badData,
                        "the mask has \(decoded.width) × \(decoded.height) pixels, its picture \(width) × \(height)",
                        at: name)
                }
                union =
                    union.map { first in
                        Mask(
                            width: width, height: height,
                            values: zip(first.values, decoded.values).map { max($0, $1) })
                    } ?? decoded
            }
            return union
        }
    }

    package var layout: DatasetLayout
    /// Category → its test pictures, ascending by id.
    package var categories: [String: [Picture]]
    /// The data set's categories that were not asked for.
    package var otherCategories: Set<String> = []
    package var warnings: [String]

    /// Reads an unpacked data set or an archive in one pass, keeping headers and masks only.
    ///
    /// - Parameter wanted: which categories to keep; nil: all.
    /// - Throws: `ArchiveError`, `DatasetError`, `ImageError`.
    package init(source path: String, categories wanted: Set<String>? = nil) throws {
        let source = try openFileSource(path)
        var detector = LayoutDetector(layout: nil, source: LayoutDetector.sourceName(of: path))
        var entries: [String: [LayoutEntry]] = [:]
        var kept: [String: [UInt8]] = [:]
        var sizes: [String: ImageInfo] = [:]
        while let file = try source.next() {
            guard let entry = try detector.classify(file.name) else { continue }
            if let category = entry.category, let wanted, !wanted.contains(category) {
                otherCategories.insert(category)
                continue
            }
            let place = entry.category.map { "\($0)/\(entry.path)" } ?? entry.path
            if let category = entry.category { entries[category, default: []].append(entry) }
            switch entry.role {
            case .picture(.train, _): break
            case .picture: sizes[place] = try ImageInfo(bytes: try source.contents(), name: "\(path): \(file.name)")
            case .mask, .labelTable, .splitTable: kept[place] = try source.contents()
            }
        }
        layout = try detector.confirm()
        let splits = try kept["split_csv/1cls.csv"].map { bytes throws(DatasetError) in try VisASplitTable(bytes) }
        (categories, warnings) = ([:], [])
        for (category, files) in entries {
            let labels = try kept["\(category)/image_anno.csv"].map { bytes throws(DatasetError) in
                try VisALabelTable(bytes, category: category)
            }
            let assembly = try CategoryAssembly(
                category: category, layout: layout, entries: files, splits: splits, labels: labels, needsTraining: false
            )
            warnings += assembly.warnings
            categories[category] = assembly.pictures.filter { $0.split == .test }.compactMap { picture in
                guard let size = sizes["\(category)/\(picture.file)"] else { return nil }
                let (width, height) = size.uprightSize
                let masks = picture.masks.compactMap { mask in
                    kept["\(category)/\(mask)"].map { (bytes: $0, name: "\(path): \(category)/\(mask)") }
                }
                return Picture(
                    id: picture.id, anomalous: picture.anomalous, width: width, height: height, masks: masks)
            }
        }
        let unknown = categories.values.joined().count { $0.maskIsUnknown }
        if unknown > 0 {
            warnings.append(
                "\(unknown) defective picture\(unknown == 1 ? " has" : "s have") no mask: pixel metrics leave them out, and are not defined where none has one"
            )
        }
        warnings.sort()
    }
}
