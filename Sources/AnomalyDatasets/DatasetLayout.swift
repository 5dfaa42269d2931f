/// How a data set arranges its files.
///
/// *Source*: the layouts of the two official archives; names are matched from their end, so that folders around the
/// data set do no harm.
///
/// | layout | names |
/// |---|---|
/// | `mvtec` | `<category>/{train,test}/<defect>/<stem>.png`, `<category>/ground_truth/<defect>/<stem>_mask.png` |
/// | | (VisA as rearranged by its authors' script, `1cls/<category>/…/{good,bad}/…`, is the same with masks `<stem>.png`) |
/// | `visa` | `<category>/Data/Images/{Normal,Anomaly}/…`, `<category>/Data/Masks/Anomaly/…`, `<category>/image_anno.csv`, `split_csv/1cls.csv` |
/// | `folder` | as `mvtec`, or pictures that lie flat: `<category>/<picture>`, or `<picture>` alone; all of them normal |
package enum DatasetLayout: String, Sendable, CaseIterable, Codable {
    case mvtec, visa, folder
}

/// A file of a data set, as its name tells.
package struct LayoutEntry: Sendable, Equatable {
    package enum Role: Sendable, Equatable {
        /// A picture; `folder` is the defect's name, or `Normal` and `Anomaly` in VisA.
        case picture(split: Split?, folder: String)
        case mask(folder: String)
        /// VisA: the kinds of defect in each picture of a category.
        case labelTable
        /// VisA: which picture is for training and which for testing, all categories in one table.
        case splitTable
    }
    /// nil for a table of the whole set.
    package var category: String?
    /// The name below the category: `train/good/000.png`.
    package var path: String
    package var role: Role

    package init(category: String?, path: String, role: Role) {
        (self.category, self.path, self.role) = (category, path, role)
    }
}

extension DatasetLayout {
    private static let mvtecFolders: Set<Substring> = ["train", "test", "ground_truth"]

    /// Folder names that say what pictures are, not what they show; taken for categories they would hide a mistake.
    private static let notCategories: Set<String> = [
        "good", "bad", "ok", "ng", "normal", "abnormal", "anomaly", "anomalies", "defect", "defects", "defective",
        "train", "test",
        "ground_truth", "mask", "masks", "image", "images", "data", "split_csv",
    ]

    /// What a file is in this layout; nil when it is no part of the data set (licence, readme, thumbnails, hidden
    /// files).
    ///
    /// - Parameters:
    ///   - name: path inside the source.
    ///   - source: name of the source, the category of pictures that lie in no folder of their own.
    /// - Throws: for a picture of a kind that is not read (BMP, TIFF, …), and for flat folders whose name is no
    ///   category.
    package func classify(_ name: String, source: String) throws(DatasetError) -> LayoutEntry? {
        let parts = name.split(separator: "/")
        guard let file = parts.last, !parts.contains(where: { $0.hasPrefix(".") || $0 == "__MACOSX" }) else {
            return nil
        }
        switch self {
        case .visa: return try Self.visa(parts, name)
        case .mvtec: return try Self.mvtec(parts, source: source, name)
        case .folder:
            if let entry = try Self.mvtec(parts, source: source, name) { return entry }
            guard parts.count <= 2, try Self.isPicture(file, name) else { return nil }
            let category = parts.count == 2 ? String(parts[0]) : source
            if parts.count == 2 && Self.notCategories.contains(category.lowercased()) {
                throw DatasetError(
                    "\"\(category)\" is no name of a category; arrange the pictures as <category>/train/good/… and "
                        + "<category>/test/<defect>/…, or put normal pictures into a folder named as what they show",
                    at: name)
            }
            return LayoutEntry(category: category, path: String(file), role: .picture(split: .train, folder: "good"))
        }
    }

    private static func mvtec(_ parts: [Substring], source: String, _ name: String) throws(DatasetError) -> LayoutEntry?
    {
        guard parts.count >= 3, mvtecFolders.contains(parts[parts.count - 3]) else { return nil }
        let (folder, defect, file) = (parts[parts.count - 3], String(parts[parts.count - 2]), parts[parts.count - 1])
        guard try isPicture(file, name) else { return nil }
        let category = parts.count > 3 ? String(parts[parts.count - 4]) : source
        guard !mvtecFolders.contains(category[...]) else { return nil }
        let role: LayoutEntry.Role =
            switch folder {
            case "ground_truth": .mask(folder: defect)
            case "train": .picture(split: .train, folder: defect)
            default: .picture(split: .test, folder: defect)
            }
        return LayoutEntry(category: category, path: parts.suffix(3).joined(separator: "/"), role: role)
    }

    private static func visa(_ parts: [Substring], _ name: String) throws(DatasetError) -> LayoutEntry? {
        if parts.count >= 2, parts.suffix(2).elementsEqual(["split_csv", "1cls.csv"]) {
            return LayoutEntry(category: nil, path: "split_csv/1cls.csv", role: .splitTable)
        }
        if parts.count >= 2, parts[parts.count - 1] == "image_anno.csv" {
            return LayoutEntry(category: String(parts[parts.count - 2]), path: "image_anno.csv", role: .labelTable)
        }
        guard parts.count >= 5 else { return nil }
        let tail = Array(parts.suffix(5))
        guard tail[1] == "Data", tail[3] == "Normal" || tail[3] == "Anomaly", try isPicture(tail[4], name) else {
            return nil
        }
        let path = tail.dropFirst().joined(separator: "/")
        switch tail[2] {
        case "Images":
            return LayoutEntry(
                category: String(tail[0]), path: path, role: .picture(split: nil, folder: String(tail[3])))
        case "Masks":
            return LayoutEntry(category: String(tail[0]), path: path, role: .mask(folder: String(tail[3])))
        default: return nil
        }
    }

    /// By the ending, in any case (VisA writes `.JPG`); what the file really is shows when it is decoded.
    static func isPicture(_ file: Substring, _ name: String) throws(DatasetError) -> Bool {
        guard let dot = file.lastIndex(of: "."), dot != file.startIndex else { return false }
        switch file[file.index(after: dot)...].lowercased() {
        case "png", "jpg", "jpeg": return true
        case "bmp", "tif", "tiff", "webp", "gif", "jp2", "heic", "avif":
            throw DatasetError("only PNG and JPEG are read; convert this picture to PNG", at: name)
        default: return false
        }
    }
}
