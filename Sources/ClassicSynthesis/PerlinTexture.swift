internal import Glibc
package import Imaging

/// Patches in the shape of thresholded Perlin noise, filled with another texture.
///
/// *Source*: Zavrtanik, Kristan, Skocaj, DRAEM, ICCV 2021, section 3.2: noise of 2^0...2^5 cells along each axis,
/// turned by up to 90 degrees, threshold 0.5; picture = (1 - M) I + M ((1 - b) A + b I) with b in 0...0.8. Deviations:
/// without a photograph A is computed (or the picture's own tiles) instead of taken from the DTD photographs, a
/// photograph's colours are left as they are, and the mask is cut to the foreground.
package struct PerlinTexture: Codable, Equatable, Sendable {
    /// Exponents of the cell counts, smallest and largest.
    package var scales = [0, 5]
    package var threshold = 0.5
    package var angle = 90.0
    /// b, smallest and largest.
    package var transparency = [0.0, 0.8]
    /// Masks of a smaller share of the foreground are drawn again: specks of a pixel or two train nothing.
    package var smallest = 0.002

    package init() {}

    /// Makes one damaged picture; the soft label is 1 - b inside the mask.
    ///
    /// - Parameters:
    ///   - foreground: where the object is, the picture's size; nil: everywhere.
    ///   - seed: the same seed makes the same picture.
    ///   - photograph: where A comes from; nil: a computed texture. A seed draws the same masks and b either way.
    /// - Throws: `SyntheticAnomalyError`.
    package func apply(
        to image: Image, foreground: Mask?, seed: UInt64, photograph: Photograph? = nil
    ) throws(SyntheticAnomalyError) -> SyntheticAnomaly {
        let foreground = try checkedForeground(image, foreground)
        let least = max(1, Int(smallest * Double(foreground.count)))
        var placing = RandomStream(seed: seed, purpose: "photograph")
        let surface = photograph?.material(like: image, &placing)
        var stream = RandomStream(seed: seed, purpose: "perlin")
        for draw in 0..<mostDraws {
            let cells = (0..<2).map { _ in 1 << (scales[0] + stream.index(scales[1] - scales[0] + 1)) }
            let turn = stream.uniform(-angle, angle)
            let mask = noiseMask(image, cells, turn, GradientNoise(seed: stream.next())).intersection(foreground)
            let texture = stream.element(ProceduralTexture.allCases)
            let transparency = stream.uniform(transparency[0], transparency[1])
            if mask.count < least { continue }
            var own = RandomStream(seed: stream.next())
            let material = surface ?? texture.render(like: image, &own)
            let (result, change) = blended(image, material, mask, transparency)
            if change < 4 * mask.count { continue }  // as for Cut&Paste
            let label = mask.values.map { $0 == 0 ? 0 : Float(1 - transparency) }
            return SyntheticAnomaly(
                image: result, softLabel: Plane(width: image.width, height: image.height, values: label), mask: mask,
                account: .init(
                    method: "perlin", angle: turn, cells: cells, texture: photograph?.name ?? texture.rawValue,
                    transparency: transparency, rejected: draw))
        }
        throw .nothingChanged(draws: mostDraws)
    }

    private func noiseMask(_ image: Image, _ cells: [Int], _ turn: Double, _ noise: GradientNoise) -> Mask {
        let (width, height) = (image.width, image.height)
        let (cosine, sine) = (Float(cos(turn * .pi / 180)), Float(sin(turn * .pi / 180)))
        let values = [UInt8](unsafeUninitializedCapacity: width * height) { out, count in
            for y in 0..<height {
                for x in 0..<width {
                    let u = (Float(x) + 0.5) / Float(width) - 0.5, v = (Float(y) + 0.5) / Float(height) - 0.5
                    let value = noise.value(
                        (u * cosine - v * sine) * Float(cells[0]), (u * sine + v * cosine) * Float(cells[1]))
                    out[y * width + x] = value > Float(threshold) ? 1 : 0
                }
            }
            count = width * height
        }
        return Mask(width: width, height: height, values: values)
    }

    /// The mix, and the sum over masked pixels of their mean change in grey levels.
    private func blended(_ image: Image, _ material: Image, _ mask: Mask, _ transparency: Double) -> (Image, Int) {
        var out = image
        var change = 0
        for i in mask.values.indices where mask.values[i] != 0 {
            var sum = 0
            for at in i * image.channels..<(i + 1) * image.channels {
                let old = Double(image.pixels[at])
                out.pixels[at] = UInt8(
                    ((1 - transparency) * Double(material.pixels[at]) + transparency * old).rounded())
                sum += abs(Int(out.pixels[at]) - Int(image.pixels[at]))
            }
            change += sum / image.channels
        }
        return (out, change)
    }
}
