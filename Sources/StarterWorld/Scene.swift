internal import Imaging

/// A part under lamp and camera, before and after accidents.
struct Scene {
    private let product: any Product.Type
    private let seed: UInt64
    private let width: Int
    private let height: Int
    private var surface: Surface
    private let shading: Shading
    private let around: Surroundings
    private var shares: [Float] = []

    /// One stream for each purpose: the damaged picture of a seed shows the very part, light and noise of the undamaged one.
    init(_ product: any Product.Type, _ seed: UInt64, _ width: Int, _ height: Int) {
        (self.product, self.seed, self.width, self.height) = (product, seed, width, height)
        var shape = RandomStream(seed: seed, purpose: "\(product.name) part")
        var light = RandomStream(seed: seed, purpose: "\(product.name) light")
        surface = Surface(pictureWidth: width, pictureHeight: height)
        product.paint(on: &surface, &shape)
        shading = Shading(&light)
        around = Surroundings(surface, lamp: shading.lamp, softness: shading.softness)
    }

    private var whole: Frame { Frame(rows: 0..<height, columns: 0..<width) }

    func light() -> [SIMD3<Float>] {
        var light = [SIMD3<Float>](repeating: SIMD3(repeating: 0), count: width * height)
        shading.expose(surface, around, whole, into: &light)
        return light
    }

    func picture(_ light: [SIMD3<Float>]) -> Image {
        var image = Image(width: width, height: height, colour: [UInt8](repeating: 0, count: product.channels))
        shading.camera.develop(light, whole, into: &image)
        return image
    }

    /// Does a damage.
    mutating func suffer(_ damage: String) throws(StarterWorld.UnknownName) -> Mask {
        guard let kind = product.damages.first(where: { $0.name == damage }) else { throw .damage(damage, category: product.name) }
        var accident = RandomStream(seed: seed, purpose: "\(product.name) \(damage)")
        shares = kind.apply(to: &surface, &accident)
        return mask(shares)
    }

    /// The picture after the last damage: only what it can have changed is exposed and developed again.
    func retaken(_ before: Image, _ light: inout [SIMD3<Float>], _ mask: Mask) -> Image {
        var after = before
        // A pixel of the mask needs half its samples; the outermost samples may lie a pixel further out.
        let changed = Frame(around: self.mask(shares, least: 0.5)).grown(shadowReach, width, height)
        shading.expose(surface, around, changed, into: &light)
        shading.camera.develop(light, changed.grown(Camera.blurReach, width, height), into: &after)
        return after
    }

    /// Pixels that a sample's shadow and slope reach: 0.03 units and one sample, rounded up.
    private var shadowReach: Int { Int(0.03 * surface.scale / Float(Surface.oversampling)) + 2 }

    /// Pixels of which `least` samples or more are damaged; where there are none, those that are damaged most.
    private func mask(_ share: [Float], least: Float = Float(Surface.oversampling * Surface.oversampling) / 2) -> Mask {
        let over = Surface.oversampling
        var sums = [Float](repeating: 0, count: width * height)
        share.withUnsafeBufferPointer { share in
            for y in 0..<surface.height {
                for x in 0..<surface.width { sums[y / over * width + x / over] += share[y * surface.width + x] }
            }
        }
        let most = sums.max() ?? 0
        // A pixel that nothing happened to is never damaged.
        let level = max(min(least, most), .leastNormalMagnitude)
        return Mask(width: width, height: height, values: sums.map { $0 >= level ? 1 : 0 })
    }
}
