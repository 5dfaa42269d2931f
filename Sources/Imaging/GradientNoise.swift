internal import Glibc

/// Perlin's gradient noise over the whole plane, about -1...1, 0 at the points of the unit grid.
///
/// *Source*: K. Perlin, Improving noise, SIGGRAPH 2002 (quintic interpolation); gradients are 64 even directions chosen
/// by a hash of grid point and seed. Scaled by the square root of 2, as DRAEM's masks are.
package struct GradientNoise: Sendable {
    private let seed: UInt64
    private static let directions: [(x: Float, y: Float)] = (0..<64).map {
        let angle = Double($0) * 2 * .pi / 64
        return (Float(cos(angle)), Float(sin(angle)))
    }

    package init(seed: UInt64) { self.seed = seed }

    package func value(_ x: Float, _ y: Float) -> Float {
        let (left, top) = (x.rounded(.down), y.rounded(.down))
        let (fx, fy) = (x - left, y - top)
        let (ix, iy) = (Int32(left), Int32(top))
        let a = corner(ix, iy, fx, fy), b = corner(ix &+ 1, iy, fx - 1, fy)
        let c = corner(ix, iy &+ 1, fx, fy - 1), d = corner(ix &+ 1, iy &+ 1, fx - 1, fy - 1)
        let (u, v) = (fade(fx), fade(fy))
        let above = a + (b - a) * u, below = c + (d - c) * u
        return 1.41421356 * (above + (below - above) * v)
    }

    /// Octaves of doubling frequency and halving strength, summed and divided by the strengths' sum: about -1...1.
    package func fractal(_ x: Float, _ y: Float, octaves: Int) -> Float {
        var (sum, strength, total, scale): (Float, Float, Float, Float) = (0, 1, 0, 1)
        for octave in 0..<octaves {
            // Each octave is shifted, so that their zeros at grid points don't coincide.
            let shift = Float(octave) * 17.37
            sum += strength * value(x * scale + shift, y * scale - shift)
            total += strength
            strength /= 2
            scale *= 2
        }
        return total > 0 ? sum / total : 0
    }

    @inline(__always)
    private func corner(_ x: Int32, _ y: Int32, _ dx: Float, _ dy: Float) -> Float {
        let point = UInt64(UInt32(bitPattern: x)) << 32 | UInt64(UInt32(bitPattern: y))
        let direction = Self.directions[Int(RandomStream.mixed(point ^ seed) >> 58)]
        return direction.x * dx + direction.y * dy
    }

    @inline(__always)
    private func fade(_ t: Float) -> Float { t * t * t * (t * (t * 6 - 15) + 10) }
}
