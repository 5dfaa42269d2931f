internal import Glibc
package import Imaging
package import MethodKit
package import ParameterKit

/// Patches in the shape of thresholded Perlin noise, filled with another texture.
///
/// *Source*: Zavrtanik, Kristan, Skocaj, DRAEM, ICCV 2021, section 3.2: noise of 2^0...2^5 cells along each axis,
/// turned by up to 90 degrees, threshold 0.5; picture = (1 - M) I + M ((1 - b) A + b I) with b in 0...0.8. Deviations:
/// without a photograph A is computed (or the picture's own tiles) instead of taken from the DTD photographs, a
/// photograph's colours are left as they are, and the mask is cut to the foreground.
package struct PerlinTexture: LocalGenerator {
    package static let name = "perlin"
    package static let version = 1
    package static let doc = "Perlin masks filled with texture, without a network (DRAEM's)"
    package static let label = LabelOrigin.own

    package var settings: PerlinSettings
    package init(_ settings: PerlinSettings = PerlinSettings()) { self.settings = settings }

    package var materials: ManifestPath? { settings.textures }

    package var labelMeaning: String {
        """
        The soft label says how much of the normal picture was replaced: 1 less the share that shines through, 0 outside the patches.
        """
    }

    package func phrase(models: [ModelRole: String]) -> String {
        "Perlin patches" + (settings.textures.map { " with textures from \($0.written)" } ?? " with computed textures")
    }

    /// Below 0.5 patches are less opaque by one factor, above it less shines through.
    package func dialled(to strength: Double) -> PerlinTexture {
        var own = settings
        own.transparency = own.transparency.map {
            strength <= 0.5 ? 1 - 2 * strength * (1 - $0) : (2 - 2 * strength) * $0
        }
        return PerlinTexture(own)
    }

    /// Makes one damaged picture; the soft label is 1 - b inside the mask.
    ///
    /// - Parameter photograph: source of the texture; nil for a computed texture. The masks and transparency of a seed
    ///   are the same either way.
    /// - Throws: `SyntheticAnomalyError`.
    package func draw(
        on image: Image, foreground: Mask?, seed: UInt64, photograph: Photograph? = nil
    ) throws(SyntheticAnomalyError) -> SyntheticAnomaly {
        let foreground = try checkedForeground(image, foreground)
        let least = max(1, Int(settings.smallest * Double(foreground.count)))
        var placing = RandomStream(seed: seed, purpose: "photograph")
        let surface = photograph?.material(like: image, &placing)
        var stream = RandomStream(seed: seed, purpose: "perlin")
        for draw in 0..<mostDraws {
            let cells = (0..<2).map { _ in
                1 << (settings.scales[0] + stream.index(settings.scales[1] - settings.scales[0] + 1))
            }
            let turn = stream.uniform(-settings.angle, settings.angle)
            let mask = noiseMask(image, cells, turn, GradientNoise(seed: stream.next())).intersection(foreground)
            let texture = stream.element(ProceduralTexture.allCases)
            let transparency = stream.uniform(settings.transparency[0], settings.transparency[1])
            if mask.count < least { continue }
            var own = RandomStream(seed: stream.next())
            let material = surface ?? texture.render(like: image, &own)
            let (result, change) = blended(image, material, mask, transparency)
            if change < 4 * mask.count { continue }  // as for Cut&Paste
            let label = mask.values.map { $0 == 0 ? 0 : Float(1 - transparency) }
            return SyntheticAnomaly(
                image: result, softLabel: Plane(width: image.width, height: image.height, values: label), mask: mask,
                account: [
                    // Degrees; grid cells of the noise across and down; share of the original that remains visible.
                    "method": "perlin", "angle": .double(turn), "cells": cells.json,
                    "texture": .string(photograph?.name ?? texture.rawValue), "transparency": .double(transparency),
                    "rejected": .int(draw),
                ])
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
                    out[y * width + x] = value > Float(settings.threshold) ? 1 : 0
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
