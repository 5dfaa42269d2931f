package import Imaging

/// Where the anomaly is: a soft label and a binary mask, of the source picture's size.
package struct Annotation: Equatable, Sendable {
    /// `[height, width]` in [0, 1]. From attention: as attention gave it, not stretched. Otherwise 0.5 is where the
    /// change begins to count.
    package let soft: Plane
    /// soft ⊙ foreground ≥ threshold × its maximum inside the foreground; never empty.
    package let binary: Mask

    /// - Source: the pinned reading's "Annotation"; the paper (section 4.1) has the soft label alone.
    /// - Parameter threshold: share of the maximum, in [0, 1].
    /// - Precondition: equal sizes, and a foreground that isn't empty.
    package init(soft: Plane, foreground: Mask, threshold: Double) {
        precondition(soft.width == foreground.width && soft.height == foreground.height && !foreground.isEmpty)
        self.soft = soft
        let level = Float(threshold) * soft.highest(inside: foreground)
        binary = soft.atLeast(level).intersection(foreground)
    }

    /// This annotation at its place in a larger picture of the given size, where nothing else is labelled.
    ///
    /// - Precondition: the window fits and has this annotation's size.
    package func placed(at window: PixelWindow, width: Int, height: Int) -> Annotation {
        Annotation(
            soft: soft.placed(at: window, width: width, height: height),
            binary: binary.placed(at: window, width: width, height: height))
    }

    private init(soft: Plane, binary: Mask) { (self.soft, self.binary) = (soft, binary) }
}

extension Plane {
    /// The largest value on the pixels of a mask that isn't empty.
    func highest(inside mask: Mask) -> Float {
        var highest = -Float.infinity
        for k in values.indices where mask.values[k] != 0 { highest = max(highest, values[k]) }
        return highest
    }
}
