package import ParameterKit

// What the keys `trunk` and `layers` of detectors have in common.

extension CNNFamily {
    /// The deepest cuts at these strides, for defaults: 8 and 16 are PatchCore's layer2 and layer3.
    package func layers(at strides: [Int]) -> [String] {
        strides.compactMap { stride in cuts.last { $0.stride == stride }?.name }
    }

    /// Says what is wrong with a list of layers: names that the network doesn't have, and another order than its own.
    package func check(_ layers: [String], at key: Key<[String]>, _ issues: inout Issues) {
        let known = cuts.map(\.name)
        let unknown = layers.filter { !known.contains($0) }
        guard unknown.isEmpty else {
            issues.add(
                "\(rawValue) has no layer \(unknown.map { "`\($0)`" }.joined(separator: ", ")); its layers are \(known.joined(separator: ", "))",
                at: key)
            return
        }
        let places = layers.compactMap { known.firstIndex(of: $0) }
        if zip(places, places.dropFirst()).contains(where: { $0 >= $1 }) {
            issues.add("layers go from shallow to deep: \(known.joined(separator: ", "))", at: key)
        }
    }

    /// For heads of tables.
    package func view(_ layers: [String], _ geometry: PictureGeometry) -> String {
        "\(rawValue) \(layers.joined(separator: "+")), \(geometry == .squash ? "squashed" : "centre cut out")"
    }

    /// Channels of these layers together.
    package func channels(of layers: [String]) -> Int { layers.reduce(0) { $0 + (cut($1)?.channels ?? 0) } }

    /// Features of a picture in these layers, numbers.
    package func features(of layers: [String], size: Int) -> Int {
        layers.compactMap { cut($0) }.reduce(0) { $0 + $1.channels * (size / $1.stride) * (size / $1.stride) }
    }
}
