/// How often each of the 256 grey levels occurs.
package struct Histogram: Equatable, Sendable {
    package private(set) var counts = [Int](repeating: 0, count: 256)

    /// - Precondition: `grey` has one channel.
    package init(_ grey: Image) {
        precondition(grey.channels == 1)
        counts.withUnsafeMutableBufferPointer { counts in
            grey.pixels.withUnsafeBytes { pixels in
                let eights = pixels.count / 8 * 8
                // Masks are full of equal neighbours: eight of them are counted at once.
                for start in stride(from: 0, to: eights, by: 8) {
                    let eight = pixels.loadUnaligned(fromByteOffset: start, as: UInt64.self)
                    if eight == (eight & 0xFF) &* 0x0101_0101_0101_0101 {
                        counts[Int(eight & 0xFF)] &+= 8
                    } else {
                        for index in start..<start + 8 { counts[Int(pixels[index])] &+= 1 }
                    }
                }
                for index in eights..<pixels.count { counts[Int(pixels[index])] &+= 1 }
            }
        }
    }

    /// Otsu's threshold: the level t that parts the levels 0...t from t+1...255 with the largest variance between the
    /// two; of several equal ones the lowest.
    ///
    /// *Source*: N. Otsu, A threshold selection method from gray-level histograms, IEEE Trans. SMC 9 (1979), eq. 18,
    /// maximised as OpenCV does (in double, classes of weight below 1.2e-7 passed over).
    package func otsu() -> Int {
        let total = Double(counts.reduce(0, +))
        let mean = counts.enumerated().reduce(0.0) { $0 + Double($1.offset * $1.element) } / total
        let smallest = Double(Float.ulpOfOne)
        var (best, bestLevel) = (0.0, 0)
        var (weight, meanBelow) = (0.0, 0.0)
        for level in 0..<256 {
            let share = Double(counts[level]) / total
            let momentBelow = meanBelow * weight + Double(level) * share
            weight += share
            if min(weight, 1 - weight) < smallest || max(weight, 1 - weight) > 1 - smallest {
                meanBelow = weight > 0 ? momentBelow / weight : 0
                continue
            }
            meanBelow = momentBelow / weight
            let meanAbove = (mean - weight * meanBelow) / (1 - weight)
            let variance = weight * (1 - weight) * (meanBelow - meanAbove) * (meanBelow - meanAbove)
            if variance > best { (best, bestLevel) = (variance, level) }
        }
        return bestLevel
    }

    /// The triangle threshold: draw a line from the histogram's highest bar to the end of its longer tail; the
    /// threshold lies one level outside the bar that is farthest below that line.
    ///
    /// *Source*: Zack, Rogers, Latt, Automatic measurement of sister chromatid exchange frequency, J. Histochem.
    /// Cytochem. 25 (1977), with OpenCV's conventions for the ends and for ties.
    package func triangle() -> Int {
        guard let first = counts.firstIndex(where: { $0 > 0 }), let last = counts.lastIndex(where: { $0 > 0 }) else {
            return 0
        }
        let peak = counts.enumerated().reduce(0) { counts[$1.offset] > counts[$0] ? $1.offset : $0 }
        var bars = counts
        var (start, top) = (max(first - 1, 0), peak)
        let end = min(last + 1, 255)
        let flipped = top - start < end - top  // the tail is on the light side
        if flipped {
            bars.reverse()
            (start, top) = (255 - end, 255 - top)
        }
        // Distance from the line up to a factor: height * level + (start - top) * bar.
        let (height, run) = (bars[top], start - top)
        var (farthest, level) = (0, start)
        if start < top {
            for candidate in start + 1...top {
                let distance = height * candidate + run * bars[candidate]
                if distance > farthest { (farthest, level) = (distance, candidate) }
            }
        }
        level -= 1
        return flipped ? 255 - level : level
    }
}
