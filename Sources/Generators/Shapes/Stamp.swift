internal import Glibc
import Imaging

/// One shape of damage in a box of its own.
struct Stamp {
    private(set) var width: Int
    private(set) var height: Int
    /// Row by row.
    private(set) var values: [Bool]

    /// - Parameter scale: pixels for each of the shape's own, which are made for pictures of 256.
    init(shape: DamageShape, scale: Double, _ stream: inout RandomStream) {
        switch shape {
        case .line: self.init(line: scale, &stream)
        case .dot: self.init(dot: scale, &stream)
        case .freeform: self.init(walk: scale, &stream)
        case .ellipse, .perlin: self.init(ellipse: scale, &stream)
        }
    }

    /// A box of a side of `reach` around the middle, whose pixels belong by their distance from it.
    private init(reach: Double, _ belongs: (Double, Double) -> Bool) {
        let side = 2 * Int(reach.rounded(.up)) + 1, middle = Double(side / 2)
        (width, height) = (side, side)
        values = (0..<side * side).map { belongs(Double($0 % side) - middle, Double($0 / side) - middle) }
        values[side * (side / 2) + side / 2] = true
    }

    private init(dot scale: Double, _ stream: inout RandomStream) {
        let radius = stream.uniform(5, 35) * scale
        let flat = stream.uniform(0.6, 1.4).squareRoot(), turn = stream.uniform(0, .pi)
        let corners = (0..<12 + stream.index(19)).map { _ in radius * stream.uniform(0.8, 1.1) }
        let (cosine, sine) = (cos(turn), sin(turn))
        self.init(reach: radius * 1.4) { x, y in
            let (u, v) = ((x * cosine + y * sine) / flat, (y * cosine - x * sine) * flat)
            let angle = (atan2(v, u) / (2 * .pi) + 0.5) * Double(corners.count)
            let (low, part) = (Int(angle) % corners.count, angle - angle.rounded(.down))
            let edge = corners[low] * (1 - part) + corners[(low + 1) % corners.count] * part
            return u * u + v * v <= edge * edge
        }
    }

    private init(ellipse scale: Double, _ stream: inout RandomStream) {
        let long = 8 * pow(5, stream.unit()) * scale, short = long * stream.uniform(0.3, 1)
        let turn = stream.uniform(0, .pi)
        let (cosine, sine) = (cos(turn), sin(turn))
        self.init(reach: long) { x, y in
            let (u, v) = ((x * cosine + y * sine) / long, (y * cosine - x * sine) / short)
            return u * u + v * v <= 1
        }
    }

    private init(line scale: Double, _ stream: inout RandomStream) {
        let length = stream.uniform(60, 200) * scale, points = 20 + stream.index(21)
        let thickness = stream.uniform(1, 7) * scale
        let jag = stream.chance(0.5) ? stream.uniform(1, 4) * scale : 0
        var (heading, bend) = (stream.uniform(0, 2 * .pi), 0.0)
        var path: [(x: Double, y: Double)] = [(0, 0)]
        for _ in 1..<points {
            bend = 0.7 * bend + 0.12 * stream.normal()
            heading += bend
            let step = length / Double(points - 1), aside = jag * stream.normal()
            let last = path[path.count - 1]
            path.append(
                (
                    last.x + step * cos(heading) - aside * sin(heading),
                    last.y + step * sin(heading) + aside * cos(heading)
                ))
        }
        self.init(path: path, thickness: thickness)
    }

    /// A line along points, widest in its middle.
    private init(path: [(x: Double, y: Double)], thickness: Double) {
        let margin = thickness / 2 + 1
        let left = (path.map(\.x).min() ?? 0) - margin, top = (path.map(\.y).min() ?? 0) - margin
        let (width, height) = (
            Int(((path.map(\.x).max() ?? 0) + margin - left).rounded(.up)) + 1,
            Int(((path.map(\.y).max() ?? 0) + margin - top).rounded(.up)) + 1
        )
        var values = [Bool](repeating: false, count: width * height)
        for (index, (from, to)) in zip(path, path.dropFirst()).enumerated() {
            let steps = max(1, Int((2 * max(abs(to.x - from.x), abs(to.y - from.y))).rounded(.up)))
            for step in 0...steps {
                let share = Double(step) / Double(steps)
                let along = 2 * (Double(index) + share) / Double(path.count - 1) - 1
                let radius = max(0.5, thickness / 2 * (1 - along * along))
                let x = from.x + (to.x - from.x) * share - left, y = from.y + (to.y - from.y) * share - top
                for row in max(0, Int(y - radius))...min(height - 1, Int(y + radius)) {
                    for column in max(0, Int(x - radius))...min(width - 1, Int(x + radius)) {
                        let (dx, dy) = (Double(column) - x, Double(row) - y)
                        if dx * dx + dy * dy <= radius * radius + 0.25 { values[row * width + column] = true }
                    }
                }
            }
        }
        (self.width, self.height, self.values) = (width, height, values)
    }

    private init(walk scale: Double, _ stream: inout RandomStream) {
        let steps = Int(300 * pow(60, stream.unit())), sigma = stream.uniform(2, 12)
        let share = Float(stream.uniform(0.15, 0.4))
        var (x, y) = (0, 0)
        var path: [(x: Int, y: Int)] = []
        for _ in 0..<steps {
            switch stream.index(4) {
            case 0: x += 1
            case 1: x -= 1
            case 2: y += 1
            default: y -= 1
            }
            path.append((x, y))
        }
        let margin = Int(2 * sigma)
        let left = (path.map(\.x).min() ?? 0) - margin, top = (path.map(\.y).min() ?? 0) - margin
        var visits = Plane(
            width: (path.map(\.x).max() ?? 0) + margin - left + 1, height: (path.map(\.y).max() ?? 0) + margin - top + 1
        )
        for point in path { visits[point.x - left, point.y - top] = 1 }
        var blot = visits.gaussianSmoothed(sigma: Float(sigma))
        blot = blot.resizedBilinear(
            width: max(1, Int((Double(blot.width) * scale).rounded())),
            height: max(1, Int((Double(blot.height) * scale).rounded())))
        let parts = blot.atLeast(share * blot.maximum).components
        let largest = parts.parts.map(\.area).max() ?? 0
        let mask = parts.mask { $0.area == largest }
        (width, height, values) = (mask.width, mask.height, mask.values.map { $0 != 0 })
    }
}
