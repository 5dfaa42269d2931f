internal import Imaging

/// A kind of part or surface that can be photographed.
protocol Product: Sendable {
    static var name: String { get }
    /// Samples a pixel of its pictures: 1 (grey) or 3.
    static var channels: Int { get }
    static var damages: [any Damage.Type] { get }

    /// Paints ground and part; two streams differ as two pieces of one production line do.
    static func paint(on surface: inout Surface, _ stream: inout RandomStream)
}

/// A kind of damage.
protocol Damage: Sendable {
    /// As it stands in folder names.
    static var name: String { get }

    /// Changes the surface.
    ///
    /// - Returns: 0...1 for each sample: how much of it is damaged.
    static func apply(to surface: inout Surface, _ stream: inout RandomStream) -> [Float]
}

enum Catalogue {
    static let products: [any Product.Type] = [
        HexNut.self, Tablet.self, Plank.self, Board.self, BrushedMetal.self, Cloth.self, Tile.self, Bottle.self,
        Capsule.self, Gear.self,
    ]
}
