import Foundation

extension Plane {
    /// Gaussian smoothing, separable, cut off at four standard deviations; beyond an edge the plane is mirrored with
    /// its edge repeated (d c b a | a b c d | d c b a), as SciPy's `gaussian_filter` does by default.
    ///
    /// - Parameter sigma: standard deviation in pixels, > 0.
    package func gaussianSmoothed(sigma: Float) -> Plane {
        let radius = Int((4 * sigma + 0.5).rounded(.down))
        guard sigma > 0, radius > 0 else { return self }
        let raw = (-radius...radius).map { exp(-0.5 * Double($0 * $0) / Double(sigma * sigma)) }
        let total = raw.reduce(0, +)
        let weights = raw.map { Float($0 / total) }
        let columns = (0..<width + 2 * radius).map { Self.mirrored($0 - radius, width) }
        let rows = (0..<height + 2 * radius).map { Self.mirrored($0 - radius, height) }

        var across = [Float](repeating: 0, count: values.count)
        var padded = [Float](repeating: 0, count: width + 2 * radius)
        for y in 0..<height {
            for (index, column) in columns.enumerated() { padded[index] = values[y * width + column] }
            for (tap, weight) in weights.enumerated() {
                for x in 0..<width { across[y * width + x] += weight * padded[x + tap] }
            }
        }
        var result = [Float](repeating: 0, count: values.count)
        for y in 0..<height {
            for (tap, weight) in weights.enumerated() {
                let row = rows[y + tap] * width
                for x in 0..<width { result[y * width + x] += weight * across[row + x] }
            }
        }
        return Plane(width: width, height: height, values: result)
    }

    /// The index inside 0..<count that `index` is mirrored to.
    private static func mirrored(_ index: Int, _ count: Int) -> Int {
        let period = 2 * count
        let wrapped = ((index % period) + period) % period
        return wrapped < count ? wrapped : period - 1 - wrapped
    }
}
