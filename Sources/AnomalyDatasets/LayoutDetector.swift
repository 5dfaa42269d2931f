/// Sorts the files of a source into a data set. The layout, if not given, is found out from the files.
///
/// The first file that fits `mvtec`, `visa` or `pairs` decides; a later one of another kind is an error. Any name fits
/// pictures that lie flat, so the layout `folder` is never guessed. Pictures that belong to no layout are counted.
package struct LayoutDetector: Sendable {
    package let source: String
    /// The layout, once known.
    package private(set) var layout: DatasetLayout?
    private let isGiven: Bool
    private let folders: FolderNames?
    private var decidedBy = ""
    /// Category → the folders in front of it in the names: one category must not come from two places.
    private var wrappers: [String: String] = [:]
    private var strays = StrayPictures()
    /// Folders that the manifest names and of which no file was seen yet.
    private var unseen: Set<String>

    /// - Parameters:
    ///   - layout: nil to find it out.
    ///   - source: name of the archive or folder without its endings.
    ///   - folders: which folder holds what; the layout is `folder` then.
    package init(layout: DatasetLayout?, source: String, folders: FolderNames? = nil) {
        (self.layout, self.source, self.folders) = (folders == nil ? layout : .folder, source, folders)
        isGiven = layout != nil || folders != nil
        unseen = folders?.named ?? []
    }

    /// - Returns: nil when the file is not part of the data set.
    /// - Throws: as ``DatasetLayout/classify(_:source:folders:)``; also for two layouts in one source, or one category
    ///   in two places.
    package mutating func classify(_ name: String) throws(DatasetError) -> LayoutEntry? {
        if !unseen.isEmpty { unseen = unseen.filter { !name.hasPrefix($0 + "/") } }
        let entry = try found(name)
        if entry == nil { strays.count(name, source: source) }
        return entry
    }

    private mutating func found(_ name: String) throws(DatasetError) -> LayoutEntry? {
        if isGiven, let layout { return try checked(layout.classify(name, source: source, folders: folders), name) }
        for candidate in [DatasetLayout.visa, .mvtec, .pairs] {
            guard let entry = try candidate.classify(name, source: source) else { continue }
            // Any set may have a table of that name, so only pictures decide the layout.
            if case .labelTable = entry.role, layout != .visa { return checked(visaTable: entry) }
            if let layout, layout != candidate {
                // A folder called "images" inside a set of another layout doesn't make a second layout.
                if candidate == .pairs { continue }
                throw DatasetError(
                    "laid out as \(candidate.rawValue), but \"\(decidedBy)\" as \(layout.rawValue); set dataset.kind",
                    at: name)
            }
            (layout, decidedBy) = (candidate, decidedBy.isEmpty ? name : decidedBy)
            return try checked(entry, name)
        }
        return nil
    }

    /// - Throws: when no file of the source fits a layout; the message tells what was seen.
    package func confirm() throws(DatasetError) -> DatasetLayout {
        if let folder = unseen.min() {
            throw DatasetError(
                "has no folder \"\(folder)\" with files in it; dataset.folders names it. Correct the name there, or leave it out",
                at: source)
        }
        if let layout, isGiven || !decidedBy.isEmpty { return layout }
        throw DatasetError(
            "no layout that is known: \(strays.seen). Known are MVTec AD's and its relatives' (<category>/train/good/000.png), "
                + "VisA's (<category>/Data/Images/Normal/0000.JPG) and pairs (<category>/<defect>/image/0.jpg with mask/0.jpg); "
                + "for pictures of your own set dataset.kind: folder, and dataset.folders where normal pictures, damaged ones "
                + "and masks lie in folders of other names", at: source)
    }

    /// Which of a category's pictures were skipped: one sentence for each reason.
    package func passedOver(in category: String) -> [String] { strays.sentences(about: category) }

    /// Categories with skipped pictures; some may have no other pictures.
    package var categoriesPassedOver: [String] { strays.categories }

    private func checked(visaTable entry: LayoutEntry) -> LayoutEntry? { layout == .mvtec ? nil : entry }

    private mutating func checked(_ entry: LayoutEntry?, _ name: String) throws(DatasetError) -> LayoutEntry? {
        guard let entry, let category = entry.category else { return entry }
        let wrapper = String(name.dropLast(entry.path.count))
        if let other = wrappers.updateValue(wrapper, forKey: category), other != wrapper {
            throw DatasetError("the category \(category) lies in two places, \"\(other)\" and \"\(wrapper)\"", at: name)
        }
        return entry
    }
}

extension LayoutDetector {
    /// The last component of a path without the endings of archives and pictures: `screw` for `/data/screw.tar.xz`.
    package static func sourceName(of path: String) -> String {
        var name = path.split(separator: "/").last.map(String.init) ?? "pictures"
        for ending in [".gz", ".xz", ".zst", ".tar", ".tgz", ".txz", ".zip"] where name.lowercased().hasSuffix(ending) {
            name.removeLast(ending.count)
        }
        return name.isEmpty ? "pictures" : name
    }
}
