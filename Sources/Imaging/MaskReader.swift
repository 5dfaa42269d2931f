/// Reads any mask: which pixels of a picture are damaged. All masks are read here, so that every part of the program
/// has the same truth.
///
/// The value of a pixel is the largest of its colours, of 8 or 16 bits. Then, under the rule `automatic`:
///
/// 1. A file compressed with loss (JPEG, most WebP) is a continuum.
/// 2. Else at most ``fewLevels`` different values in the picture, 0 among them, make a label map: 0 and 1, 0, 63 and
///    255, VisA's 0…9.
/// 3. Else it is a label map where at least half of the values other than 0 fill a block of 2 × 2 pixels somewhere:
///    many kinds, or numbered defects, have areas; the steps of a soft edge have none.
/// 4. Else it is a continuum.
///
/// In a label map every pixel that isn't 0 is damaged. In a continuum a pixel is damaged if twice its value is at least
/// the picture's largest value. A file compressed with loss whose largest value is below a quarter of white marks
/// nothing.
///
/// * A palette (PNG, TIFF, BMP): every pixel that isn't black is damaged, if black occurs; else every pixel that isn't
///   number 0 of the palette.
/// * Alpha is ignored if it is the same everywhere. If the colour is the same everywhere instead, alpha is the mask. If
///   both vary they must mark the same pixels, else the file is refused.
/// * Continuous colours are not a mask and are refused, unless the file is compressed with loss.
/// * The mask is turned by its own orientation.
package struct MaskReader: Sendable {
    /// The rule that turns values into damage.
    package enum Rule: Sendable, Equatable, Hashable {
        /// Decided by the rules above.
        case automatic
        /// Everything that isn't 0.
        case labels
        /// From half the range on.
        case soft
        /// Above a level of 0...255 (16-bit values divided by 257).
        case above(Int)
    }

    /// How a mask was read.
    package enum Kind: Sendable, Equatable {
        case labels
        /// Damaged where the value is at least this.
        case soft(from: Int)
        case above(Int)
    }

    /// Something to report about a mask; reported once for all masks that it applies to.
    package enum Oddity: String, Sendable, Hashable, CaseIterable {
        case mostlyMarked = "mark more than half of the picture: they may be inverted"
        case inAlpha = "hold the label in their alpha channel"
        case several =
            "have levels between black and half of white and are read as label maps, in which all that isn't black is damage (for soft edges: masks: half-range)"
        case dim = "are packed with loss and nowhere bright: they mark nothing"
    }

    package struct Reading: Sendable {
        package var mask: Mask
        package var kind: Kind
        package var oddities: Set<Oddity>
        /// Whether the file is what ``Mask/png()`` would write but for its packing: upright, grey of 8 bits, 0 and 255.
        package var isPlain = false
    }

    /// A mask with at most this many different values, including 0, is a label map without further checks.
    package static let fewLevels = 16

    package var rule: Rule
    /// White is good and black is damaged.
    package var inverted: Bool
    package var limits: ImageLimits

    package init(rule: Rule = .automatic, inverted: Bool = false, limits: ImageLimits = .standard) {
        (self.rule, self.inverted, self.limits) = (rule, inverted, limits)
    }

    /// - Parameter name: what error messages call the file.
    /// - Throws: `ImageError`; `unsupported` for a picture that is not a mask.
    package func read(_ bytes: [UInt8], name: String) throws(ImageError) -> Reading {
        let info = try ImageInfo(bytes: bytes, name: name, limits: limits)
        if let plain = try plainLabels(bytes, info, name) { return plain }
        var (marks, kind, oddities) = try marks(bytes, info, name)
        if inverted { marks = marks.map { 1 - $0 } }
        let stored = Image(width: info.width, height: info.height, channels: 1, pixels: marks)
        let upright = stored.oriented(exif: info.orientation)
        let mask = Mask(width: upright.width, height: upright.height, values: upright.pixels)
        if 2 * mask.count > mask.width * mask.height { oddities.insert(.mostlyMarked) }
        return Reading(mask: mask, kind: kind, oddities: oddities)
    }

    /// A fast path for nearly all masks: upright, grey of 8 bits or less, with few values. nil if the mask needs the
    /// full rules.
    private func plainLabels(_ bytes: [UInt8], _ info: ImageInfo, _ name: String) throws(ImageError) -> Reading? {
        guard rule == .automatic, !inverted, !info.isLossy, !info.hasPalette, info.channels == 1, info.bitDepth <= 8,
            info.orientation == 1
        else { return nil }
        let image = try Image(bytes: bytes, name: name, limits: limits)
        let counts = Histogram(image).counts
        guard counts[1...].count(where: { $0 > 0 }) < Self.fewLevels else { return nil }
        var oddities: Set<Oddity> = 2 * counts[0] < image.pixels.count ? [.mostlyMarked] : []
        // The two rules differ. Small numbers are those of kinds.
        if counts[128...].contains(where: { $0 > 0 }), counts[1..<64].contains(where: { $0 > 0 }) {
            oddities.insert(.several)
        }
        return Reading(
            mask: Mask(image, above: 0), kind: .labels, oddities: oddities,
            isPlain: info.format == .png && info.bitDepth == 8 && counts[0] + counts[255] == image.pixels.count)
    }

    /// 0 or 1 for each stored pixel.
    private func marks(
        _ bytes: [UInt8], _ info: ImageInfo, _ name: String
    ) throws(ImageError) -> ([UInt8], Kind, Set<Oddity>) {
        if info.hasPalette, rule == .automatic || rule == .labels {
            return (try paletteMarks(bytes, info, name), .labels, [])
        }
        let planes = try MaskPlanes(bytes, info, name: name, limits: limits)
        guard let alpha = planes.alpha, !alpha.isFlat else {
            let (marks, kind, oddities) = try marks(planes.colour, info, name)
            return (marks, kind, oddities)
        }
        let ofAlpha = try marks(alpha, info, name)
        if planes.colour.isFlat { return (ofAlpha.0, ofAlpha.1, ofAlpha.2.union([.inAlpha])) }
        let ofColour = try marks(planes.colour, info, name)
        guard ofColour.0 == ofAlpha.0 else {
            throw ImageError(
                .unsupported, file: name,
                reason: "colour and alpha of this mask mark different pixels; save the label in one of them")
        }
        return ofColour
    }

    private func marks(
        _ plane: MaskPlanes.Plane, _ info: ImageInfo, _ name: String
    ) throws(ImageError) -> ([UInt8], Kind, Set<Oddity>) {
        let isLabelMap: Bool
        switch rule {
        case .above(let level):
            let limit = level * (info.bitDepth == 16 ? 257 : 1)
            return (plane.values.map { Int($0) > limit ? 1 : 0 }, .above(level), [])
        case .labels: isLabelMap = true
        case .soft: isLabelMap = false
        case .automatic: isLabelMap = !info.isLossy && plane.isLabelMap(fewLevels: Self.fewLevels)
        }
        if isLabelMap { return (plane.values.map { $0 == 0 ? 0 : 1 }, .labels, []) }
        if plane.isColourful, !info.isLossy {
            throw ImageError(
                .unsupported, file: name,
                reason: "colours that run into each other: a picture, not a mask; save the mask as grey, 0 and 255")
        }
        let white = info.bitDepth == 16 ? 65535 : 255, largest = plane.largest
        if info.isLossy, rule == .automatic, largest < white / 4 {
            return ([UInt8](repeating: 0, count: plane.values.count), .soft(from: white), largest > 0 ? [.dim] : [])
        }
        let from = max(1, (largest + 1) / 2)
        return (plane.values.map { Int($0) >= from ? 1 : 0 }, .soft(from: from), [])
    }

    private func paletteMarks(_ bytes: [UInt8], _ info: ImageInfo, _ name: String) throws(ImageError) -> [UInt8] {
        let colours = try Image(bytes: bytes, name: name, limits: limits)
        let lit = Mask(colours, above: 0)
        if lit.values.contains(0) { return lit.values }
        return try bytes.withUnsafeBufferPointer { buffer throws(ImageError) in
            let raw = UnsafeRawBufferPointer(buffer)
            return try Decoder.pixels(raw, info.format, name, limits, .indices).pixels.map { $0 == 0 ? 0 : 1 }
        }
    }
}
