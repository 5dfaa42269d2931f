package import TensorCore

/// Upsamples maps of patches to pixels: bilinear, half-pixel centres, as `interpolate(…, .bilinear)` does.
///
/// Written as two matrix products, because the gradient of LibTorch's own operation sums in no fixed order on CUDA and
/// is refused in deterministic mode.
package struct BilinearUpsampling {
    private let weights: Tensor  // [size, grid]

    /// - Parameters:
    ///   - grid: cells a side.
    ///   - size: pixels a side.
    package init(from grid: Int, to size: Int, device: Device) throws(TensorError) {
        precondition(grid > 0 && size > 0)
        var weights = [Float](repeating: 0, count: size * grid)
        let scale = Float(grid) / Float(size)
        for pixel in 0..<size {
            // The pixel's centre in units of cells, counted from the first cell's centre; never negative.
            let place = max((Float(pixel) + 0.5) * scale - 0.5, 0)
            let cell = min(Int(place), grid - 1)
            let rest = min(place - Float(cell), 1)
            weights[pixel * grid + cell] += 1 - rest
            weights[pixel * grid + min(cell + 1, grid - 1)] += rest
        }
        self.weights = try Tensor(weights, [size, grid]).to(device: device)
    }

    /// `[…, grid, grid]` to `[…, size, size]`.
    package func callAsFunction(_ maps: Tensor) throws(TensorError) -> Tensor {
        try weights.matmul(maps).matmul(weights.transposed())
    }

    /// The adjoint, `[…, size, size]` to `[…, grid, grid]`: Σ y · up(p) = Σ adjoint(y) · p, so that sums over pixels
    /// can be taken on the patch grid.
    package func adjoint(_ pixels: Tensor) throws(TensorError) -> Tensor {
        try weights.transposed().matmul(pixels).matmul(weights)
    }
}
