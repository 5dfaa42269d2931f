/// The defect regions of one mask: 8-neighbour connected components, found from runs of defect pixels.
///
/// Work grows with the number of runs, not with pixels: an empty row costs one scan of its bytes.
struct DefectRegions {
    /// Defect pixels side by side: columns `start ..< end` of `row`, all of one region.
    struct Run {
        var row: Int
        var start: Int
        var end: Int
        var region: Int
    }

    /// In reading order.
    private(set) var runs: [Run] = []
    /// Pixels of each region; regions are numbered by their first pixel in reading order.
    private(set) var areas: [Int] = []

    /// - Parameter mask: row-major, `width` × `height`; a pixel is defective where it is not 0.
    init(mask: UnsafeBufferPointer<UInt8>, width: Int, height: Int) {
        var parents: [Int] = []
        var previousRow = 0..<0
        for row in 0..<height {
            let first = runs.count
            Self.appendRuns(
                of: UnsafeBufferPointer(rebasing: mask[row * width..<(row + 1) * width]), row: row, to: &runs)
            let currentRow = first..<runs.count
            parents.append(contentsOf: currentRow)
            join(previousRow, currentRow, parents: &parents)
            previousRow = currentRow
        }
        number(parents: &parents)
    }

    private static func appendRuns(of line: UnsafeBufferPointer<UInt8>, row: Int, to runs: inout [Run]) {
        guard let bytes = line.baseAddress else { return }
        let raw = UnsafeRawPointer(bytes)
        let width = line.count
        var column = 0
        while column < width {
            if bytes[column] == 0 {
                while column + 8 <= width, raw.loadUnaligned(fromByteOffset: column, as: UInt64.self) == 0 {
                    column += 8
                }
                while column < width, bytes[column] == 0 { column += 1 }
                continue
            }
            let start = column
            while column < width, bytes[column] != 0 { column += 1 }
            runs.append(Run(row: row, start: start, end: column, region: 0))
        }
    }

    /// Unites the runs of two neighbouring rows that touch, corners included.
    private func join(_ above: Range<Int>, _ below: Range<Int>, parents: inout [Int]) {
        var upper = above.lowerBound
        var lower = below.lowerBound
        while upper < above.upperBound, lower < below.upperBound {
            if runs[upper].start <= runs[lower].end, runs[lower].start <= runs[upper].end {
                let (one, other) = (Self.root(of: upper, in: &parents), Self.root(of: lower, in: &parents))
                parents[max(one, other)] = min(one, other)
            }
            if runs[upper].end < runs[lower].end { upper += 1 } else { lower += 1 }
        }
    }

    private static func root(of run: Int, in parents: inout [Int]) -> Int {
        var run = run
        while parents[run] != run {
            parents[run] = parents[parents[run]]
            run = parents[run]
        }
        return run
    }

    /// Roots are the first runs of their regions, so one walk in order numbers the regions.
    private mutating func number(parents: inout [Int]) {
        for index in runs.indices {
            let root = Self.root(of: index, in: &parents)
            if root == index {
                runs[index].region = areas.count
                areas.append(0)
            } else {
                runs[index].region = runs[root].region
            }
            areas[runs[index].region] += runs[index].end - runs[index].start
        }
    }
}
