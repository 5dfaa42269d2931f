/// A point of a curve between two shares, both fractions of 1.
package struct CurvePoint: Sendable, Equatable {
    package var x: Double
    package var y: Double

    package init(x: Double, y: Double) { (self.x, self.y) = (x, y) }
}

/// The points of a rising curve that a drawing needs: a point is left out where it lies less than ``step`` from the one
/// kept before, in both directions. Corners before a jump are kept, so that steps stay steps.
struct CurveOutline {
    /// Of the unit square; finer than a line of a small drawing is wide (own choice).
    static let step = 1.0 / 200

    private var kept = [CurvePoint(x: 0, y: 0)]
    private var last = CurvePoint(x: 0, y: 0)

    /// Takes the next point; neither share is below the one before.
    mutating func add(x: Double, y: Double) {
        if Self.isFar(kept[kept.count - 1], x, y) {
            if last != kept[kept.count - 1], Self.isFar(last, x, y) { kept.append(last) }
            kept.append(CurvePoint(x: x, y: y))
        }
        last = CurvePoint(x: x, y: y)
    }

    /// From the origin to the point added last.
    var points: [CurvePoint] { kept[kept.count - 1] == last ? kept : kept + [last] }

    private static func isFar(_ point: CurvePoint, _ x: Double, _ y: Double) -> Bool {
        x - point.x >= step || y - point.y >= step
    }
}
