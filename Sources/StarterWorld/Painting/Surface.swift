internal import Imaging

/// The surface in front of the camera, sampled finer than the picture: the height and material of each point, and
/// whether it belongs to the part.
///
/// Coordinates: the centre is (0, 0), the shorter side spans -1...1, y points down. Heights are in the same unit.
struct Surface {
    /// Samples a pixel, along each axis: enough that edges of parts don't look like stairs.
    static let oversampling = 2

    let width: Int
    let height: Int
    /// Samples a unit.
    let scale: Float
    var heights: [Float]
    /// Reflected share of red, green, blue light, linear, 0...1.
    var albedo: [SIMD3<Float>]
    /// 0: matte like felt, 1: polished.
    var gloss: [Float]
    /// 0: reflects as powder does, 1: mirrors its surroundings as metal does.
    var metal: [Float]
    /// Whether the sample belongs to the part, not to the ground below it.
    var part: [Bool]
    /// What the part is made of below its skin.
    var core = Core()

    /// The bare material that damage lays open.
    struct Core {
        var albedo = SIMD3<Float>(repeating: 0.4)
        var gloss: Float = 0.05
        var metal: Float = 0

        /// A colour of bare material that is visible on the skin: the core's, or a lighter or darker one if the core's
        /// is too similar.
        func bare(on skin: SIMD3<Float>) -> SIMD3<Float> {
            let (inner, outer) = (brightness(albedo), brightness(skin)), ratio = inner / max(outer, 0.001)
            if ratio > 1.9 || ratio < 0.5 { return albedo }
            return albedo * ((outer > 0.22 ? 0.56 * outer : min(2.6 * outer + 0.14, 0.8)) / inner)
        }
    }

    init(pictureWidth: Int, pictureHeight: Int) {
        width = pictureWidth * Self.oversampling
        height = pictureHeight * Self.oversampling
        scale = Float(min(width, height)) / 2
        heights = [Float](repeating: 0, count: width * height)
        albedo = [SIMD3<Float>](repeating: SIMD3(repeating: 0.5), count: width * height)
        gloss = [Float](repeating: 0, count: width * height)
        metal = [Float](repeating: 0, count: width * height)
        part = [Bool](repeating: false, count: width * height)
    }

    /// A point of the surface as it is painted.
    struct Point {
        var height: Float
        var albedo: SIMD3<Float>
        var gloss: Float
        var metal: Float = 0
        var part: Bool
    }

    /// Size of one picture pixel in units.
    var pixel: Float { Float(Self.oversampling) / scale }

    @inline(__always)
    func position(_ x: Int, _ y: Int) -> SIMD2<Float> {
        SIMD2(
            (Float(x) + 0.5) / scale - Float(width) / (2 * scale),
            (Float(y) + 0.5) / scale - Float(height) / (2 * scale))
    }

    /// Paints every sample anew.
    @inline(__always)
    mutating func paint(_ look: (SIMD2<Float>) -> Point) {
        let (width, height, scale) = (width, height, scale)
        let left = Float(width) / (2 * scale), top = Float(height) / (2 * scale), step = 1 / scale
        heights.withUnsafeMutableBufferPointer { heights in
            albedo.withUnsafeMutableBufferPointer { albedo in
                gloss.withUnsafeMutableBufferPointer { gloss in
                    metal.withUnsafeMutableBufferPointer { metal in
                        part.withUnsafeMutableBufferPointer { part in
                            for y in 0..<height {
                                for x in 0..<width {
                                    let new = look(SIMD2((Float(x) + 0.5) * step - left, (Float(y) + 0.5) * step - top))
                                    let at = y &* width &+ x
                                    (heights[at], albedo[at], gloss[at], metal[at], part[at]) =
                                        (new.height, new.albedo, new.gloss, new.metal, new.part)
                                }
                            }
                        }
                    }
                }
            }
        }
    }

    /// The samples' storage, to be read without checks.
    struct Samples {
        let heights: UnsafeBufferPointer<Float>
        let albedo: UnsafeBufferPointer<SIMD3<Float>>
        let gloss: UnsafeBufferPointer<Float>
        let metal: UnsafeBufferPointer<Float>
    }

    @inline(__always)
    func withSamples(_ body: (Samples) -> Void) {
        heights.withUnsafeBufferPointer { heights in
            albedo.withUnsafeBufferPointer { albedo in
                gloss.withUnsafeBufferPointer { gloss in
                    metal.withUnsafeBufferPointer { metal in
                        body(Samples(heights: heights, albedo: albedo, gloss: gloss, metal: metal))
                    }
                }
            }
        }
    }

    /// Changes the part's samples within `reach` units of `centre`; nil leaves one as it is.
    ///
    /// - Returns: 1 for each sample that was changed, else 0.
    mutating func damage(around centre: SIMD2<Float>, reach: Float, _ change: (SIMD2<Float>, Point) -> Point?)
        -> [Float]
    {
        func range(_ value: Float, _ size: Int) -> Range<Int> {
            let middle = value * scale + Float(size) / 2
            let low = min(max(Int(middle - reach * scale), 0), size)
            return low..<min(max(Int(middle + reach * scale) + 1, low), size)
        }
        var share = [Float](repeating: 0, count: heights.count)
        let columns = range(centre.x, width)
        for y in range(centre.y, height) {
            for x in columns where part[y * width + x] {
                let at = y * width + x
                let now = Point(height: heights[at], albedo: albedo[at], gloss: gloss[at], metal: metal[at], part: true)
                guard let then = change(position(x, y), now) else { continue }
                (heights[at], albedo[at], gloss[at], metal[at]) = (then.height, then.albedo, then.gloss, then.metal)
                share[at] = 1
            }
        }
        return share
    }
}
