import Dispatch

/// Systems of symmetric positive definite matrices, many at a time, in double precision.
enum Cholesky {
    /// L⁻¹ · right for each matrix A = LLᵀ.
    ///
    /// - Parameters:
    ///   - matrices: `count` of n × n, row by row; only lower triangles are read.
    ///   - right: `count` of n × m; replaced by the result.
    static func solveLower(_ matrices: inout [Double], _ right: inout [Double], count: Int, n: Int, m: Int) {
        precondition(matrices.count == count * n * n && right.count == count * n * m)
        matrices.withUnsafeMutableBufferPointer { matrices in
            right.withUnsafeMutableBufferPointer { right in
                nonisolated(unsafe) let (a, b) = (matrices, right)
                DispatchQueue.concurrentPerform(iterations: count) { index in
                    let matrix = UnsafeMutableBufferPointer(rebasing: a[index * n * n..<(index + 1) * n * n])
                    factor(matrix, n)
                    substitute(
                        matrix, UnsafeMutableBufferPointer(rebasing: b[index * n * m..<(index + 1) * n * m]), n, m)
                }
            }
        }
    }

    /// Replaces the lower triangle of A by L.
    private static func factor(_ a: UnsafeMutableBufferPointer<Double>, _ n: Int) {
        for row in 0..<n {
            for column in 0...row {
                var sum = a[row * n + column]
                for k in 0..<column { sum -= a[row * n + k] * a[column * n + k] }
                a[row * n + column] = row == column ? sum.squareRoot() : sum / a[column * n + column]
            }
        }
    }

    /// Replaces B by L⁻¹ B, row after row.
    private static func substitute(
        _ l: UnsafeMutableBufferPointer<Double>, _ b: UnsafeMutableBufferPointer<Double>, _ n: Int, _ m: Int
    ) {
        for row in 0..<n {
            for k in 0..<row {
                let factor = l[row * n + k]
                if factor == 0 { continue }
                for column in 0..<m { b[row * m + column] -= factor * b[k * m + column] }
            }
            let scale = 1 / l[row * n + row]
            for column in 0..<m { b[row * m + column] *= scale }
        }
    }
}
