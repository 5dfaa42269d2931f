package import Imaging

/// Pictures of a detector's result at display size: the plain picture, the truth's outline, and the anomaly map over
/// the picture.
package struct DetectionPicture: Sendable {
    package var plain: Image
    package var truth: Image
    package var heat: Image

    /// Pixels of the longer side on a page; three side by side fit a laptop's width.
    package static let side = 288
    /// How much of the map's colour covers the picture: enough to tell scores apart, little enough to see the product
    /// (own choice).
    private static let opacity = 0.6
    /// A light green that few products have (own choice).
    private static let outline = Colour(57, 255, 20)

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
        truth = plain
        if let mask {
            // Any share of a pixel's area counts, so that a defect of a pixel or two doesn't vanish; the line, two
            // pixels wide, is drawn around the defect, not over it.
            let defect = mask.areaAveraged(width: width, height: height).atLeast(.leastNonzeroMagnitude)
            truth = plain.outlining(defect.dilated(5), colour: Self.outline, thickness: 2)
        }
        let colours = map.resizedBilinear(width: width, height: height).heatMap(
            low: range.lowerBound, high: range.upperBound)
        heat = plain.mixed(with: colours, share: Self.opacity)
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
