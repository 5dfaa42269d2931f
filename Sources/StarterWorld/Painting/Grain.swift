internal import Glibc
internal import Imaging

/// Noise over the whole plane for one purpose of one picture: a cut-out of tables that are computed once.
///
/// Perlin's gradient noise with a period of 32 units along each axis, which no picture is wide enough to show. A table
/// costs a few nanoseconds a look-up where noise of four octaves costs a hundred.
struct Grain {
    private let x0: Float, y0: Float
    private let single: UnsafePointer<Float>, several: UnsafePointer<Float>

    init(_ stream: inout RandomStream) {
        // Whole thousands keep coordinates positive down to -500 units, so that truncation is rounding down.
        x0 = Float(stream.uniform(0, 512)) + 8192
        y0 = Float(stream.uniform(0, 512)) + 8192
        single = Tables.single
        several = Tables.several
    }

    /// One octave: soft spots a unit wide, about -1...1.
    @inline(__always)
    func value(_ x: Float, _ y: Float) -> Float { sample(single, x, y) }

    /// Four octaves of halving strength: clouds that are rough up close, about -0.7...0.7.
    @inline(__always)
    func fractal(_ x: Float, _ y: Float) -> Float { sample(several, x, y) }

    @inline(__always)
    private func sample(_ table: UnsafePointer<Float>, _ x: Float, _ y: Float) -> Float {
        let fx = x * Tables.perUnit + x0, fy = y * Tables.perUnit + y0
        let ix = Int32(fx), iy = Int32(fy)
        let u = fx - Float(ix), v = fy - Float(iy)
        let last = Int32(Tables.side - 1)
        let left = Int(ix & last), right = Int((ix &+ 1) & last)
        let top = Int(iy & last) * Tables.side, bottom = Int((iy &+ 1) & last) * Tables.side
        let a = table[top + left], b = table[top + right], c = table[bottom + left], d = table[bottom + right]
        let above = a + (b - a) * u, below = c + (d - c) * u
        return above + (below - above) * v
    }

    /// Constants of the program, built at first use and never freed.
    private enum Tables {
        static let side = 512
        /// Samples a unit.
        static let perUnit: Float = 16

        nonisolated(unsafe) static let single = kept(octaves: 1)
        nonisolated(unsafe) static let several = kept(octaves: 4)

        private static func kept(octaves: Int) -> UnsafePointer<Float> {
            let table = UnsafeMutablePointer<Float>.allocate(capacity: side * side)
            for y in 0..<side {
                for x in 0..<side {
                    var (sum, strength, total): (Float, Float, Float) = (0, 1, 0)
                    for octave in 0..<octaves {
                        let scale = Float(1 << octave)
                        // Shifted, so that the zeros at the octaves' grid points don't fall together.
                        let shift = Float(octave) * 0.37
                        sum +=
                            strength
                            * perlin(Float(x) / perUnit * scale + shift, Float(y) / perUnit * scale + shift, octave)
                        total += strength
                        strength /= 2
                    }
                    (table + y * side + x).initialize(to: sum / total)
                }
            }
            return UnsafePointer(table)
        }

        /// *Source*: K. Perlin, Improving noise, SIGGRAPH 2002; the grid wraps around after the table's side.
        private static func perlin(_ x: Float, _ y: Float, _ octave: Int) -> Float {
            let period = Int32(Float(side) / perUnit) << Int32(octave)
            let (left, top) = (x.rounded(.down), y.rounded(.down))
            let (fx, fy) = (x - left, y - top)
            func corner(_ dx: Int32, _ dy: Int32) -> Float {
                let ix = UInt64(UInt32((Int32(left) &+ dx) % period)), iy = UInt64(UInt32((Int32(top) &+ dy) % period))
                let angle = Double(RandomStream.mixed(ix << 32 | iy << 8 | UInt64(octave)) >> 54) * 2 * .pi / 1024
                return Float(cos(angle)) * (fx - Float(dx)) + Float(sin(angle)) * (fy - Float(dy))
            }
            func fade(_ t: Float) -> Float { t * t * t * (t * (t * 6 - 15) + 10) }
            let above = mix(corner(0, 0), corner(1, 0), fade(fx)), below = mix(corner(0, 1), corner(1, 1), fade(fx))
            return 1.41421356 * mix(above, below, fade(fy))
        }
    }
}
