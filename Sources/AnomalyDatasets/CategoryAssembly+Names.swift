/// Finds what a picture and its mask have in common: the defect, and the name below the defect's folder without its
/// ending.
protocol FileKeys {
    /// - Parameter path: below the category.
    func key(_ path: String, folder: String) -> (defect: String, stem: String)
    /// The mask that is missing, for messages.
    func mask(of path: String, defect: String, stem: String) -> String
    /// The folder of masks, for messages.
    var maskFolder: String { get }
}

/// MVTec AD's tree, and pictures that lie flat.
struct TreeKeys: FileKeys {
    let maskFolder = "ground_truth/"

    func key(_ path: String, folder: String) -> (defect: String, stem: String) {
        let parts = path.split(separator: "/")
        // Pictures that lie flat are in no folder that tells what they are for.
        guard
            let index = parts.dropLast(2).firstIndex(where: {
                ["train", "test", "test_public", "ground_truth"].contains($0)
            })
        else { return (folder, CategoryAssembly.stem(path)) }
        let start = parts[index] == "test_public" && parts[index + 1] == "ground_truth" ? index + 2 : index + 1
        return (folder, CategoryAssembly.stem(parts[(start + 1)...].joined(separator: "/")))
    }

    func mask(of path: String, defect: String, stem: String) -> String {
        "\(path.hasPrefix("test_public/") ? "test_public/" : "")ground_truth/\(defect)/\(stem)_mask.png"
    }
}

/// `<defect>/image/<stem>` and `<defect>/mask/<stem>`.
struct PairKeys: FileKeys {
    let maskFolder = "<defect>/mask/"
    private static let folders: Set<Substring> = ["image", "images", "mask", "masks"]

    func key(_ path: String, folder: String) -> (defect: String, stem: String) {
        let parts = path.split(separator: "/")
        let index = parts.dropLast().lastIndex { Self.folders.contains($0) } ?? 0
        return (folder, CategoryAssembly.stem(parts[(index + 1)...].joined(separator: "/")))
    }

    func mask(of path: String, defect: String, stem: String) -> String { "\(defect)/mask/\(stem).png" }
}

/// Folders that the user named. With several folders of damage, the masks may lie in folders of the same names.
struct FolderKeys: FileKeys {
    let folders: FolderNames
    var maskFolder: String { folders.masks.first.map { $0 + "/" } ?? "a folder of masks" }

    func key(_ path: String, folder: String) -> (defect: String, stem: String) {
        guard let place = folders.place(of: path) else { return (folder, CategoryAssembly.stem(path)) }
        let below = CategoryAssembly.stem(place.below)
        guard place.use == .mask else { return (folder, below) }
        let defects = folders.abnormal.map { $0.split(separator: "/").last.map(String.init) ?? $0 }
        if let defect = defects.first(where: { below.hasPrefix($0 + "/") }) {
            return (defect, String(below.dropFirst(defect.count + 1)))
        }
        // The folders of masks are listed in the order of the folders of damage, or one folder holds all masks.
        let index = folders.masks.firstIndex(of: place.folder) ?? 0
        return (
            folders.masks.count == defects.count && index < defects.count ? defects[index] : defects.first ?? folder,
            below
        )
    }

    func mask(of path: String, defect: String, stem: String) -> String { "\(maskFolder)\(stem).png" }
}

