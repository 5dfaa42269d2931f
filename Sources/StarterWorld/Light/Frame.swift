internal import Imaging

/// Rows and columns of a picture.
struct Frame {
    var rows: Range<Int>
    var columns: Range<Int>

    /// Grown by some pixels, within a picture.
    func grown(_ by: Int, _ width: Int, _ height: Int) -> Frame {
        Frame(
            rows: max(0, rows.lowerBound - by)..<min(height, rows.upperBound + by),
            columns: max(0, columns.lowerBound - by)..<min(width, columns.upperBound + by))
    }

    /// Around all pixels of a mask.
    init(around mask: Mask) {
        var (top, bottom, left, right) = (mask.height, 0, mask.width, 0)
        for y in 0..<mask.height {
            for x in 0..<mask.width where mask.values[y * mask.width + x] != 0 {
                (top, bottom, left, right) = (min(top, y), max(bottom, y + 1), min(left, x), max(right, x + 1))
            }
        }
        self.init(rows: min(top, bottom)..<bottom, columns: min(left, right)..<right)
    }

    init(rows: Range<Int>, columns: Range<Int>) { (self.rows, self.columns) = (rows, columns) }
}
