/// How a data set arranges its files.
///
/// *Source*: the layouts of the official archives; names are matched from their end, so that folders around the
/// data set do no harm, and folders below those named here are read with all that lies in them.
///
/// | layout | names |
/// |---|---|
/// | `mvtec` | `<category>/{train,test}/<defect>/<stem>.png`, `<category>/ground_truth/<defect>/<stem>_mask.png` |
/// | | (VisA as rearranged by its authors' script, `1cls/<category>/…/{good,bad}/…`, is the same with masks `<stem>.png`) |
/// | | MVTec LOCO: a folder of masks for a picture, `ground_truth/<defect>/<stem>/000.png`; MPDD: as MVTec AD |
/// | | BTAD: `ok` for good; MVTec AD 2: `test_public` for test, `test_public/ground_truth` for ground_truth |
/// | `visa` | `<category>/Data/Images/{Normal,Anomaly}/…`, `<category>/Data/Masks/Anomaly/…`, `<category>/image_anno.csv`, `split_csv/1cls.csv` |
/// | `pairs` | `<category>/<defect>/{image,images}/<stem>.jpg`, `<category>/<defect>/{mask,masks}/<stem>.jpg` |
/// | `folder` | as `mvtec`; or as `FolderNames` says; or pictures that lie flat: `<category>/…`, or `<picture>` alone; all of them normal |
package enum DatasetLayout: String, Sendable, CaseIterable, Codable {
    case mvtec, visa, folder, pairs
}

/// What a file's name tells about it.
package struct LayoutEntry: Sendable, Equatable {
    package enum Role: Sendable, Equatable {
        /// A picture; `folder` is the defect's name, or `Normal` and `Anomaly` in VisA. Where the layout splits by a
        /// rule, `split` is nil.
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
    /// What a file is in this layout; nil for files outside the data set (licence, readme, thumbnails, hidden files).
    ///
    /// - Parameters:
    ///   - name: path inside the source.
    ///   - source: name of the source, the category of pictures that lie in no folder of their own.
    ///   - folders: for `folder`: which folder holds what.
    /// - Throws: for a picture of a kind that is not read (GIF, JPEG 2000, …), and for flat folders whose name can't be
    ///   a category.
    package func classify(
        _ name: String, source: String, folders: FolderNames? = nil
    ) throws(DatasetError) -> LayoutEntry? {
        let parts = name.split(separator: "/")
        guard let file = parts.last, !Self.isHidden(parts) else { return nil }
        switch self {
        case .visa: return try Self.visa(parts, name)
        case .mvtec: return try Self.mvtec(parts, source: source, name)
        case .pairs: return try Self.pairs(parts, source: source, name)
        case .folder:
            guard try Self.isPicture(file, name) else { return nil }
            if let folders { return folders.entry(name, source: source) }
            if let entry = try Self.mvtec(parts, source: source, name) { return entry }
            return try Self.flat(parts, source: source, name)
        }
    }

    static func isHidden(_ parts: [Substring]) -> Bool {
        parts.contains { $0.hasPrefix(".") || $0 == "__MACOSX" }
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

    /// Endings of pictures that are read, upper or lower case (VisA writes `.JPG`). Decoding finds out what the file
    /// really is.
    package static let pictureEndings = ["png", "jpg", "jpeg", "tif", "tiff", "bmp", "webp"]

    /// - Throws: for a picture of a kind that isn't read.
    static func isPicture(_ file: Substring, _ name: String) throws(DatasetError) -> Bool {
        guard let dot = file.lastIndex(of: "."), dot != file.startIndex else { return false }
        let ending = file[file.index(after: dot)...].lowercased()
        if pictureEndings.contains(ending) { return true }
        guard !["gif", "jp2", "j2k", "heic", "heif", "avif", "jxl", "dng", "psd"].contains(ending) else {
            throw DatasetError("PNG, JPEG, TIFF, BMP and WebP are read; convert this picture to PNG", at: name)
        }
        return false
    }
}
