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

    /// One stream for each purpose, so that a seed's damaged picture shows the same part, light and noise as the
    /// undamaged one.
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
        var image = Image(
            width: width, height: height, channels: product.channels,
            pixels: [UInt8](repeating: 0, count: width * height * product.channels))
        shading.camera.develop(light, whole, into: &image)
        return image
    }

    /// Does a damage.
    mutating func suffer(_ damage: String) throws(StarterWorld.UnknownName) -> Mask {
        guard let kind = product.damages.first(where: { $0.name == damage }) else {
            throw .damage(damage, category: product.name)
        }
        var accident = RandomStream(seed: seed, purpose: "\(product.name) \(damage)")
        return mask(kind.apply(to: &surface, &accident))
    }

    /// The picture after the last damage; only the area that it can have changed is exposed and developed again.
    func retaken(_ before: Image, _ light: inout [SIMD3<Float>], _ mask: Mask) -> Image {
        var after = before
        let changed = Frame(around: mask).grown(shadowReach, width, height)
        shading.expose(surface, around, changed, into: &light)
        shading.camera.develop(light, changed.grown(Camera.blurReach, width, height), into: &after)
        return after
    }

    /// Pixels that a sample's shadow and slope reach: `Shader.shadowReach` and one sample, rounded up.
    private var shadowReach: Int { Int(Shader.shadowReach * surface.scale / Float(Surface.oversampling)) + 2 }

    /// Pixels of which any sample is damaged.
    private func mask(_ share: [Float]) -> Mask {
        let over = Surface.oversampling
        var sums = [Float](repeating: 0, count: width * height)
        share.withUnsafeBufferPointer { share in
            for y in 0..<surface.height {
                for x in 0..<surface.width { sums[y / over * width + x / over] += share[y * surface.width + x] }
            }
        }
        return Mask(width: width, height: height, values: sums.map { $0 > 0 ? 1 : 0 })
    }
}
