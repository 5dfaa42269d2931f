internal import Glibc
package import Imaging
import ParameterKit

/// Outlines of damage that any generator without networks can draw in.
package enum DamageShape: String, KeyChoice {
    case perlin, line, dot, freeform, ellipse

    package var doc: String {
        switch self {
        case .perlin: "thresholded Perlin noise"
        case .line: "bent lines that taper off, smooth or jagged"
        case .dot: "round spots with an uneven edge"
        case .freeform: "blots that a random walk leaves"
        case .ellipse: "turned ellipses"
        }
    }

    /// For phrases.
    var plural: String {
        switch self {
        case .perlin: "Perlin patches"
        case .line: "lines"
        case .dot: "dots"
        case .freeform: "blots"
        case .ellipse: "ellipses"
        }
    }

    /// One to five shapes on a part, and nowhere else.
    ///
    /// *Source*: sizes and counts of AnoStyler's masks (AAAI 2026), on 256 pixels: lines of 60 to 200 pixels and 1 to 7 wide,
    /// dots of radius 5 to 35, walks of 300 to 18,000 steps blurred by σ 2 to 12, m shapes with a probability of exp(-0.7m).
    /// Deviation: at least half of a shape lies on the part, or as much as 20 places have at most; ellipses are ours, and so is
    /// how lines bend.
    ///
    /// - Parameters:
    ///   - extent: the pixels that stand for those 256; nil: the longer side of the box around the part.
    /// - Returns: nil for an empty part.
    package func mask(inside part: Mask, extent: Double? = nil, _ stream: inout RandomStream) -> Mask? {
        guard let box = part.boundingBox else { return nil }
        if self == .perlin { return Self.noise(inside: part, box, &stream) }
        let scale = (extent ?? Double(max(box.width, box.height))) / 256
        let places = part.values.indices.filter { part.values[$0] != 0 }
        var found: Mask?
        for _ in 0..<Self.count(&stream) {
            var best: (share: Double, inside: [Int]) = (0, [])
            for _ in 0..<20 where best.share < 0.5 {
                let place = stream.element(places)
                let spot = Stamp(shape: self, scale: scale, &stream)
                let (left, top) = (place % part.width - spot.width / 2, place / part.width - spot.height / 2)
                var (drawn, inside) = (0, [Int]())
                for y in 0..<spot.height {
                    for x in 0..<spot.width where spot.values[y * spot.width + x] {
                        drawn += 1
                        let (px, py) = (x + left, y + top)
                        guard px >= 0, py >= 0, px < part.width, py < part.height, part[px, py] else { continue }
                        inside.append(py * part.width + px)
                    }
                }
                let share = Double(inside.count) / Double(max(drawn, 1))
                if share > best.share { best = (share, inside) }
            }
            var mask = found ?? Mask(width: part.width, height: part.height)
            for place in best.inside { mask.values[place] = 1 }
            found = mask
        }
        return found.flatMap { $0.isEmpty ? nil : $0 }
    }

    /// DRAEM's noise over the box around a part.
    private static func noise(inside part: Mask, _ box: PixelWindow, _ stream: inout RandomStream) -> Mask? {
        for _ in 0..<20 {
            let cells = (0..<2).map { _ in 1 << stream.index(6) }, turn = stream.uniform(-90, 90)
            let mask = GradientNoise(seed: stream.next())
                .mask(width: box.width, height: box.height, cells: cells, turn: turn, above: 0.5)
                .placed(at: box, width: part.width, height: part.height).intersection(part)
            if !mask.isEmpty { return mask }
        }
        return nil
    }

    private static func count(_ stream: inout RandomStream) -> Int {
        let weights = (1...5).map { exp(-0.7 * Double($0)) }
        var left = stream.uniform(0, weights.reduce(0, +))
        return 1
            + (weights.firstIndex {
                left -= $0
                return left < 0
            } ?? 0)
    }
}
