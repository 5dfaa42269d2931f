import Imaging

extension NSAConstants {
    /// Constants for pictures without a published row, by rules that come near the published ones.
    ///
    /// * Foregrounds that cover 95 % of the pictures or more: a texture, bounds 0.03 to 0.4, four pieces, no conditions.
    /// * Else half a piece is at most half as high and wide as the part is on average where a column or row crosses it,
    ///   between 0.06 and 0.4 of the side.
    /// * A piece is part by 0.7 where the part fills 60 % of the box around it, by 0.5 down to 30 %, by 0.25 below.
    ///
    /// The label's curve is left at 2.3 / 7 and 7; trials set it (``NSA/prepared(for:trials:)``).
    static func derived(from normals: [NormalPart]) -> NSAConstants {
        let masks = normals.compactMap(\.foreground)
        let coverage = masks.isEmpty ? 1 : masks.map(\.coverage).reduce(0, +) / Double(masks.count)
        guard coverage < 0.95 else {
            return NSAConstants(
                high: least...0.4, wide: least...0.4, part: nil, overlap: nil, patches: 4, ground: nil,
                isTexture: true, slope: steepness / 7, middle: 7)
        }
        let chords = masks.map { $0.meanChords }
        func bound(_ share: (Chords) -> Double) -> ClosedRange<Double> {
            let mean = chords.map(share).reduce(0, +) / Double(chords.count)
            return least...min(max(mean / 2, 2 * least), 0.4)
        }
        let fills = masks.compactMap { mask in
            mask.boundingBox.map { Double(mask.count) / Double($0.width * $0.height) }
        }
        let fill = fills.reduce(0, +) / Double(max(fills.count, 1))
        return NSAConstants(
            high: bound { $0.down }, wide: bound { $0.across }, part: fill >= 0.6 ? 0.7 : fill >= 0.3 ? 0.5 : 0.25,
            overlap: 0.25, patches: 3, ground: nil, isTexture: false, slope: steepness / 7, middle: 7)
    }

    /// The median of pixels' visible changes, and what counts as visible: 4 grey levels where a twentieth of the pixels
    /// change by that, else all above 1, as in the released code.
    ///
    /// - Parameter counts: pixels by their change in grey levels, 0...255.
    /// - Returns: nil where nothing changes.
    static func usualChange(_ counts: [Int]) -> (middle: Double, visible: Double)? {
        let strong = counts.dropFirst(Int(leastChange)).reduce(0, +)
        let isFaint = 20 * strong < counts.reduce(0, +)
        let first = isFaint ? 2 : Int(leastChange)
        let half = counts.dropFirst(first).reduce(0, +) / 2
        guard half > 0 else { return nil }
        var below = 0
        let median = (first..<counts.count).first { level in
            below += counts[level]
            return below > half
        }
        return median.map { (Double($0), isFaint ? faint : leastChange) }
    }

    /// Above one grey level: a mean of channels is a multiple of a third.
    static let faint = 1.01

    /// Slope times middle: 2 to 3 in the published table. Pixels that hardly change then have a label of 0.09.
    static let steepness = 2.3
}

/// How long the stretches of a mask are, on average over its pixels' rows and columns, as shares of the sides.
struct Chords: Equatable {
    var across: Double
    var down: Double
}

extension Mask {
    /// 0 for an empty mask.
    var meanChords: Chords {
        var (rows, columns) = (0, 0)
        for y in 0..<height {
            for x in 0..<width where self[x, y] {
                if x == 0 || !self[x - 1, y] { rows += 1 }
                if y == 0 || !self[x, y - 1] { columns += 1 }
            }
        }
        let count = Double(self.count)
        return Chords(
            across: rows == 0 ? 0 : count / Double(rows) / Double(width),
            down: columns == 0 ? 0 : count / Double(columns) / Double(height))
    }
}
