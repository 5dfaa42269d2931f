import TensorCore

/// The position vectors of a square of patches, and of any other rectangle of them.
final class PositionTable {
    /// How the table is resized; all are bicubic.
    enum Resizing {
        /// To the size, the kernel widened when shrinking (a = −0.5).
        case smoothed
        /// To the size, never widened (a = −0.75).
        case plain
        /// Never widened, by a factor of (n + 0.1) / grid: places lie a little closer than the size would have them.
        case byFactor
    }

    private let cells: Tensor  // [1, width, grid, grid]
    private let grid: Int
    private let resizing: Resizing
    private var last: (height: Int, width: Int, rows: Tensor)?

    /// - Parameter table: `[1, grid², width]`.
    init(_ table: Tensor, grid: Int, _ resizing: Resizing) throws(TensorError) {
        (self.grid, self.resizing) = (grid, resizing)
        cells = try table.reshape([1, grid, grid, table.size(2)]).permute(0, 3, 1, 2).contiguous()
    }

    /// `[1, height · width, channels]`.
    func callAsFunction(height: Int, width: Int) throws(TensorError) -> Tensor {
        if let last, last.height == height, last.width == width { return last.rows }
        let resized: Tensor
        if height == grid, width == grid {
            resized = cells
        } else {
            switch resizing {
            case .smoothed:
                resized = try cells.interpolate(height: height, width: width, .bicubic, antialias: true)
            case .plain: resized = try cells.interpolate(height: height, width: width, .bicubic)
            case .byFactor:
                let (rows, columns) = (try weights(to: height), try weights(to: width))
                resized = try rows.matmul(cells).matmul(columns.transposed())
            }
        }
        let rows = try resized.flatten(2, 3).transpose(1, 2).contiguous()
        last = (height, width, rows)
        return rows
    }

    /// `[count, grid]`: what each cell of the table adds to each place along one side.
    ///
    /// *Source*: PyTorch's bicubic interpolation with a given factor: Keys' kernel with a = −0.75, centres at half
    /// cells, the outermost cells repeated.
    private func weights(to count: Int) throws(TensorError) -> Tensor {
        let factor = (Double(count) + 0.1) / Double(grid)
        var values = [Float](repeating: 0, count: count * grid)
        for place in 0..<count {
            let position = (Double(place) + 0.5) / factor - 0.5
            let cell = Int(position.rounded(.down))
            for tap in -1...2 {
                let weight = Self.kernel(abs(position - Double(cell + tap)))
                values[place * grid + min(max(cell + tap, 0), grid - 1)] += Float(weight)
            }
        }
        return try Tensor(values, [count, grid]).to(device: cells.device)
    }

    private static func kernel(_ x: Double) -> Double {
        let a = -0.75
        if x <= 1 { return ((a + 2) * x - (a + 3)) * x * x + 1 }
        if x < 2 { return ((a * x - 5 * a) * x + 8 * a) * x - 4 * a }
        return 0
    }
}
