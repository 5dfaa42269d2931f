internal import Imaging

/// How the neighbourhood affects the light at each place: the part's soft shadow on its ground, and the mean height
/// around. Coarse, and computed before any accident, which changes too little to matter.
struct Surroundings {
    private let width: Int
    private let height: Int
    /// Pixels a cell.
    private let cell: Float
    private var shadow: [Float]
    private var heights: [Float]

    /// - Parameter lamp: towards the lamp, unit length.
    init(_ surface: Surface, lamp: SIMD3<Float>, softness: Float) {
        let pixels = 2, samples = pixels * Surface.oversampling
        cell = Float(pixels)
        let (width, height) = ((surface.width + samples - 1) / samples, (surface.height + samples - 1) / samples)
        (self.width, self.height) = (width, height)
        var cover = [Float](repeating: 0, count: width * height)
        var mean = cover
        for y in 0..<height {
            for x in 0..<width {
                let sy = min(y * samples + samples / 2, surface.height - 1),
                    sx = min(x * samples + samples / 2, surface.width - 1)
                let at = sy * surface.width + sx
                cover[y * width + x] = surface.part[at] ? 1 : 0
                mean[y * width + x] = surface.heights[at]
            }
        }
        let unit = surface.scale / Float(samples)
        let reach = max(1, Int((0.05 + 0.08 * softness) * unit))
        let blurred = boxBlur(cover, width, height, reach)
        let flat = SIMD2(lamp.x, lamp.y) * (0.16 * unit)
        let dx = Int(flat.x.rounded()), dy = Int(flat.y.rounded())
        shadow = cover
        for y in 0..<height {
            for x in 0..<width {
                let sx = min(max(x + dx, 0), width - 1), sy = min(max(y + dy, 0), height - 1)
                // The part itself is lit; its edge blends over the cell.
                shadow[y * width + x] = 1 - 0.75 * blurred[sy * width + sx]
            }
        }
        heights = boxBlur(mean, width, height, max(1, Int(0.06 * unit)))
        lit = surface.part
        self.surfaceWidth = surface.width
    }

    private let lit: [Bool]
    private let surfaceWidth: Int

    /// Share of the lamp's light that comes through, and mean height around, at a pixel.
    @inline(__always)
    func at(_ column: Int, _ row: Int) -> (shade: Float, height: Float) {
        let mean = bilinear(heights, column, row)
        let over = Surface.oversampling
        if lit[row * over * surfaceWidth + column * over] { return (1, mean) }
        return (bilinear(shadow, column, row), mean)
    }

    @inline(__always)
    private func bilinear(_ values: [Float], _ column: Int, _ row: Int) -> Float {
        let fx = max(0, (Float(column) + 0.5) / cell - 0.5), fy = max(0, (Float(row) + 0.5) / cell - 0.5)
        let left = min(Int(fx), width - 1), top = min(Int(fy), height - 1)
        let right = min(left + 1, width - 1), bottom = min(top + 1, height - 1)
        let u = fx - Float(left), v = fy - Float(top)
        return mix(
            mix(values[top * width + left], values[top * width + right], u),
            mix(values[bottom * width + left], values[bottom * width + right], u), v)
    }
}

/// Two box filters along each axis: a good approximation of a Gaussian. The rim is repeated outwards.
private func boxBlur(_ source: [Float], _ width: Int, _ height: Int, _ reach: Int) -> [Float] {
    var (from, to) = (source, source)
    for pass in 0..<4 {
        let across = pass % 2 == 0
        let (lines, length, lineStep, step) = across ? (height, width, width, 1) : (width, height, 1, width)
        for line in 0..<lines {
            let start = line * lineStep
            func value(_ i: Int) -> Float { from[start + min(max(i, 0), length - 1) * step] }
            var sum: Float = 0
            for i in -reach...reach { sum += value(i) }
            for i in 0..<length {
                to[start + i * step] = sum / Float(2 * reach + 1)
                sum += value(i + reach + 1) - value(i - reach)
            }
        }
        swap(&from, &to)
    }
    return from
}
