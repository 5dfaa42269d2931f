package import Imaging

/// Pictures of parts that don't exist: the demo's data, free of anybody's rights, with masks that are exact.
///
/// Parts are painted as surfaces (height, material), damage changes the surface, and one lamp and camera look at all of them; so a
/// dent shades as a dent does, and the undamaged twin of a damaged picture is the same call without the damage.
package enum StarterWorld {
    /// Names of the categories.
    package static let categories: [String] = Catalogue.products.map { $0.name }

    package struct Picture: Equatable, Sendable {
        package var image: Image
        /// One for each damage asked for, in that order: the picture's size, never empty.
        package var masks: [Mask]

        /// All damage together; nil for undamaged parts.
        package var mask: Mask? { masks.first.map { masks.dropFirst().reduce($0) { $0.union($1) } } }
    }

    package enum UnknownName: Error, Equatable, CustomStringConvertible, Sendable {
        case category(String)
        case damage(String, category: String)

        package var description: String {
            switch self {
            case .category(let name): "no such category: \(name); there are \(StarterWorld.categories.joined(separator: ", "))"
            case .damage(let name, let category):
                "\(category) has no damage \(name); it has \((try? StarterWorld.damages(of: category))?.joined(separator: ", ") ?? "")"
            }
        }
    }

    /// Names of the damages that a category's parts can have.
    package static func damages(of category: String) throws(UnknownName) -> [String] {
        try product(category).damages.map { $0.name }
    }

    /// Renders one picture.
    ///
    /// - Parameters:
    ///   - seed: which piece of the production line; equal arguments make equal pictures.
    ///   - damages: some of `damages(of:)`, done one after the other; none: an undamaged part.
    /// - Precondition: width and height are at least 16.
    package static func render(
        category: String, seed: UInt64, width: Int, height: Int, damages: [String] = []
    ) throws(UnknownName) -> Picture {
        precondition(width >= 16 && height >= 16)
        let product = try product(category)
        // One stream for each purpose: the damaged picture of a seed shows the very part, light and noise of the undamaged one.
        var shape = RandomStream(seed: seed, purpose: "\(category) part"), light = RandomStream(seed: seed, purpose: "\(category) light")
        var surface = Surface(pictureWidth: width, pictureHeight: height)
        product.paint(on: &surface, &shape)
        let shading = Shading(&light)
        var masks: [Mask] = []
        for damage in damages {
            guard let kind = product.damages.first(where: { $0.name == damage }) else { throw .damage(damage, category: category) }
            var accident = RandomStream(seed: seed, purpose: "\(category) \(damage)")
            masks.append(mask(kind.apply(to: &surface, &accident), surface, width, height))
        }
        return Picture(image: shading.picture(of: surface, channels: product.channels), masks: masks)
    }

    /// One piece of the production line, photographed before and after an accident: same part, light and noise.
    package struct Twins: Equatable, Sendable {
        package var normal: Image
        package var damaged: Image
        package var mask: Mask
    }

    /// What `render` gives without damage and with this one, for little more than the price of one picture.
    package static func renderTwins(
        category: String, seed: UInt64, width: Int, height: Int, damage: String
    ) throws(UnknownName) -> Twins {
        let normal = try render(category: category, seed: seed, width: width, height: height)
        let damaged = try render(category: category, seed: seed, width: width, height: height, damages: [damage])
        return Twins(normal: normal.image, damaged: damaged.image, mask: damaged.masks[0])
    }

    private static func product(_ category: String) throws(UnknownName) -> any Product.Type {
        guard let product = Catalogue.products.first(where: { $0.name == category }) else { throw .category(category) }
        return product
    }

    /// Pixels that are damaged by half or more; where there are none, the one that is damaged most.
    private static func mask(_ share: [Float], _ surface: Surface, _ width: Int, _ height: Int) -> Mask {
        let over = Surface.oversampling
        var sums = [Float](repeating: 0, count: width * height)
        for y in 0..<surface.height {
            for x in 0..<surface.width { sums[y / over * width + x / over] += share[y * surface.width + x] }
        }
        let half = Float(over * over) / 2, most = sums.max() ?? 0
        return Mask(width: width, height: height, values: sums.map { $0 >= min(half, most) ? 1 : 0 })
    }
}
