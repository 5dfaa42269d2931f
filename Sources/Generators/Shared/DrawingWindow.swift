package import Imaging
package import ParameterKit

/// Which part of a picture a generator draws in, enlarged or reduced to the model's size. The rest stays as it was.
package enum DrawingWindow: SelfTyped, Hashable {
    case whole
    case object
    /// A square of this many pixels a side.
    case square(Int)

    /// Sides of a square window.
    package static let sides = 64...8192

    /// The window for one picture; nil: all of it.
    ///
    /// `object` is the bounding box of `part`, an eighth of its longer side wider on each side, made square as far as
    /// the picture goes. A square window holds all of a part that isn't larger, at a place in it that `seed` chooses;
    /// of a larger part it lies around one of the pixels. Windows that would leave less than a tenth of the picture
    /// out are nil.
    ///
    /// - Parameters:
    ///   - part: where the damage may be, of the picture's size; nil: everywhere.
    ///   - seed: equal seeds choose equal places.
    package func window(width: Int, height: Int, part: Mask?, seed: UInt32) -> PixelWindow? {
        switch self {
        case .whole: return nil
        case .object:
            guard let box = part?.boundingBox else { return nil }
            let longer = max(box.width, box.height), side = longer + 2 * max(1, longer / 8)
            return Self.window(
                side, around: (box.x + box.width / 2, box.y + box.height / 2), width: width, height: height)
        case .square(let side):
            let centre =
                Self.holding(part, side: side, seed: seed)
                ?? Self.pixel(of: part, width: width, height: height, seed: seed)
            return Self.window(side, around: centre, width: width, height: height)
        }
    }

    /// A centre from which the window holds all of the part: damage isn't cut straight at a window's edge.
    private static func holding(_ part: Mask?, side: Int, seed: UInt32) -> (x: Int, y: Int)? {
        guard let box = part?.boundingBox, box.width <= side, box.height <= side else { return nil }
        let (across, down) = (side - box.width + 1, side - box.height + 1)
        let (left, top) = (Int(seed) % across, Int(seed) / across % down)
        return (box.x - left + side / 2, box.y - top + side / 2)
    }

    private static func pixel(of part: Mask?, width: Int, height: Int, seed: UInt32) -> (x: Int, y: Int) {
        guard let part else { return (Int(seed) % (width * height) % width, Int(seed) % (width * height) / width) }
        let count = part.count
        guard count > 0 else { return (width / 2, height / 2) }
        var left = Int(seed) % count
        for place in part.values.indices where part.values[place] != 0 {
            if left == 0 { return (place % width, place / width) }
            left -= 1
        }
        return (width / 2, height / 2)
    }

    private static func window(_ side: Int, around centre: (x: Int, y: Int), width: Int, height: Int) -> PixelWindow? {
        let (across, down) = (min(side, width), min(side, height))
        guard Double(across * down) < 0.9 * Double(width * height) else { return nil }
        return PixelWindow(
            x: min(max(0, centre.x - across / 2), width - across), y: min(max(0, centre.y - down / 2), height - down),
            width: across, height: down)
    }

    package static var valueType: ValueType {
        .either([
            .choice([
                Choice("whole", "the whole picture, as the paper does"),
                Choice("object", "the part, with an eighth of context around it"),
            ]), .integer(sides),
        ])
    }
    package static func read(_ json: JSONValue, _ reading: Reading) -> DrawingWindow? {
        switch json {
        case "whole": .whole
        case "object": .object
        default: json.int.map { .square($0) }
        }
    }
    package var json: JSONValue {
        switch self {
        case .whole: "whole"
        case .object: "object"
        case .square(let side): .int(side)
        }
    }
}
