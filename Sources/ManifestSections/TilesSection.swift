package import Imaging
package import ParameterKit

/// How large pictures are cut.
package struct TilesSection: Parameters {
    /// The smallest that a detector or a generator can see anything on, and half the longest side that is read.
    private static let sizes = 32...8192

    @Key("Pixels a side of a tile; pictures that are no larger stay whole.", .in(sizes), isRequired: true)
    package var size = 512
    @Key("Pixels that neighbouring tiles share at least; less than `size`.", .in(0...sizes.upperBound - 1))
    package var overlap = 0

    package init() {}

    package func check(_ issues: inout Issues) {
        guard issues.isSound("size", "overlap"), overlap >= size else { return }
        issues.add("expected less than the size, \(size)", at: $overlap)
    }

    /// Nil for an overlap that is no less than the size.
    package var rule: TileRule? { TileRule(size: size, overlap: overlap) }
}
