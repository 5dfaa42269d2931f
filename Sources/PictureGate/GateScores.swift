import AnomalyAnnotation
package import Imaging

/// What the checks measure on one picture. It depends on the picture, its normal, its label and the part's mask alone.
///
/// Scores are rounded to millionths before they are compared with thresholds, so that what is written decides as what
/// was measured.
package struct GateScores: Sendable, Codable, Equatable {
    /// Share of the part that has changed inside the label.
    package var change: Double
    /// Share of the picture that has changed outside the label and its margin.
    package var outside: Double
    /// Intersection over union of the label and what has changed in it and beyond its margin.
    package var overlap: Double
    /// The label's share of the part.
    package var area: Double
    /// The label's pixels.
    package var pixels: Int
    /// The pixels of one cell of the settings' grid.
    package var cell: Int
    /// Share of the label on the part; 0 for an empty label.
    package var part: Double
    /// Standard deviation of the picture's grey levels.
    package var deviation: Double

    /// - Parameters:
    ///   - base: the picture as it would be without damage: the normal, or what the generator's autoencoder makes of
    ///     it. Its channels are taken as the picture's.
    ///   - label: the binary label.
    ///   - part: where the part is; nil for a picture that is all part.
    /// - Throws: `ImageError` where sizes differ.
    package init(picture: Image, base: Image, label: Mask, part: Mask?, settings: GateSettings) throws(ImageError) {
        let part = part ?? Mask(width: picture.width, height: picture.height, repeating: true)
        for (width, height, what) in [
            (base.width, base.height, "normal"), (label.width, label.height, "label"),
            (part.width, part.height, "part's mask"),
        ] where width != picture.width || height != picture.height {
            throw ImageError(
                .corrupt, file: "the \(what) of a generated picture",
                reason: "it is \(width)×\(height), the picture \(picture.width)×\(picture.height)")
        }
        let plain = picture.channels == 1 ? picture : picture.rgb()
        let change = Change(from: plain.channels == 1 ? base.grey() : base.rgb(), to: plain)
        let smoothed = change.smoothed, inside = Self.mean(smoothed, inside: label)
        // What is weak beside the damage is no second damage: autoencoders and samplers change a little everywhere.
        let changed = smoothed.atLeast(Float(settings.visible)).intersection(label).union(
            smoothed.atLeast(Float(max(settings.visible, inside / settings.contrast))).intersection(label.inverted))
        let whole = picture.width * picture.height, onPart = max(part.count, 1)
        let around = label.dilated(2 * Self.margin(picture) + 1)
        func share(_ count: Int, of all: Int) -> Double { Self.rounded(Double(count) / Double(all)) }
        self.change = share(changed.intersection(label).count, of: onPart)
        outside = share(changed.intersection(around.inverted).count, of: whole)
        overlap = Self.rounded(label.overlap(with: changed.intersection(around.inverted.union(label))))
        pixels = label.count
        area = share(pixels, of: onPart)
        cell = max(1, Int((Double(whole) / Double(settings.cells * settings.cells)).rounded()))
        self.part = share(label.intersection(part).count, of: max(pixels, 1))
        deviation = Self.rounded(Self.deviation(of: plain.grey()))
    }

    /// Pixels around the label where changes count neither way: what is smoothed spreads, and drawings fade out.
    static func margin(_ picture: Image) -> Int { max(2, max(picture.width, picture.height) / 50) }

    /// 0 for an empty mask.
    private static func mean(_ plane: Plane, inside mask: Mask) -> Double {
        var (sum, count) = (0.0, 0)
        for k in mask.values.indices where mask.values[k] != 0 {
            sum += Double(plane.values[k])
            count += 1
        }
        return sum / Double(max(count, 1))
    }

    private static func rounded(_ value: Double) -> Double { (value * 1e6).rounded() / 1e6 }

    private static func deviation(of grey: Image) -> Double {
        var sum = 0, squares = 0
        for level in grey.pixels {
            sum += Int(level)
            squares += Int(level) * Int(level)
        }
        let count = Double(max(grey.pixels.count, 1)), mean = Double(sum) / count
        return max(0, Double(squares) / count - mean * mean).squareRoot()
    }

    /// The checks that it doesn't pass, in their order.
    package func failed(_ settings: GateSettings) -> [GateCheck] {
        GateCheck.allCases.filter { check in
            switch check {
            case .change: change < settings.change
            case .outside: outside > settings.outside
            case .overlap: overlap < settings.overlap
            case .area: area < settings.smallest || area > settings.largest || pixels < cell
            case .part: part < settings.onPart
            case .real: false
            case .blank: deviation <= settings.deviation
            }
        }
    }
}
