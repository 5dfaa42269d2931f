// Files beside a layout's own, in folders that no reader takes for data.

extension ExportSet.Numbered {
    /// The soft label and the record, where the picture has them, as `_meta/soft/<path>.png` and
    /// `_meta/records/<path>.json`.
    func metadata(_ path: String) -> [ExportFile] {
        var files: [ExportFile] = []
        if let softLabel = picture.softLabel { files.append(ExportFile("_meta/soft/\(path).png", softLabel)) }
        if let record = picture.record { files.append(ExportFile("_meta/records/\(path).json", record)) }
        return files
    }

    /// The mask as `_meta/masks/<path>.png`, for layouts whose labels are not masks.
    func plainMask(_ path: String) -> [ExportFile] {
        picture.mask.map { [ExportFile("_meta/masks/\(path).png", $0)] } ?? []
    }
}

/// Sentences that several cards share.
enum Explanation {
    static let metadata =
        "`_meta/soft/` holds the soft labels (16-bit PNG, value / 65535), `_meta/records/` how each picture was made."

    /// How pictures are shared out by `SplitRule.shares`.
    static let shares = [
        "Every split holds normal pictures (`good`) and pictures of damage; kinds are spread evenly. Pictures made from one photo may be in",
        "different splits, so that figures on `validation` and `test` say how well the synthetic damage was learnt, not how well real damage is found.",
    ]
}
