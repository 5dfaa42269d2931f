package import AnomalyDatasets
package import Archives
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
        /// How they become damage.
        var reader = MaskReader()

        /// Whether the picture is damaged at an unknown place; pixel metrics are not defined for it.
        package var maskIsUnknown: Bool { anomalous && masks.isEmpty }

        /// The union of the picture's masks, read by the rules of `MaskReader`, in the picture's size; nil for a good
        /// picture and for one without masks.
        ///
        /// - Throws: `Failure` 65 when a mask has another size, `ImageError` when it can't be decoded.
        package func readMask() throws -> (mask: Mask, oddities: Set<MaskReader.Oddity>)? {
            var union: Mask?
            var oddities: Set<MaskReader.Oddity> = []
            for (bytes, name) in masks {
                let reading = try reader.read(bytes, name: name), decoded = reading.mask
                oddities.formUnion(reading.oddities)
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
            return union.map { ($0, oddities) }
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
    /// - Parameters:
    ///   - wanted: which categories to keep; nil: all.
    ///   - masks: how masks become damage.
    ///   - layout: nil to find out.
    ///   - folders: which folder holds what, where no layout says it.
    ///   - limits: of an archive.
    /// - Throws: `ArchiveError`, `DatasetError`, `ImageError`.
    package init(
        source path: String, categories wanted: Set<String>? = nil, masks reader: MaskReader = MaskReader(),
        layout given: DatasetLayout? = nil, folders: FolderNames? = nil, limits: ArchiveLimits = ArchiveLimits()
    ) throws {
        let source = try openFileSource(path, limits: limits)
        var detector = LayoutDetector(
            layout: given, source: LayoutDetector.sourceName(of: path), folders: folders)
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
        (categories, warnings) = ([:], source.notices)
        var turns = Turns()
        for (category, files) in entries {
            let labels = try kept["\(category)/image_anno.csv"].map { bytes throws(DatasetError) in
                try VisALabelTable(bytes, category: category)
            }
            let assembly = try CategoryAssembly(
                category: category, layout: layout, entries: files, splits: splits, labels: labels, folders: folders,
                needsTraining: false)
            warnings += assembly.warnings + detector.passedOver(in: category)
            categories[category] = try assembly.pictures.filter { $0.split == .test }.compactMap { picture in
                guard let size = sizes["\(category)/\(picture.file)"] else { return nil }
                let masks = picture.masks.compactMap { mask in
                    kept["\(category)/\(mask)"].map { (bytes: $0, name: "\(path): \(category)/\(mask)") }
                }
                let (width, height) = try turns.size(of: size, masks)
                return Picture(
                    id: picture.id, anomalous: picture.anomalous, width: width, height: height, masks: masks,
                    reader: reader)
            }
        }
        let unknown = categories.values.joined().count { $0.maskIsUnknown }
        if unknown > 0 {
            warnings.append(
                "\(unknown) defective picture\(unknown == 1 ? " has" : "s have") no mask: pixel metrics leave them out, and are not defined where none has one"
            )
        }
        warnings += turns.sentences
        warnings.sort()
    }

    /// Pictures that their files ask to turn, and what became of them.
    private struct Turns {
        private var upright = 0
        private var asStored = 0

        /// The size at which a picture is judged: the upright one, unless its mask has the stored one.
        mutating func size(
            of info: ImageInfo, _ masks: [(bytes: [UInt8], name: String)]
        ) throws(ImageError) -> (Int, Int) {
            guard info.orientation != 1 else { return (info.width, info.height) }
            let upright = info.uprightSize
            if let (bytes, name) = masks.first {
                let mask = try ImageInfo(bytes: bytes, name: name).uprightSize
                if mask != upright, mask == (info.width, info.height) {
                    asStored += 1
                    return mask
                }
            }
            self.upright += 1
            return upright
        }

        var sentences: [String] {
            let about = "test pictures that ask to be shown turned (EXIF)"
            var lines: [String] = []
            if upright > 0 { lines.append("\(about), whose maps are taken to be upright: \(upright)") }
            if asStored > 0 {
                lines.append("\(about), whose maps are taken as stored, because their masks are: \(asStored)")
            }
            return lines
        }
    }
}
