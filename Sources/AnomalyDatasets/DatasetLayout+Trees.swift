extension DatasetLayout {
    private static let splitFolders: Set<Substring> = ["train", "test", "test_public", "ground_truth"]
    /// Folders of normal pictures: MVTec's, BTAD's and VisA's name, in upper or lower case.
    static func isGood(_ folder: some StringProtocol) -> Bool {
        ["good", "ok", "normal"].contains(folder.lowercased())
    }

    /// Folders that count as damage and may be meant as normal.
    static func soundsGood(_ folder: String) -> Bool {
        [
            "clean", "defect_free", "defect-free", "healthy", "intact", "negative", "no_defect", "no_defects",
            "nodefect",
            "nominal", "non_defective", "pass", "passed", "perfect", "undamaged",
        ].contains(folder.lowercased())
    }

    /// The folder that tells what a picture is for (train, test or ground_truth) is the innermost candidate, so that
    /// neither folders around the set nor folders below a defect are mistaken for it.
    static func mvtec(_ parts: [Substring], source: String, _ name: String) throws(DatasetError) -> LayoutEntry? {
        guard parts.count >= 3 else { return nil }
        for index in (0...parts.count - 3).reversed() where splitFolders.contains(parts[index]) {
            // MVTec AD 2 keeps the masks inside of test_public.
            let isInside = parts[index] == "ground_truth" && index > 0 && parts[index - 1] == "test_public"
            let start = isInside ? index - 1 : index
            let category = start > 0 ? parts[start - 1] : source[...]
            if start > 0, splitFolders.contains(category) || ["good", "ok"].contains(category) { continue }
            guard try isPicture(parts[parts.count - 1], name) else { return nil }
            let defect = String(parts[index + 1])
            let role: LayoutEntry.Role =
                switch parts[index] {
                case "ground_truth": .mask(folder: defect)
                case "train": .picture(split: .train, folder: defect)
                default: .picture(split: .test, folder: defect)
                }
            return LayoutEntry(
                category: String(category), path: parts[start...].joined(separator: "/"), role: role)
        }
        return nil
    }

    /// Folders of a picture and its mask side by side, as AnomalyDiffusion and the sets derived from it write them.
    static func pairs(_ parts: [Substring], source: String, _ name: String) throws(DatasetError) -> LayoutEntry? {
        guard parts.count >= 2 else { return nil }
        for index in (0...parts.count - 2).reversed() {
            let isMask = ["mask", "masks"].contains(parts[index])
            guard isMask || ["image", "images"].contains(parts[index]) else { continue }
            guard try isPicture(parts[parts.count - 1], name) else { return nil }
            let defect = index > 0 ? String(parts[index - 1]) : "defect"
            let start = max(0, index - 1)
            return LayoutEntry(
                category: start > 0 ? String(parts[start - 1]) : source,
                path: parts[start...].joined(separator: "/"),
                role: isMask ? .mask(folder: defect) : .picture(split: nil, folder: defect))
        }
        return nil
    }

    /// Folder names that tell what pictures are for, not which object they show. Taking one for a category would hide a
    /// mistake.
    private static let notCategories: Set<String> = [
        "good", "ok", "normal", "train", "image", "images", "data", "split_csv",
    ]
    /// Folder names whose pictures are not normal; refused at any depth.
    private static let notNormal: Set<String> = [
        "bad", "ng", "ko", "nok", "not_ok", "nio", "abnormal", "anomaly", "anomalies", "anomalous", "broken", "damage",
        "damaged", "defect", "defects", "defective", "fail", "failed", "faulty", "reject", "rejected", "rejects",
        "scrap",
        "test", "test_public", "ground_truth", "groundtruth", "gt", "annotation", "annotations", "heatmap", "heatmaps",
        "label", "labels", "mask", "masks", "segmentation", "segmentations",
    ]

    /// Normal pictures that lie flat; folders below a category's folder belong to it.
    static func flat(_ parts: [Substring], source: String, _ name: String) throws(DatasetError) -> LayoutEntry? {
        let folders = parts.dropLast()
        let wrong =
            folders.first { notNormal.contains($0.lowercased()) }
            ?? folders.first.flatMap { notCategories.contains($0.lowercased()) ? $0 : nil }
        if let wrong {
            throw DatasetError(
                "\"\(wrong)\" is no name of a category; arrange the pictures as <category>/train/good/… and "
                    + "<category>/test/<defect>/…, or put normal pictures into a folder named as what they show, "
                    + "or name the folders of normal and abnormal pictures and of masks", at: name)
        }
        return LayoutEntry(
            category: folders.first.map(String.init) ?? source,
            path: parts[(folders.isEmpty ? 0 : 1)...].joined(separator: "/"),
            role: .picture(split: .train, folder: "good"))
    }
}
