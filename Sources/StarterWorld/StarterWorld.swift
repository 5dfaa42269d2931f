package import Imaging

/// Pictures of parts that don't exist, free of anybody's rights, with masks that are exact: data to train on and for
/// the demo.
///
/// Parts are painted as surfaces (height, material), damage changes the surface, and the same model of lamp and camera
/// renders all of them. So a dent is shaded like a real dent, and the undamaged twin of a damaged picture is the same
/// call without the damage.
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
            case .category(let name):
                "no such category: \(name); there are \(StarterWorld.categories.joined(separator: ", "))"
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
    ///   - seed: selects a piece of the production line; equal arguments give equal pictures.
    ///   - damages: some of `damages(of:)`, done one after the other; none: an undamaged part.
    /// - Precondition: width and height are at least 16.
    package static func render(
        category: String, seed: UInt64, width: Int, height: Int, damages: [String] = []
    ) throws(UnknownName) -> Picture {
        precondition(width >= 16 && height >= 16)
        let product = try product(category)
        var scene = Scene(product, seed, width, height)
        var masks: [Mask] = []
        for damage in damages { masks.append(try scene.suffer(damage)) }
        let light = scene.light()
        return Picture(image: scene.picture(light), masks: masks)
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
        precondition(width >= 16 && height >= 16)
        var scene = Scene(try product(category), seed, width, height)
        var light = scene.light()
        let normal = scene.picture(light)
        let mask = try scene.suffer(damage)
        return Twins(normal: normal, damaged: scene.retaken(normal, &light, mask), mask: mask)
    }

    /// One piece of the production line, photographed sound and after each of several accidents separately.
    package struct Family: Equatable, Sendable {
        package var normal: Image
        /// In the order of the damages asked for.
        package var damaged: [Image]
        package var masks: [Mask]
    }

    /// Twins for several damages of one part: each as `renderTwins` gives it, the part painted and lit once.
    package static func renderFamily(
        category: String, seed: UInt64, width: Int, height: Int, damages: [String]
    ) throws(UnknownName) -> Family {
        precondition(width >= 16 && height >= 16)
        let sound = Scene(try product(category), seed, width, height)
        let light = sound.light()
        var family = Family(normal: sound.picture(light), damaged: [], masks: [])
        for damage in damages {
            var (scene, changed) = (sound, light)
            let mask = try scene.suffer(damage)
            family.damaged.append(scene.retaken(family.normal, &changed, mask))
            family.masks.append(mask)
        }
        return family
    }

    private static func product(_ category: String) throws(UnknownName) -> any Product.Type {
        guard let product = Catalogue.products.first(where: { $0.name == category }) else { throw .category(category) }
        return product
    }
}
