package import Imaging
package import MethodKit
import ParameterKit

/// Natural synthetic anomalies: pieces of another normal picture, resized and cloned into this one without a seam.
///
/// *Source*: Schlüter, Tan, Hou, Kainz, Natural synthetic anomalies for self-supervised anomaly detection and localization,
/// ECCV 2022, and its released code. Deviations: `defects: mended` and `constants: derived` (the defaults) keep to the
/// foreground, label all that changed by 4 grey levels or more and draw a picture again that shows nothing; `faithful` and
/// `published` are as released, but for the picture without any piece, which is drawn again as well.
package struct NSA: DonorGenerator {
    package static let name = "nsa"
    package static let version = 1
    package static let doc = "pieces of other normal pictures cloned in seamlessly, without a network (NSA)"
    package static let label = LabelOrigin.own

    package var settings: NSASettings
    /// What ``prepared(for:trials:)`` found.
    package private(set) var constants: NSAConstants?
    /// Share of the way from the picture to the cloned one, 0...2; beyond 1 differences are exaggerated.
    private var share = 1.0

    package init(_ settings: NSASettings = NSASettings()) { self.settings = settings }

    package var labelMeaning: String {
        "The soft label grows with the change: a logistic curve of its median over a disc, 0.5 at a change that is usual in the category."
    }

    package func phrase(models: [ModelRole: String]) -> String {
        "NSA: pieces of other normal pictures, cloned in seamlessly"
            + (settings.constants == .published ? ", with the published constants" : "")
            + (settings.defects == .faithful ? ", with the released code's faults" : "")
    }

    package func refusal(of category: String) -> String? {
        guard settings.constants == .published, NSAConstants.published[category] == nil else { return nil }
        return "NSA has published constants for MVTec AD's 15 categories, none for \(category)"
    }

    /// The share of the way from each pixel to the cloned one.
    package func dialled(to strength: Double) -> NSA {
        var dialled = self
        dialled.share = 2 * strength
        return dialled
    }

    package func prepared(for category: String, trials: [NormalPart]) throws(SyntheticAnomalyError) -> NSA {
        var ready = self
        if settings.constants == .published {
            guard let known = NSAConstants.published[category] else { throw .noConstants(category) }
            ready.constants = known
        } else {
            for normal in trials { _ = try checkedForeground(normal.image, normal.foreground) }
            ready.constants = .derived(from: trials)
            let counts = ready.changes(trials)
            if let usual = NSAConstants.usualChange(counts) {
                ready.constants?.middle = usual.middle
                ready.constants?.visible = usual.visible
                ready.constants?.slope = NSAConstants.steepness / usual.middle
            }
        }
        if let patches = settings.patches { ready.constants?.patches = patches }
        return ready
    }

    package func draw(
        on image: Image, foreground: Mask?, seed: UInt64, donor: NormalPart?
    ) throws(SyntheticAnomalyError) -> SyntheticAnomaly {
        let allowed = try checkedForeground(image, foreground)
        guard min(image.width, image.height) >= Self.least else {
            throw .tooSmall(image: [image.width, image.height], least: Self.least)
        }
        let own = NormalPart(name: "itself", image: image, foreground: foreground)
        guard let constants else {
            return try prepared(for: "", trials: [own])
                .draw(on: image, foreground: foreground, seed: seed, donor: donor)
        }
        let setting = NSASetting(own, donor: donor ?? own, allowed: allowed, settings, constants)
        var stream = RandomStream(seed: seed, purpose: "nsa")
        for draw in 0..<mostDraws {
            let cloned = setting.composition(&stream)
            guard !cloned.pieces.isEmpty else { continue }
            let label = NSALabel(
                setting.picture, cloned.image, region: cloned.region, visible: setting.visible,
                isClosed: !setting.isFaithful, constants)
            guard !label.mask.isEmpty else { continue }
            let result = shown(cloned.image, setting.picture, within: setting.isFaithful ? nil : label.mask)
            if share != 1 || !setting.isFaithful,
                !result.changes(setting.picture, in: label.mask, by: constants.visible)
            {
                continue
            }
            return SyntheticAnomaly(
                image: image.channels == 4 ? image.withColours(of: result) : result,
                softLabel: label.soft(setting.picture, result), mask: label.mask,
                account: [
                    // Pieces: x, y, width, height in the donor, then in the picture.
                    "method": "nsa", "shape": .string(settings.shape.rawValue), "donor": .string((donor ?? own).name),
                    "pieces": .array(cloned.pieces.map(\.json)),
                    "gradients": .string(setting.isMixed ? "mixed" : "normal"), "slope": .double(constants.slope),
                    "middle": .double(constants.middle), "rejected": .int(draw),
                ])
        }
        throw .nothingChanged(draws: mostDraws)
    }

    /// Pixels a side that a picture must have: smaller ones have no room for a piece and its surroundings.
    private static let least = 12

    /// The picture as far towards the cloned one as the dial says.
    private func shown(_ cloned: Image, _ picture: Image, within mask: Mask?) -> Image {
        var out = picture
        for place in 0..<picture.width * picture.height where mask.map({ $0.values[place] != 0 }) ?? true {
            for at in place * picture.channels..<(place + 1) * picture.channels {
                let (old, new) = (picture.pixels[at], cloned.pixels[at])
                out.pixels[at] =
                    share == 1
                    ? new : UInt8(min(max((Double(old) + share * (Double(new) - Double(old))).rounded(), 0), 255))
            }
        }
        return out
    }

    /// How many pixels of 48 trial pictures' pieces change by how many grey levels; pictures have at most 256 pixels a side.
    private func changes(_ normals: [NormalPart]) -> [Int] {
        var counts = [Int](repeating: 0, count: 256)
        let small = normals.map { normal in
            let side = max(normal.image.width, normal.image.height), scale = min(1, 256 / Double(side))
            return normal.resized(
                width: max(1, Int((Double(normal.image.width) * scale).rounded())),
                height: max(1, Int((Double(normal.image.height) * scale).rounded())))
        }
        guard var constants else { return counts }
        // Faint pieces, too: how faint they are is asked.
        constants.visible = 0
        var stream = RandomStream(seed: 0, purpose: "nsa trials")
        for trial in 0..<48 {
            let own = small[trial % small.count], donor = small[(trial + 1 + trial / small.count) % small.count]
            guard min(own.image.width, own.image.height) >= Self.least else { continue }
            guard let allowed = try? checkedForeground(own.image, own.foreground) else { continue }
            let setting = NSASetting(own, donor: donor, allowed: allowed, settings, constants)
            let cloned = setting.composition(&stream)
            let change = NSALabel.change(setting.picture, cloned.image)
            for place in change.indices where cloned.region.values[place] != 0 {
                counts[min(Int(change[place].rounded()), 255)] += 1
            }
        }
        return counts
    }
}

extension Image {
    /// Four channels, the alpha of this picture.
    fileprivate func withColours(of other: Image) -> Image {
        var out = self
        for place in 0..<width * height {
            for c in 0..<3 { out.pixels[4 * place + c] = other.pixels[3 * place + c] }
        }
        return out
    }
}
