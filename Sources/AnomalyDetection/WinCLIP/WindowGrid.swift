package import TensorCore

/// The square windows of a grid of patches, a patch apart.
package struct WindowGrid: Sendable, Equatable {
    /// Patches a side of the picture.
    package let grid: Int
    /// Patches a side of a window.
    package let side: Int

    /// - Throws: `DetectionError.noWindow` where the picture is smaller than a window.
    package init(grid: Int, side: Int) throws(DetectionError) {
        guard (1...max(grid, 1)).contains(side) else { throw .noWindow(side: side, grid: grid) }
        (self.grid, self.side) = (grid, side)
    }

    /// Of the windows' upper left patches.
    private var steps: Int { grid - side + 1 }
    package var count: Int { steps * steps }

    /// Each window's patches, counted row by row; windows row by row.
    package var patches: [[Int]] {
        (0..<count).map { window in
            let (top, left) = (window / steps, window % steps)
            return (0..<side * side).map { (top + $0 / side) * grid + left + $0 % side }
        }
    }

    /// The harmonic mean, at each patch, of the scores of the windows that cover it.
    ///
    /// *Source*: Jeong et al. 2023, as anomalib has it.
    /// - Parameter scores: `[windows]`, 0 and more.
    /// - Returns: `[grid², ]`.
    package func harmonic(_ scores: Tensor) throws(TensorError) -> Tensor {
        var covered = [Float](repeating: 0, count: grid * grid * count)
        for (window, patches) in patches.enumerated() {
            for patch in patches { covered[patch * count + window] = 1 }
        }
        let coverage = try Tensor(covered, [grid * grid, count]).to(device: scores.device)
        return try coverage.sum(1) / coverage.matmul(Self.inverse(scores))
    }

    /// The harmonic mean of maps of one shape.
    package static func harmonic(_ maps: [Tensor]) throws(TensorError) -> Tensor {
        var inverses: [Tensor] = []
        for map in maps { inverses.append(try inverse(map)) }
        return try Double(maps.count) / Tensor.stack(inverses, 0).sum(0)
    }

    /// A score of 0, whose inverse is infinite, makes the mean 0; this does so, too, to a trillionth.
    private static func inverse(_ scores: Tensor) throws(TensorError) -> Tensor {
        try scores.clamp(min: 1e-12).reciprocal()
    }
}
