internal import Glibc
package import Imaging

/// Cut&Paste: a piece of the picture, its colours slightly changed, pasted elsewhere onto the object.
///
/// *Source*: Li, Sohn, Yoon, Pfister, CutPaste: self-supervised learning for anomaly detection and localization, CVPR
/// 2021: the rectangle of 2-15 % of the picture with aspect 0.3-1 or 1-3.3, the thin rotated "scar", colour jitter up
/// to 0.1. Deviation: the piece is centred on a random pixel of the foreground and cut to it, since labels outside the
/// object would be wrong.
package struct CutPaste: Codable, Equatable, Sendable {
    package enum Shape: String, Codable, Sendable, CaseIterable { case rectangle, scar, either }

    package var shape = Shape.rectangle
    /// Share of the picture's area, smallest and largest.
    package var area = [0.02, 0.15]
    /// Height over width: one of the two ranges by a coin, then uniform.
    package var aspects = [[0.3, 1.0], [1.0, 3.3]]
    /// Scar: pixels at a long side of 256, scaled with the picture, smallest and largest.
    package var scarWidth = [2.0, 16.0]
    package var scarLength = [10.0, 25.0]
    /// Scar: degrees either way.
    package var scarAngle = 45.0
    package var jitter = 0.1

    package init(shape: Shape = .rectangle) { self.shape = shape }

    /// Makes one damaged picture.
    ///
    /// - Parameters:
    ///   - foreground: where the object is, the picture's size; nil: everywhere.
    ///   - seed: the same seed makes the same picture.
    /// - Throws: `SyntheticAnomalyError`.
    package func apply(to image: Image, foreground: Mask?, seed: UInt64) throws(SyntheticAnomalyError)
        -> SyntheticAnomaly
    {
        let foreground = try checkedForeground(image, foreground)
        let object = foreground.values.indices.filter { foreground.values[$0] != 0 }
        var stream = RandomStream(seed: seed, purpose: "cutpaste")
        for draw in 0..<mostDraws {
            let scar = shape == .scar || (shape == .either && stream.chance(0.5))
            let (width, height) = scar ? scarSize(image, &stream) : rectangleSize(image, &stream)
            let angle = scar ? stream.uniform(-scarAngle, scarAngle) : 0
            let fromX = stream.index(image.width - width + 1), fromY = stream.index(image.height - height + 1)
            let centre = object[stream.index(object.count)]
            var (toX, toY) = (centre % image.width - width / 2, centre / image.width - height / 2)
            if !scar {
                toX = min(max(toX, 0), image.width - width)
                toY = min(max(toY, 0), image.height - height)
            }
            let jitter = ColourJitter(strength: jitter, from: &stream)
            let patch = jitter.apply(image.cropped(x: fromX, y: fromY, width: width, height: height))
            if let (result, mask) = pasted(patch, onto: image, x: toX, y: toY, angle: angle, within: foreground) {
                return SyntheticAnomaly(
                    image: result, softLabel: mask.plane, mask: mask,
                    account: .init(
                        method: scar ? "cutpaste-scar" : "cutpaste", from: [fromX, fromY, width, height],
                        to: [toX, toY, width, height], angle: scar ? angle : nil, jitter: jitter.shares, rejected: draw)
                )
            }
        }
        throw .nothingChanged(draws: mostDraws)
    }

    private func rectangleSize(_ image: Image, _ stream: inout RandomStream) -> (Int, Int) {
        let area = stream.uniform(area[0], area[1]) * Double(image.width * image.height)
        let range = stream.element(aspects)
        let aspect = stream.uniform(range[0], range[1])
        let width = (area / aspect).squareRoot(), height = (area * aspect).squareRoot()
        return (min(max(Int(width.rounded()), 1), image.width), min(max(Int(height.rounded()), 1), image.height))
    }

    private func scarSize(_ image: Image, _ stream: inout RandomStream) -> (Int, Int) {
        let scale = Double(max(image.width, image.height)) / 256
        let width = stream.uniform(scarWidth[0], scarWidth[1]) * scale,
            length = stream.uniform(scarLength[0], scarLength[1]) * scale
        return (min(max(Int(width.rounded()), 1), image.width), min(max(Int(length.rounded()), 1), image.height))
    }

    /// The picture with the piece on it and the pixels it covers; nil when no pixel of the foreground was covered, or
    /// the covered ones differ from before by less than 4 grey levels on average, the noise of an industrial camera
    /// (such a label would be a lie).
    private func pasted(_ patch: Image, onto image: Image, x: Int, y: Int, angle: Double, within foreground: Mask) -> (
        Image, Mask
    )? {
        var result = image
        var mask = Mask(width: image.width, height: image.height)
        let (cosine, sine) = (cos(angle * .pi / 180), sin(angle * .pi / 180))
        let (centreX, centreY) = (Double(x) + Double(patch.width) / 2, Double(y) + Double(patch.height) / 2)
        // Half the diagonal: no turned piece reaches farther.
        let reach = Int((Double(patch.width * patch.width + patch.height * patch.height).squareRoot() / 2).rounded(.up))
        let rows =
            max(
                0, Int(centreY) - reach)..<max(
                max(0, Int(centreY) - reach), min(image.height, Int(centreY) + reach + 1))
        let columns =
            max(0, Int(centreX) - reach)..<max(max(0, Int(centreX) - reach), min(image.width, Int(centreX) + reach + 1))
        var (covered, change) = (0, 0)
        for row in rows {
            for column in columns where foreground[column, row] {
                // Back-turned to the piece's own axes; the pixel under the centre, no mixing, so that grain stays
                // grain.
                let (dx, dy) = (Double(column) + 0.5 - centreX, Double(row) + 0.5 - centreY)
                let px = Int((dx * cosine + dy * sine + Double(patch.width) / 2).rounded(.down))
                let py = Int((dy * cosine - dx * sine + Double(patch.height) / 2).rounded(.down))
                guard px >= 0, py >= 0, px < patch.width, py < patch.height else { continue }
                let to = (row * image.width + column) * image.channels, from = (py * patch.width + px) * image.channels
                for c in 0..<image.channels {
                    change += abs(Int(result.pixels[to + c]) - Int(patch.pixels[from + c]))
                    result.pixels[to + c] = patch.pixels[from + c]
                }
                mask.values[row * image.width + column] = 1
                covered += 1
            }
        }
        return covered > 0 && change >= 4 * covered * image.channels ? (result, mask) : nil
    }
}
