/// One picture of a damaged part that was made elsewhere, with its label: paths inside the set.
package struct ExternalPicture: Sendable, Equatable {
    /// The anomaly's folder.
    package var anomaly: String
    package var image: String
    package var mask: String
    /// 16-bit soft label; only exports have one.
    package var softLabel: String?

    package init(anomaly: String, image: String, mask: String, softLabel: String? = nil) {
        (self.anomaly, self.image, self.mask, self.softLabel) = (anomaly, image, mask, softLabel)
    }

    /// Every file of the picture.
    package var files: [String] { [image, mask] + (softLabel.map { [$0] } ?? []) }
}

/// A set of synthetic pictures with masks, found by the names of its files. Names are matched from their end; folders
/// around the set do no harm.
///
/// *Source*: the folders that AnomalyDiffusion (Hu et al., AAAI 2024) writes, MVTec AD's layout, and this project's own
/// exports.
///
/// | picture | its label |
/// |---|---|
/// | `<category>/<anomaly>/image/<stem>.jpg` | `<category>/<anomaly>/mask/<stem>.jpg` |
/// | `<category>/test/<anomaly>/<stem>.png` | `<category>/ground_truth/<anomaly>/<stem>_mask.png`, or `<stem>.png` |
/// | | and, if present, `_meta/soft/<category>/<anomaly>/<stem>.png` |
///
/// PNG and JPEG may be mixed. Folders called `good` hold normal pictures and are skipped.
package struct ExternalPictures: Sendable {
    private var found: [String: [Part]] = [:]

    private enum Role { case image, mask, soft }
    /// What a file's name tells about it; `key` is the part that a picture and its label share.
    private struct Part {
        var role: Role
        var anomaly: String
        var key: String
        var name: String
        /// The folders in front of the category.
        var wrapper: String
    }

    /// - Parameters:
    ///   - names: every file of the set.
    ///   - source: the set's own name, the category of pictures that lie in no folder of their own.
    package init(names: some Sequence<String>, source: String) {
        for name in names {
            guard let (category, part) = Self.part(name, source: source) else { continue }
            found[category, default: []].append(part)
        }
        // A folder that holds only masks or soft labels is not a category.
        found = found.filter { $0.value.contains { $0.role == .image } }
    }

    /// Sorted.
    package var categories: [String] { found.keys.sorted() }

    /// A category's pictures, ascending by the path of the picture; nil when it isn't there. `hex bolt` also matches
    /// `hex_bolt`, its name in an export.
    ///
    /// - Throws: `DatasetError` for a picture without a mask, two files with the same role, a category in two places,
    ///   or a kind of picture that isn't read.
    package func pictures(of category: String) throws(DatasetError) -> [ExternalPicture]? {
        guard let parts = found[category] ?? found[ExportNames.folder(category)] else { return nil }
        var labels: [Role: [String: String]] = [.mask: [:], .soft: [:], .image: [:]]
        for part in parts {
            let file = part.name[
                (part.name.lastIndex(of: "/").map { part.name.index(after: $0) } ?? part.name.startIndex)...]
            guard try DatasetLayout.isPicture(file, part.name) else { continue }
            if let other = parts.first, other.wrapper != part.wrapper {
                throw DatasetError(
                    "the category \(category) lies in two places, \"\(other.wrapper)\" and \"\(part.wrapper)\"; name one of them",
                    at: part.name)
            }
            if let other = labels[part.role]?.updateValue(part.name, forKey: part.key) {
                throw DatasetError("and \(other) stand for the same picture", at: part.name)
            }
        }
        var pictures: [ExternalPicture] = []
        for part in parts where labels[.image]?[part.key] == part.name {
            guard let mask = labels[.mask]?[part.key] else {
                throw DatasetError("has no mask beside it", at: part.name)
            }
            pictures.append(
                ExternalPicture(
                    anomaly: part.anomaly, image: part.name, mask: mask, softLabel: labels[.soft]?[part.key]))
        }
        return pictures.isEmpty ? nil : pictures.sorted { $0.image.utf8.lexicographicallyPrecedes($1.image.utf8) }
    }

    private static func part(_ name: String, source: String) -> (String, Part)? {
        let parts = name.split(separator: "/", omittingEmptySubsequences: false)
        guard parts.count >= 3, let file = parts.last, !parts.contains(where: { $0.hasPrefix(".") || $0 == "__MACOSX" })
        else { return nil }
        let stem = file.lastIndex(of: ".").map { String(file[..<$0]) } ?? String(file)
        let (upper, lower) = (parts[parts.count - 3], parts[parts.count - 2])
        if let meta = parts.firstIndex(of: "_meta") {
            guard parts.count == meta + 5, parts[meta + 1] == "soft" else { return nil }
            return (
                String(upper),
                Part(
                    role: .soft, anomaly: String(lower), key: "\(lower)/\(stem)", name: name,
                    wrapper: parts[..<meta].joined(separator: "/"))
            )
        }
        let role: Role
        let anomaly: Substring
        switch (upper, lower) {
        case ("test", _): (role, anomaly) = (.image, lower)
        case ("ground_truth", _): (role, anomaly) = (.mask, lower)
        case ("train", _): return nil
        case (_, "image"): (role, anomaly) = (.image, upper)
        case (_, "mask"): (role, anomaly) = (.mask, upper)
        default: return nil
        }
        if anomaly == "good" { return nil }
        let bare = role == .mask && stem.hasSuffix("_mask") ? String(stem.dropLast("_mask".count)) : stem
        return (
            parts.count > 3 ? String(parts[parts.count - 4]) : source,
            Part(
                role: role, anomaly: String(anomaly), key: "\(anomaly)/\(bare)", name: name,
                wrapper: parts.dropLast(4).joined(separator: "/"))
        )
    }
}
