internal import Glibc

/// Solves the discrete Poisson equation on a rectangle whose border is known.
///
/// A sine transform (DST-I) along the shorter side makes one tridiagonal system of each of its frequencies, which are
/// solved along the other: exact up to rounding, in doubles, min(w, h)·w·h products for each transform.
struct PoissonSolver {
    /// The unknown pixels: those inside the border.
    let width: Int
    let height: Int
    let channels: Int

    /// - Parameter right: `[height, width, channels]`: what u(x-1,y) + u(x+1,y) + u(x,y-1) + u(x,y+1) - 4u(x,y) is to be,
    ///   u being 0 on the border.
    /// - Returns: u, laid out alike.
    func solve(_ right: [Double]) -> [Double] {
        precondition(right.count == width * height * channels)
        if height <= width { return solve(right, across: width, down: height) }
        return transposed(solve(transposed(right, width, height), across: height, down: width), height, width)
    }

    private func solve(_ right: [Double], across: Int, down: Int) -> [Double] {
        // sin(πjk/(n+1)) for j, k in 1...n has 2(n+1) values.
        let circle = (0..<2 * (down + 1)).map { sin(.pi * Double($0) / Double(down + 1)) }
        var spectrum = transformed(right, across * channels, down, circle)
        spectrum.withUnsafeMutableBufferPointer { values in
            for row in 0..<down {
                let diagonal = -2 - 2 * (1 - cos(.pi * Double(row + 1) / Double(down + 1)))
                solveRow(values, at: row * across * channels, length: across, diagonal: diagonal)
            }
        }
        var result = transformed(spectrum, across * channels, down, circle)
        let scale = 2 / Double(down + 1)
        for place in result.indices { result[place] *= scale }
        return result
    }

    /// The sine transform along columns: rows of the result are sums of whole rows.
    private func transformed(_ values: [Double], _ length: Int, _ rows: Int, _ circle: [Double]) -> [Double] {
        var out = [Double](repeating: 0, count: values.count)
        out.withUnsafeMutableBufferPointer { out in
            values.withUnsafeBufferPointer { values in
                for j in 0..<rows {
                    for k in 0..<rows {
                        let share = circle[(j + 1) * (k + 1) % circle.count]
                        let (to, from) = (j * length, k * length)
                        for place in 0..<length { out[to + place] += share * values[from + place] }
                    }
                }
            }
        }
        return out
    }

    /// Thomas's algorithm for ones beside one diagonal, which is at most -2.
    private func solveRow(
        _ values: UnsafeMutableBufferPointer<Double>, at start: Int, length: Int, diagonal: Double
    ) {
        withUnsafeTemporaryAllocation(of: Double.self, capacity: length) { factors in
            var before = 0.0
            for x in 0..<length {
                let pivot = 1 / (diagonal - before)
                factors[x] = pivot
                for c in 0..<channels {
                    let at = start + x * channels + c
                    values[at] = (values[at] - (x > 0 ? values[at - channels] : 0)) * pivot
                }
                before = pivot
            }
            for x in stride(from: length - 2, through: 0, by: -1) {
                for c in 0..<channels {
                    let at = start + x * channels + c
                    values[at] -= factors[x] * values[at + channels]
                }
            }
        }
    }

    private func transposed(_ values: [Double], _ width: Int, _ height: Int) -> [Double] {
        var out = values
        for y in 0..<height {
            for x in 0..<width {
                for c in 0..<channels {
                    out[(x * height + y) * channels + c] = values[(y * width + x) * channels + c]
                }
            }
        }
        return out
    }
}
