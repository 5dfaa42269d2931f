package import Imaging
import ParameterKit

extension SDAS {
    /// The normal with what the model changed of it inside a mask, and what of that can be seen as the label.
    ///
    /// picture = normal + δ w (drawn - reconstruction) on the label, the normal elsewhere, byte for byte. δ is the
    /// picture's opacity; w rises from the mask's edge to 1 over a 128th of the longer side. The label is the pixels of
    /// the mask where δ w times the change, smoothed over a hundredth of the longer side, is 4 grey levels or more.
    /// Masks are drawn until the label is large enough and its pixels differ by 4 levels on average.
    ///
    /// *Source*: RealNet, equation 7: (1 - δ) normal + δ drawn inside the mask. Taking the difference to the
    /// autoencoder's reconstruction keeps the photo's fine grain and its sharpness.
    ///
    /// - Parameters:
    ///   - image: the normal, 1, 3 or 4 channels; alpha stays.
    ///   - drawn: the model's picture of it, of its size, without alpha.
    ///   - reconstruction: what the autoencoder makes of the normal itself, likewise.
    ///   - foreground: where damage may be; nil: everywhere.
    /// - Throws: `SyntheticAnomalyError`: an empty foreground or one of another size; no change that can be seen.
    package func compose(
        _ image: Image, drawn: Image, reconstruction: Image, foreground: Mask?, seed: UInt32
    ) throws(SyntheticAnomalyError) -> SyntheticAnomaly {
        let part = try checkedForeground(image, foreground), change = ModelChange(from: reconstruction, to: drawn)
        let least = max(1, Int(settings.smallest * Double(part.count)))
        var stream = RandomStream(seed: UInt64(seed), purpose: "sdas")
        for draw in 0..<mostDraws {
            let opacity = stream.uniform(settings.opacity[0], settings.opacity[1])
            guard let mask = settings.shape.mask(inside: part, &stream), let box = mask.boundingBox else { continue }
            let share = Self.share(of: mask, in: box, opacity: opacity)
            let label = change.visible(share)
            guard label.count >= least else { continue }
            let picture = change.added(to: image, share, on: label)
            guard picture.changes(image, in: label, by: leastChange) else { continue }
            var soft = share
            for place in soft.values.indices where label.values[place] == 0 { soft.values[place] = 0 }
            return SyntheticAnomaly(
                image: picture, softLabel: soft, mask: label,
                account: [
                    // Of the mask that was drawn, the share that changed visibly.
                    "method": "sdas", "shape": .string(settings.shape.rawValue), "opacity": .double(opacity),
                    "changed": .double(Double(label.count) / Double(mask.count)), "rejected": .int(draw),
                ])
        }
        throw .nothingVisible(draws: mostDraws)
    }

    /// δ w: the opacity inside the mask, less towards its edge.
    private static func share(of mask: Mask, in box: PixelWindow, opacity: Double) -> Plane {
        let reach = max(mask.width, mask.height) / 128
        var share = Plane(width: mask.width, height: mask.height)
        let window = box.widened(by: 1, width: mask.width, height: mask.height)
        let outside = reach > 1 ? mask.cropped(to: window).inverted.feathered(reach) : nil
        for y in window.y..<window.y + window.height {
            for x in window.x..<window.x + window.width where mask[x, y] {
                let inner = outside.map { 1 - $0[x - window.x, y - window.y] } ?? 1
                share[x, y] = Float(opacity) * inner
            }
        }
        return share
    }
}

/// What a model changed in a picture, beside what its autoencoder does to every picture.
private struct ModelChange {
    let width: Int
    let channels: Int
    /// Grey levels, `[height, width, channels]`.
    let differences: [Int16]
    /// `[height, width]`: their mean size over the channels, smoothed over a hundredth of the longer side.
    let levels: Plane

    init(from before: Image, to after: Image) {
        precondition(before.width == after.width && before.height == after.height && before.channels == after.channels)
        let channels = after.channels
        let differences = zip(before.pixels, after.pixels).map { Int16($1) - Int16($0) }
        let raw = (0..<after.width * after.height).map { place in
            Float(differences[place * channels..<(place + 1) * channels].reduce(0) { $0 + Int(abs($1)) })
                / Float(channels)
        }
        levels = Plane(width: after.width, height: after.height, values: raw)
            .gaussianSmoothed(sigma: max(1, Float(max(after.width, after.height)) / 100))
        (width, self.channels, self.differences) = (after.width, channels, differences)
    }

    /// Where so much of the change is 4 grey levels or more.
    func visible(_ share: Plane) -> Mask {
        Mask(
            width: levels.width, height: levels.height,
            values: zip(share.values, levels.values).map { $0 * $1 >= Float(leastChange) ? 1 : 0 })
    }

    func added(to image: Image, _ share: Plane, on label: Mask) -> Image {
        var picture = image
        for place in label.values.indices where label.values[place] != 0 {
            for channel in 0..<channels {
                let at = place * image.channels + channel
                let moved =
                    Float(image.pixels[at]) + share.values[place] * Float(differences[place * channels + channel])
                picture.pixels[at] = UInt8(min(255, max(0, moved)).rounded())
            }
        }
        return picture
    }
}
