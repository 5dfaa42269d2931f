internal import Glibc
internal import Imaging

/// Textures that are computed rather than photographed, as material for defects.
enum ProceduralTexture: String, CaseIterable {
    case clouds  // fractal noise
    case veins  // sharp lines where the noise changes sign
    case stripes  // bent waves
    case grains  // cells around scattered points
    case shuffled  // the picture's own tiles in another order

    /// A picture of the size and channels of `source`.
    func render(like source: Image, _ stream: inout RandomStream) -> Image {
        if self == .shuffled { return shuffled(source, &stream) }
        let palette = (0..<3).map { _ in (0..<source.channels).map { _ in Float(stream.index(256)) } }
        // Between 2 and 16 features across the picture.
        let scale = Float(pow(2, stream.uniform(1, 4))) / Float(max(source.width, source.height))
        let noise = GradientNoise(seed: stream.next()), bend = GradientNoise(seed: stream.next())
        let angle = stream.uniform(0, .pi)
        let (cosine, sine) = (Float(cos(angle)), Float(sin(angle)))
        var out = source
        for y in 0..<source.height {
            for x in 0..<source.width {
                let (u, v) = (Float(x) * scale, Float(y) * scale)
                let share: Float =
                    switch self {
                    case .veins: 1 - min(1, 6 * abs(noise.fractal(u, v, octaves: 4)))
                    case .stripes: 0.5 + 0.5 * sinf(6 * (u * cosine + v * sine) + 3 * bend.value(u, v))
                    case .grains: min(1, 1.2 * Self.distanceToNearestPoint(u * 4, v * 4, noise))
                    default: 0.5 + 0.8 * noise.fractal(u * 2, v * 2, octaves: 5)
                    }
                let position = min(max(share, 0), 1) * 2
                let low = min(Int(position), 1), part = position - Float(low)
                for c in 0..<min(source.channels, 3) {
                    let value = palette[low][c] * (1 - part) + palette[low + 1][c] * part
                    out.pixels[(y * source.width + x) * source.channels + c] = UInt8(min(max(value.rounded(), 0), 255))
                }
            }
        }
        return out
    }

    /// Worley's cells: the distance to the nearest of one point per grid cell, in cells.
    private static func distanceToNearestPoint(_ x: Float, _ y: Float, _ noise: GradientNoise) -> Float {
        let (cx, cy) = (x.rounded(.down), y.rounded(.down))
        var nearest: Float = 2
        for dy in -1...1 {
            for dx in -1...1 {
                let (gx, gy) = (cx + Float(dx), cy + Float(dy))
                let px = gx + 0.5 + 0.45 * noise.value(gx + 0.37, gy + 0.61),
                    py = gy + 0.5 + 0.45 * noise.value(gx + 0.83, gy + 0.29)
                nearest = min(nearest, ((x - px) * (x - px) + (y - py) * (y - py)).squareRoot())
            }
        }
        return nearest
    }

    /// *Source*: MemSeg's structural anomalies (Yang et al., 2022): the picture cut into a grid of 8 x 8 tiles, in
    /// random order.
    private func shuffled(_ source: Image, _ stream: inout RandomStream) -> Image {
        let grid = 8
        var order = Array(0..<grid * grid)
        for i in order.indices.dropLast() { order.swapAt(i, i + stream.index(order.count - i)) }
        // Tiles of equal size; rows and columns that are left over stay.
        let (tileWidth, tileHeight) = (source.width / grid, source.height / grid)
        var out = source
        for (target, tile) in order.enumerated() {
            let (fromX, fromY) = (tile % grid * tileWidth, tile / grid * tileHeight)
            let (toX, toY) = (target % grid * tileWidth, target / grid * tileHeight)
            for row in 0..<tileHeight {
                let from = ((fromY + row) * source.width + fromX) * source.channels,
                    to = ((toY + row) * source.width + toX) * source.channels
                for i in 0..<tileWidth * source.channels { out.pixels[to + i] = source.pixels[from + i] }
            }
        }
        return out
    }
}
