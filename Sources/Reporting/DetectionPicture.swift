package import Imaging

/// A detector's result at display size, in layers of one size: the picture, the truth's outline, the anomaly map's
/// colours.
package struct DetectionPicture: Sendable {
    package var plain: Image
    /// Four channels, transparent but for the line; nil without a truth.
    package var outline: Image?
    package var heat: Image

    /// Pixels of the longer side on a page.
    package static let side = EmbeddedPicture.side
    /// A light green that few products have (own choice).
    private static let outline: [UInt8] = [57, 255, 20, 255]

    /// - Parameters:
    ///   - image: any size, 1, 3 or 4 channels.
    ///   - mask: the image's size; nil for a good picture.
    ///   - map: any size, of the same aspect; higher is more anomalous.
    ///   - range: the scores drawn as the darkest and the lightest colour, the same for all pictures that are compared.
    package init(image: Image, mask: Mask?, map: Plane, range: ClosedRange<Float>, side: Int = DetectionPicture.side) {
        let longest = max(image.width, image.height)
        let width = max(1, (image.width * side + longest / 2) / longest)
        let height = max(1, (image.height * side + longest / 2) / longest)
        plain = image.rgb().resized(width: width, height: height, filter: .lanczos)
        if let mask {
            // Any share of a pixel's area counts, so that a defect of a pixel or two doesn't vanish; the line, two
            // pixels wide, is drawn around the defect, not over it.
            let defect = mask.areaAveraged(width: width, height: height).atLeast(.leastNonzeroMagnitude)
            let around = defect.dilated(5), inner = around.eroded(5)
            var line = Image(width: width, height: height, colour: [0, 0, 0, 0])
            for i in around.values.indices where around.values[i] != 0 && inner.values[i] == 0 {
                line.pixels.replaceSubrange(4 * i..<4 * i + 4, with: Self.outline)
            }
            outline = line
        }
        heat = map.resizedBilinear(width: width, height: height).heatMap(
            low: range.lowerBound, high: range.upperBound)
    }

    /// The map's colours from the lowest to the highest score as stops of a CSS gradient.
    static var gradient: String {
        let table = HeatColours.table
        return (0...8).map { step in
            let colour = table[step * (table.count - 1) / 8]
            return "rgb(\(colour.red),\(colour.green),\(colour.blue))"
        }.joined(separator: ", ")
    }
}
