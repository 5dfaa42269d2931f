internal import Glibc
package import Imaging
package import MethodKit
import ParameterKit

/// Cut&Paste: a piece of the picture, its colours slightly changed, pasted elsewhere onto the object.
///
/// *Source*: Li, Sohn, Yoon, Pfister, CutPaste: self-supervised learning for anomaly detection and localization, CVPR
/// 2021: the rectangle of 2-15 % of the picture with aspect 0.3-1 or 1-3.3, the thin rotated "scar", colour jitter up
/// to 0.1. Deviation: the piece is centred on a random pixel of the foreground and cut to it, since labels outside the
/// object would be wrong.
package struct CutPaste: LocalGenerator {
    package static let name = "cutpaste"
    package static let version = 1
    package static let doc = "patches cut and pasted, without a network"
    package static let label = LabelOrigin.own

    package var settings: CutPasteSettings
    /// Share of the way from the picture to the piece, 0...2; beyond 1 differences are exaggerated.
    private var share = 1.0

    package init(_ settings: CutPasteSettings = CutPasteSettings()) { self.settings = settings }

    /// Height over width: one of the two ranges by a coin, then uniform.
    private static let aspects = [[0.3, 1.0], [1.0, 3.3]]

    package var labelMeaning: String {
        share < 1
            ? "The soft label says how much of a pasted piece was taken: the share that a `strength` below 0.5 leaves of it."
            : "The soft label is the mask: a pasted pixel is replaced as a whole."
    }

    /// The share of the way from each pixel to the pasted piece's.
    package func dialled(to strength: Double) -> CutPaste {
        var dialled = self
        dialled.share = 2 * strength
        return dialled
    }

    package func phrase(models: [ModelRole: String]) -> String {
        "Cut&Paste: pieces of the normal picture, cut and pasted onto the part"
    }

    /// Makes one damaged picture.
    ///
    /// - Throws: `SyntheticAnomalyError`.
    package func draw(
        on image: Image, foreground: Mask?, seed: UInt64, photograph: Photograph? = nil
    ) throws(SyntheticAnomalyError) -> SyntheticAnomaly {
        let foreground = try checkedForeground(image, foreground)
        let object = foreground.values.indices.filter { foreground.values[$0] != 0 }
        var stream = RandomStream(seed: seed, purpose: "cutpaste")
        for draw in 0..<mostDraws {
            if let shape = settings.shape.drawn {
                guard let made = shaped(shape, image, foreground, &stream, rejected: draw) else { continue }
                return made
            }
            let scar = settings.shape == .scar || (settings.shape == .either && stream.chance(0.5))
            let (width, height) = scar ? scarSize(image, &stream) : rectangleSize(image, &stream)
            let angle = scar ? stream.uniform(-settings.scarAngle, settings.scarAngle) : 0
            let fromX = stream.index(image.width - width + 1), fromY = stream.index(image.height - height + 1)
            let centre = object[stream.index(object.count)]
            var (toX, toY) = (centre % image.width - width / 2, centre / image.width - height / 2)
            if !scar {
                toX = min(max(toX, 0), image.width - width)
                toY = min(max(toY, 0), image.height - height)
            }
            let jitter = ColourJitter(strength: settings.jitter, from: &stream)
            let patch = jitter.apply(image.cropped(x: fromX, y: fromY, width: width, height: height))
            if let (result, mask) = pasted(patch, onto: image, x: toX, y: toY, angle: angle, within: foreground) {
                return SyntheticAnomaly(
                    image: result, softLabel: softLabel(mask), mask: mask,
                    account: account(
                        scar: scar, from: [fromX, fromY, width, height], to: [toX, toY, width, height], angle: angle,
                        jitter: jitter.shares, rejected: draw))
            }
        }
        throw .nothingChanged(draws: mostDraws)
    }

    /// A piece with the outline of a shape on the part, out of another place of the picture; nil where nothing changes.
    private func shaped(
        _ shape: DamageShape, _ image: Image, _ foreground: Mask, _ stream: inout RandomStream, rejected: Int
    ) -> SyntheticAnomaly? {
        guard let outline = shape.mask(inside: foreground, &stream), let box = outline.boundingBox else { return nil }
        let from = PixelWindow(
            x: stream.index(image.width - box.width + 1), y: stream.index(image.height - box.height + 1),
            width: box.width, height: box.height)
        let jitter = ColourJitter(strength: settings.jitter, from: &stream)
        let patch = jitter.apply(image.cropped(to: from))
        guard let (result, mask) = pasted(patch, onto: image, x: box.x, y: box.y, angle: 0, within: outline) else {
            return nil
        }
        return SyntheticAnomaly(
            image: result, softLabel: softLabel(mask), mask: mask,
            account: [
                "method": "cutpaste", "shape": .string(shape.rawValue),
                "from": [from.x, from.y, from.width, from.height].json,
                "to": [box.x, box.y, box.width, box.height].json, "jitter": jitter.shares.json,
                "rejected": .int(rejected),
            ])
    }

    /// - Parameters:
    ///   - from: in pixels: x, y, width, height of the cut piece; `to` is where it was pasted (upper left corners,
    ///     before cutting to the foreground).
    ///   - angle: degrees, clockwise on the screen; of a scar.
    ///   - jitter: added to brightness, contrast, saturation, hue; shares.
    private func account(scar: Bool, from: [Int], to: [Int], angle: Double, jitter: [Double], rejected: Int)
        -> JSONValue
    {
        var members: [String: JSONValue] = [
            "method": scar ? "cutpaste-scar" : "cutpaste", "from": from.json, "to": to.json, "jitter": jitter.json,
            "rejected": .int(rejected),
        ]
        if scar { members["angle"] = .double(angle) }
        return .object(members)
    }

    private func softLabel(_ mask: Mask) -> Plane {
        guard share < 1 else { return mask.plane }
        return Plane(width: mask.width, height: mask.height, values: mask.values.map { Float($0) * Float(share) })
    }

    private func rectangleSize(_ image: Image, _ stream: inout RandomStream) -> (Int, Int) {
        let area = stream.uniform(settings.area[0], settings.area[1]) * Double(image.width * image.height)
        let range = stream.element(Self.aspects)
        let aspect = stream.uniform(range[0], range[1])
        let width = (area / aspect).squareRoot(), height = (area * aspect).squareRoot()
        return (min(max(Int(width.rounded()), 1), image.width), min(max(Int(height.rounded()), 1), image.height))
    }

    private func scarSize(_ image: Image, _ stream: inout RandomStream) -> (Int, Int) {
        let scale = Double(max(image.width, image.height)) / 256
        let width = stream.uniform(settings.scarWidth[0], settings.scarWidth[1]) * scale,
            length = stream.uniform(settings.scarLength[0], settings.scarLength[1]) * scale
        return (min(max(Int(width.rounded()), 1), image.width), min(max(Int(length.rounded()), 1), image.height))
    }

    private func mixed(_ old: UInt8, _ new: UInt8) -> UInt8 {
        if share == 1 { return new }
        return UInt8(min(max((Double(old) + share * (Double(new) - Double(old))).rounded(), 0), 255))
    }

    /// The picture with the piece on it and the pixels it covers; nil when no pixel of the foreground was covered, or
    /// the covered ones changed by less than 4 grey levels on average, the noise of an industrial camera: labelling
    /// them would be wrong.
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
                // Rotated back to the piece's own axes. Takes the pixel under the centre without interpolation, which
                // keeps grain.
                let (dx, dy) = (Double(column) + 0.5 - centreX, Double(row) + 0.5 - centreY)
                let px = Int((dx * cosine + dy * sine + Double(patch.width) / 2).rounded(.down))
                let py = Int((dy * cosine - dx * sine + Double(patch.height) / 2).rounded(.down))
                guard px >= 0, py >= 0, px < patch.width, py < patch.height else { continue }
                let to = (row * image.width + column) * image.channels, from = (py * patch.width + px) * image.channels
                for c in 0..<image.channels {
                    let old = result.pixels[to + c], new = mixed(old, patch.pixels[from + c])
                    change += abs(Int(old) - Int(new))
                    result.pixels[to + c] = new
                }
                mask.values[row * image.width + column] = 1
                covered += 1
            }
        }
        return covered > 0 && change >= 4 * covered * image.channels ? (result, mask) : nil
    }
}
