/// The numbers of NSA that differ between categories.
package struct NSAConstants: Equatable, Sendable {
    /// Shares of the picture's height and width that bound half a piece.
    package var high: ClosedRange<Double>
    package var wide: ClosedRange<Double>
    /// Least share of a piece that is part; nil: pieces may be anywhere.
    package var part: Double?
    /// Least share of a piece's part that is to lie on the picture's part.
    package var overlap: Double?
    package var patches: Int
    /// Grey level of the ground, and how far from it the part begins; nil: everything is part, or masks say it.
    package var ground: Ground?
    package var isTexture: Bool
    /// Of the label's logistic curve, for each grey level.
    package var slope: Double
    /// Grey levels of change at which the label is a half.
    package var middle: Double
    /// Grey levels: what changes by less is neither label nor, on average, a piece.
    package var visible = leastChange

    package struct Ground: Equatable, Sendable {
        package var level: Double
        package var distance: Double
    }

    /// The released code's, by MVTec AD's categories.
    ///
    /// *Source*: the code of Schlüter et al., natural-synthetic-anomalies, commit 9195916, the settings of `logistic` labels.
    package static let published: [String: NSAConstants] = [
        "bottle": object(0.4, 0.4, 0.7, .light, 1.0 / 12, 24),
        "cable": anywhere(0.05, 3, false, 1.0 / 12, 24),
        "capsule": object(0.15, 0.4, 0.7, .light, 1.0 / 2, 4),
        "hazelnut": object(0.35, 0.35, 0.7, .dark, 1.0 / 12, 24),
        "metal_nut": object(0.4, 0.4, 0.5, .dark, 1.0 / 3, 7),
        "pill": object(0.2, 0.4, 0.7, .dark, 1.0 / 3, 7),
        "screw": object(0.12, 0.12, 0.5, .light, 1, 3, patches: 4),
        "toothbrush": object(0.4, 0.2, 0.25, .dark, 1.0 / 6, 15),
        "transistor": anywhere(0.03, 3, false, 1.0 / 6, 15),
        "zipper": object(0.4, 0.2, 0.7, .light, 1.0 / 6, 15, patches: 4),
        "carpet": anywhere(0.03, 4, true, 1.0 / 3, 7),
        "grid": anywhere(0.03, 4, true, 1.0 / 3, 7),
        "leather": anywhere(0.03, 4, true, 1.0 / 3, 7),
        "tile": anywhere(0.03, 4, true, 1.0 / 3, 7),
        "wood": anywhere(0.03, 4, true, 1.0 / 6, 15),
    ]

    private static func object(
        _ high: Double, _ wide: Double, _ part: Double, _ ground: Ground, _ slope: Double, _ middle: Double,
        patches: Int = 3
    ) -> NSAConstants {
        NSAConstants(
            high: least...high, wide: least...wide, part: part, overlap: 0.25, patches: patches, ground: ground,
            isTexture: false, slope: slope, middle: middle)
    }

    private static func anywhere(
        _ least: Double, _ patches: Int, _ isTexture: Bool, _ slope: Double, _ middle: Double
    ) -> NSAConstants {
        NSAConstants(
            high: least...0.4, wide: least...0.4, part: nil, overlap: nil, patches: patches, ground: nil,
            isTexture: isTexture, slope: slope, middle: middle)
    }

    /// Lower bound of half a piece, as a share of the side, of nearly all categories.
    static let least = 0.03
}

extension NSAConstants.Ground {
    fileprivate static let light = NSAConstants.Ground(level: 200, distance: 60)
    fileprivate static let dark = NSAConstants.Ground(level: 20, distance: 20)
}
