package import AnomalyDatasets
import Archives
package import Imaging
import StageKit

/// The test split of a data set as anybody's detector is judged by it: which pictures there are, how large, and where
/// their defects lie.
package struct TestTruth: Sendable {
    package struct Picture: Sendable {
        /// "<category>/test/<defect>/<stem>"
        package var id: String
        package var anomalous: Bool
        package var width: Int
        package var height: Int
        /// The mask's file, still encoded: a category's masks together take a few MB, decoded they would take hundreds.
        var mask: [UInt8]?
        var maskName: String

        /// Defective where not 0, the picture's size; nil for a good picture.
        ///
        /// - Throws: `Failure` 65 when the mask has another size, `ImageError` when it can't be decoded.
        package func decodedMask() throws -> Mask? {
            guard let mask else { return nil }
            let decoded = Mask(try Image(bytes: mask, name: maskName), above: 0)
            guard (decoded.width, decoded.height) == (width, height) else {
                throw Failure(
                    .badData,
                    "the mask has \(decoded.width) × \(decoded.height) pixels, its picture \(width) × \(height)",
                    at: maskName)
            }
            return decoded
        }
    }

    package var layout: DatasetLayout
    /// Category → its test pictures, ascending by id.
    package var categories: [String: [Picture]]
    /// Those of the data set that were not asked for.
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
                let mask = picture.mask.map { "\(category)/\($0)" }
                return Picture(
                    id: picture.id, anomalous: picture.anomalous, width: size.width, height: size.height,
                    mask: mask.flatMap { kept[$0] }, maskName: mask.map { "\(path): \($0)" } ?? "")
            }
        }
        warnings.sort()
    }
}