extension CategoryAssembly {
    /// A mask has its picture's name, or that name with `_mask` at its end; places in a sorted list are never used for
    /// pairing. Several masks of one picture lie in a folder with the picture's name (MVTec LOCO). A picture called as
    /// another one beside it with `_mask` at its end is that one's mask.
    static func pairedByName(
        _ category: String, _ entries: [LayoutEntry], _ names: any FileKeys
    ) throws(DatasetError) -> ([Picture], [String]) {
        var masks: [String: String] = [:]
        let (entries, beside) = Self.withMasksBeside(category, entries, names)
        for entry in entries {
            guard case .mask(let folder) = entry.role else { continue }
            var (defect, stem) = names.key(entry.path, folder: folder)
            if stem.hasSuffix("_mask") { stem.removeLast("_mask".count) }
            defect += "/" + stem
            if let other = masks.updateValue(entry.path, forKey: defect) {
                throw DatasetError("and \(other) are masks of the same picture", at: "\(category)/\(entry.path)")
            }
        }
        var (pictures, keys): ([Picture], [String]) = ([], [])
        for entry in entries {
            guard case .picture(let split, let folder) = entry.role else { continue }
            let (defect, stem) = names.key(entry.path, folder: folder)
            let isPairWithoutFolder = names is PairKeys && folder == "defect" && masks["defect/\(stem)"] == nil
            let good = DatasetLayout.isGood(folder) || isPairWithoutFolder
            if !good && split == .train {
                throw DatasetError(
                    "training pictures must be normal; only train/good is expected", at: "\(category)/\(entry.path)")
            }
            // The rule splits the undecided normal pictures below; until then they are for training.
            let side = split ?? (good ? .train : .test), kind = good ? "good" : defect
            pictures.append(
                Picture(
                    id: "\(category)/\(side.rawValue)/\(kind)/\(stem)", split: side, anomalous: !good, defect: kind,
                    file: entry.path, mask: good ? nil : masks.removeValue(forKey: "\(defect)/\(stem)")))
            keys.append("\(defect)/\(stem)")
        }
        var warnings = Self.splitByRule(&pictures, entries, category) + beside
        for kind in Set(pictures.filter(\.anomalous).map(\.defect)).sorted() where DatasetLayout.soundsGood(kind) {
            warnings.append(
                "\(category): pictures in \"\(kind)\" count as damaged; if they are normal, call their folder good")
        }
        let anyMask = !masks.isEmpty || pictures.contains { $0.mask != nil }
        let folders = Dictionary(grouping: masks.keys.sorted()) {
            $0.split(separator: "/").dropLast().joined(separator: "/")
        }
        for index in pictures.indices where pictures[index].anomalous {
            let found = (folders[keys[index]] ?? []).compactMap { masks.removeValue(forKey: $0) }
            if pictures[index].mask != nil {
                pictures[index].moreMasks = found
            } else if let first = found.first {
                (pictures[index].mask, pictures[index].moreMasks) = (first, Array(found.dropFirst()))
            } else if anyMask {
                let picture = pictures[index]
                let stem = String(keys[index].dropFirst(picture.defect.count + 1))
                throw DatasetError(
                    "its mask \(names.mask(of: picture.file, defect: picture.defect, stem: stem)) is missing",
                    at: "\(category)/\(picture.file)")
            }
        }
        let unknown = pictures.count(where: { $0.anomalous && $0.mask == nil })
        if unknown > 0 {
            warnings.append(
                "\(category) has no masks (\(names.maskFolder)): of its \(unknown) anomalous test pictures nobody knows where "
                    + "the damage is; whole pictures can be scored, pixels can't")
        }
        if !masks.isEmpty { warnings.append(orphans(category, Array(masks.values))) }
        return (pictures, warnings)
    }

    /// Finds masks that lie beside their pictures, such as `test/crack/000_mask.png` beside `test/crack/000.png`.
    ///
    /// - Returns: the files with their real roles, and what to say. Masks of normal pictures mark nothing and are left
    ///   out.
    private static func withMasksBeside(
        _ category: String, _ entries: [LayoutEntry], _ names: any FileKeys
    ) -> ([LayoutEntry], [String]) {
        /// Split, folder, defect and stem: what a picture shares with its own mask alone.
        func place(_ entry: LayoutEntry) -> (folder: String, place: String, stem: String)? {
            guard case .picture(let split, let folder) = entry.role else { return nil }
            let (defect, stem) = names.key(entry.path, folder: folder)
            return (folder, "\(split?.rawValue ?? "")/\(folder)/\(defect)/", stem)
        }
        let pictures = Set(entries.compactMap { place($0).map { $0.place + $0.stem } })
        var (kept, found, left): ([LayoutEntry], [String], [String]) = ([], [], [])
        for entry in entries {
            guard let (folder, place, stem) = place(entry), stem.hasSuffix("_mask"),
                pictures.contains(place + stem.dropLast("_mask".count))
            else {
                kept.append(entry)
                continue
            }
            if DatasetLayout.isGood(folder) {
                left.append(entry.path)
            } else {
                found.append(entry.path)
                kept.append(LayoutEntry(category: entry.category, path: entry.path, role: .mask(folder: folder)))
            }
        }
        var said: [String] = []
        if let first = found.min() {
            said.append("\(category): masks that lie beside their pictures: \(found.count) (\(first))")
        }
        if let first = left.min() {
            said.append(
                "\(category): pictures left out, since they are called as masks of normal pictures: \(left.count) (\(first))"
            )
        }
        return (kept, said)
    }

    /// Takes every tenth of the normal pictures without a split for testing.
    private static func splitByRule(
        _ pictures: inout [Picture], _ entries: [LayoutEntry], _ category: String
    ) -> [String] {
        let undecided = Set(entries.filter { if case .picture(nil, _) = $0.role { true } else { false } }.map(\.path))
        let normals = pictures.indices.filter { undecided.contains(pictures[$0].file) && !pictures[$0].anomalous }
            .sorted { pictures[$0].file.utf8.lexicographicallyPrecedes(pictures[$1].file.utf8) }
        guard !normals.isEmpty else { return [] }
        for (number, index) in normals.enumerated() where (number + 1) % testShare == 0 {
            pictures[index].split = .test
            let stem = pictures[index].id.dropFirst("\(category)/train/good/".count)
            pictures[index].id = "\(category)/test/good/\(stem)"
        }
        return [splitNotice(category, normals.count, "nothing says which normal pictures are for testing")]
    }

    static func splitNotice(_ category: String, _ normals: Int, _ why: String) -> String {
        "\(category): \(why): every tenth by name is, \(normals / testShare) of \(normals)"
    }
}
