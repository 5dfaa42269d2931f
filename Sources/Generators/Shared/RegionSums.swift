package import Imaging

/// How many pixels of a mask lie in any rectangle, in four look-ups.
package struct RegionSums: Sendable {
    private let width: Int
    /// `[height + 1, width + 1]`: pixels above and left.
    private let sums: [Int]

    package init(_ mask: Mask) {
        let (width, height) = (mask.width, mask.height)
        var sums = [Int](repeating: 0, count: (width + 1) * (height + 1))
        for y in 0..<height {
            var row = 0
            for x in 0..<width {
                row += Int(mask.values[y * width + x])
                sums[(y + 1) * (width + 1) + x + 1] = sums[y * (width + 1) + x + 1] + row
            }
        }
        (self.width, self.sums) = (width, sums)
    }

    /// - Precondition: the rectangle lies in the mask.
    package func count(in box: PixelWindow) -> Int {
        let (above, below) = (box.y * (width + 1), (box.y + box.height) * (width + 1))
        return sums[below + box.x + box.width] - sums[above + box.x + box.width] - sums[below + box.x]
            + sums[above + box.x]
    }
}
