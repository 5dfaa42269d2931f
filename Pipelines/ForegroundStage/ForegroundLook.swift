import AnomalyDatasets
import Imaging

/// What looks wrong about masks of objects. Nothing here is certain: a part may fill its picture. It is said, so that
/// somebody looks.
enum ForegroundLook {
    /// More of the picture than a part on plain ground ever covers.
    static let whole = 0.98
    /// Share of the picture's outermost pixels from which the mask leaves the picture.
    static let edge = 0.02
    /// Parts of at least a hundredth of the mask from which it falls apart.
    static let parts = 4
    /// How many times larger or smaller than the middle one of its siblings a mask is unlike them.
    static let ratio = 1.5
    /// Siblings below which there is no middle to speak of.
    static let siblings = 4

    /// Of one mask.
    static func oddities(of mask: Mask) -> [String] {
        if mask.coverage >= whole { return ["the foreground is the whole picture"] }
        var found: [String] = []
        if edgeShare(of: mask) >= edge { found.append("the foreground touches the picture's edge") }
        let least = max(1, mask.count / 100)
        if Components(mask).parts.count(where: { $0.area >= least }) >= parts {
            found.append("the foreground is in many parts")
        }
        return found
    }

    /// The records with a warning more where a mask is much larger or smaller than most of its category.
    static func comparing(_ records: [ForegroundRecord]) -> [ForegroundRecord] {
        guard records.count >= siblings else { return records }
        let middle = records.map(\.coverage).sorted()[records.count / 2]
        return records.map { record in
            let isUnlike = record.coverage > middle * ratio || record.coverage * ratio < middle
            guard isUnlike, middle > 0 else { return record }
            var record = record
            record.warnings.append("the foreground is much larger or smaller than the others'")
            return record
        }
    }

    private static func edgeShare(of mask: Mask) -> Double {
        let (width, height) = (mask.width, mask.height)
        var (on, all) = (0, 0)
        func look(_ x: Int, _ y: Int) {
            on += Int(mask.values[y * width + x])
            all += 1
        }
        for x in 0..<width {
            look(x, 0)
            if height > 1 { look(x, height - 1) }
        }
        for y in 1..<max(1, height - 1) {
            look(0, y)
            if width > 1 { look(width - 1, y) }
        }
        return Double(on) / Double(max(1, all))
    }
}
