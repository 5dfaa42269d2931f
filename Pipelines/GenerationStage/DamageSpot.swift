package import Imaging

/// A spot of a part, elsewhere for each seed: where damage of a given size may be.
package enum DamageSpot {
    /// Goes up whenever the same seed gives another spot; part of identities.
    static let version = 1

    /// The pixels of `mask` nearest to one of them.
    ///
    /// - Parameters:
    ///   - pixels: how many. Of equally far ones those that come first, row by row, are taken.
    ///   - seed: chooses the pixel.
    /// - Returns: all of the mask where it has no more pixels.
    package static func inside(_ mask: Mask, pixels: Int, seed: UInt32) -> Mask {
        let all = mask.values.indices.filter { mask.values[$0] != 0 }, pixels = max(1, pixels)
        guard pixels < all.count else { return mask }
        var stream = RandomStream(seed: UInt64(seed), purpose: "spot")
        let centre = all[stream.index(all.count)]
        let (x, y) = (centre % mask.width, centre / mask.width)
        // A disc may hold fewer pixels of the mask than it has: it grows until there are enough.
        var radius = 1
        while true {
            let near = near(x, y, radius: radius, in: mask)
            if near.count >= pixels {
                var spot = Mask(width: mask.width, height: mask.height)
                for pixel in near.sorted(by: { ($0.distance, $0.place) < ($1.distance, $1.place) }).prefix(pixels) {
                    spot.values[pixel.place] = 1
                }
                return spot
            }
            radius *= 2
        }
    }

    /// The pixels of a mask whose squared distance to a point is at most a radius squared.
    private static func near(_ x: Int, _ y: Int, radius: Int, in mask: Mask) -> [(place: Int, distance: Int)] {
        var found: [(place: Int, distance: Int)] = []
        for row in max(0, y - radius)...min(mask.height - 1, y + radius) {
            for column in max(0, x - radius)...min(mask.width - 1, x + radius) where mask[column, row] {
                let distance = (column - x) * (column - x) + (row - y) * (row - y)
                if distance <= radius * radius { found.append((row * mask.width + column, distance)) }
            }
        }
        return found
    }
}
