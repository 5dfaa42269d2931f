import Imaging
import NumpyFiles

/// The scores of one picture as its file holds them.
struct AnomalyMap {
    var plane: Plane
    /// The same in float64, where float32 can't hold them.
    var doubles: [Double]?
    var kind: MapKind

    init(plane: Plane, kind: MapKind) { (self.plane, self.kind) = (plane, kind) }

    init(_ file: NumpyFile) {
        plane = Plane(width: file.width, height: file.height, values: file.values)
        doubles = file.doubles
        kind =
            switch file.kind {
            case .float64: .float64
            case .float32: .float32
            case .float16: .float16
            case .uint8: .uint8
            }
    }

    /// Finite scores that are infinite in float32.
    var exceedsFloat32: Bool {
        doubles.map { zip($0, plane.values).contains { $0.isFinite && !$1.isFinite } } ?? false
    }

    /// NaN where any score is NaN.
    var maximum: Double {
        if let doubles { return doubles.reduce(-.infinity) { $0.isNaN || $1.isNaN ? .nan : max($0, $1) } }
        return plane.values.contains(where: \.isNaN) ? .nan : Double(plane.maximum)
    }

    var minimum: Double {
        doubles?.min() ?? plane.values.min().map(Double.init) ?? 0
    }
}

/// What numbers a map's file holds.
package enum MapKind: String, Sendable, CaseIterable {
    case float64, float32, float16, uint8
    /// PNG or TIFF of 16 bits, read as 0...1.
    case uint16

    /// Few different numbers: pixels that a detector tells apart may have become equal.
    var isCoarse: Bool { self == .float16 || self == .uint8 }

    var phrase: String {
        switch self {
        case .uint8: "8 bits, 256 scores at most"
        case .float16: "float16, 11 bits of each score"
        case .uint16: "16 bits"
        case .float32, .float64: rawValue
        }
    }
}

/// How many maps of a kind there are, and the values in them.
package struct MapRange: Sendable, Equatable {
    package var maps = 0
    package var lowest = Double.infinity
    package var highest = -Double.infinity

    mutating func add(_ map: AnomalyMap) {
        maps += 1
        (lowest, highest) = (min(lowest, map.minimum), max(highest, map.maximum))
    }
}
