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
        settings.shape.plural
            + (settings.preset == .plain ? "" : " (\(settings.preset.rawValue))")
            + (settings.textures.map { " with textures from \($0.written)" } ?? " with computed textures")
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
        let second = second(seed)
        for draw in 0..<mostDraws {
            let cells = gridCells(&stream)
            let turn = stream.uniform(-settings.angle, settings.angle)
            let pair = draw < mostDraws / 2 ? second : .none
            let mask: Mask
            if settings.shape == .perlin {
                mask = self.mask(image, cells, turn, &stream, second: pair).intersection(foreground)
            } else {
                guard let shape = settings.shape.mask(inside: foreground, &stream) else { continue }
                mask = shape
            }
            let texture = stream.element(ProceduralTexture.allCases)
            let transparency = share(&stream)
            // Lines are thin: no shape is a speck.
            if mask.count < (settings.shape == .perlin ? least : 1) { continue }
            var own = RandomStream(seed: stream.next())
            var material = surface ?? texture.render(like: image, &own)
            let changes = changes(&own)
            for change in changes { material = change.apply(material, &own) }
            let (result, change) = blended(image, material, mask, transparency)
            if change < 4 * mask.count { continue }  // as for Cut&Paste
            let label = mask.values.map { $0 == 0 ? 0 : Float(1 - transparency) }
            var account: [String: JSONValue] = [
                // Degrees; grid cells of the noise across and down; share of the original that remains visible.
                "method": "perlin", "angle": .double(turn), "cells": cells.json,
                "texture": .string(photograph?.name ?? texture.rawValue), "transparency": .double(transparency),
                "rejected": .int(draw),
            ]
            if settings.shape != .perlin {
                (account["angle"], account["cells"]) = (nil, nil)
                account["shape"] = .string(settings.shape.rawValue)
            }
            if settings.masks == .thirds { account["second_mask"] = .string(pair.rawValue) }
            if !changes.isEmpty { account["changes"] = .array(changes.map { .string($0.rawValue) }) }
            return SyntheticAnomaly(
                image: result, softLabel: Plane(width: image.width, height: image.height, values: label), mask: mask,
                account: .object(account))
        }
        throw .nothingChanged(draws: mostDraws)
    }

    /// The pixels that may be damaged in one draw, before they are cut to the foreground.
    private func mask(
        _ image: Image, _ cells: [Int], _ turn: Double, _ stream: inout RandomStream, second: Second
    ) -> Mask {
        func noise(_ cells: [Int], _ turn: Double, _ stream: inout RandomStream) -> Mask {
            GradientNoise(seed: stream.next())
                .mask(width: image.width, height: image.height, cells: cells, turn: turn, above: settings.threshold)
        }
        let first = noise(cells, turn, &stream)
        if second == .none { return first }
        let other = noise(gridCells(&stream), stream.uniform(-settings.angle, settings.angle), &stream)
        return second == .union ? first.union(other) : first.intersection(other)
    }

    private func gridCells(_ stream: inout RandomStream) -> [Int] {
        (0..<2).map { _ in 1 << (settings.scales[0] + stream.index(settings.scales[1] - settings.scales[0] + 1)) }
    }

    /// What a second mask does to the first. Drawn once for a picture, so that draws that are thrown away don't shift the
    /// thirds; where 32 pairs leave nothing to damage, one mask is taken.
    private enum Second: String { case none, union, intersection }

    private func second(_ seed: UInt64) -> Second {
        guard settings.masks == .thirds else { return .none }
        var stream = RandomStream(seed: seed, purpose: "perlin masks")
        return stream.element([.none, .union, .intersection])
    }

    private func changes(_ stream: inout RandomStream) -> [MaterialChange] {
        switch settings.changes {
        case .none: []
        case .draem: MaterialChange.three(of: MaterialChange.draem, &stream)
        case .glass: MaterialChange.three(of: MaterialChange.glass, &stream)
        }
    }

    private func share(_ stream: inout RandomStream) -> Double {
        let (low, high) = (settings.transparency[0], settings.transparency[1])
        guard settings.spread == .normal else { return stream.uniform(low, high) }
        return min(max((low + high) / 2 + (high - low) / 6 * stream.normal(), low), high)
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
