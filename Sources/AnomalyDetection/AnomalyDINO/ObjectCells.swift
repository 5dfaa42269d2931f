package import Imaging

/// Which cells of a grid over a picture hold a pixel of its object.
package struct ObjectCells: Equatable, Sendable {
    package let rows, columns: Int
    /// 1 where a cell does, row by row.
    package let values: [Float]

    /// - Parameters:
    ///   - mask: of the whole picture.
    ///   - height, width: of a cell, in the picture's pixels.
    package init(_ mask: Mask, rows: Int, columns: Int, height: Double, width: Double) {
        precondition(rows > 0 && columns > 0 && height > 0 && width > 0)
        var values = [Float](repeating: 0, count: rows * columns)
        func span(_ index: Int, _ length: Double, _ count: Int) -> Range<Int> {
            let first = min(Int(Double(index) * length), count - 1)
            return first..<min(max(first + 1, Int((Double(index + 1) * length).rounded(.up))), count)
        }
        for row in 0..<rows {
            let lines = span(row, height, mask.height)
            for column in 0..<columns {
                let places = span(column, width, mask.width)
                if lines.contains(where: { y in places.contains { mask[$0, y] } }) {
                    values[row * columns + column] = 1
                }
            }
        }
        (self.rows, self.columns, self.values) = (rows, columns, values)
    }

    package var share: Double { Double(values.reduce(0, +)) / Double(values.count) }
}
