internal import Glibc
import Imaging
import ParameterKit

/// A picture, a donor and the rules by which pieces go from one to the other.
struct NSASetting {
    /// 1 or 3 channels.
    let picture: Image
    private let donor: Image
    /// Where the part is on both, for the conditions on pieces; nil: there are none.
    private let parts: (donor: Mask, donorSums: RegionSums, picture: Mask)?
    /// Where the picture may change.
    private let allowed: Mask
    private let places: [Int]
    private let constants: NSAConstants
    private let isWritten: Bool
    private let shape: DamageShape?
    let isFaithful: Bool
    let isMixed: Bool
    /// The least change, in grey levels, that is labelled: above 1 as released; 4 as everywhere here, unless the category is
    /// fainter.
    let visible: Double
    /// Bounds of half a piece in pixels, high and wide.
    private let bounds: (high: ClosedRange<Int>, wide: ClosedRange<Int>)

    /// A piece that was cloned, in pixels: where it was cut and where it came to lie.
    struct Piece {
        var from: PixelWindow
        var to: PixelWindow

        var json: JSONValue { [from.x, from.y, from.width, from.height, to.x, to.y, to.width, to.height].json }
    }

    /// - Parameter allowed: the picture's foreground, or what of it may be damaged.
    init(_ own: NormalPart, donor: NormalPart, allowed: Mask, _ settings: NSASettings, _ constants: NSAConstants) {
        let (width, height) = (own.image.width, own.image.height)
        let other = donor.resized(width: width, height: height)
        let source = own.image.channels == 1 ? other.image.grey() : other.image.rgb()
        picture = own.image.channels == 1 ? own.image : own.image.rgb()
        self.donor = source
        (self.allowed, self.constants) = (allowed, constants)
        isFaithful = settings.defects == .faithful
        isWritten = settings.limits == .written
        shape = settings.shape.drawn
        isMixed = settings.gradients == .auto ? constants.isTexture : settings.gradients == .mixed
        visible = isFaithful ? NSAConstants.faint : constants.visible
        places = isFaithful ? [] : allowed.values.indices.filter { allowed.values[$0] != 0 }
        if constants.part != nil {
            var masks = (other.foreground ?? Mask(width: width, height: height, repeating: true), allowed)
            if let ground = constants.ground { masks = (ground.part(of: source), ground.part(of: picture)) }
            parts = (masks.0, RegionSums(masks.0), masks.1)
        } else {
            parts = nil
        }
        // A spot may be far smaller than the part: no piece is much larger than what it may change.
        let chords = isFaithful ? Chords(across: 1, down: 1) : allowed.meanChords
        func pixels(_ range: ClosedRange<Double>, _ side: Int, _ chord: Double) -> ClosedRange<Int> {
            let low = max(Int((range.lowerBound * Double(side)).rounded()), Self.least)
            let high = min(range.upperBound, chord) * Double(side)
            return low...max(low, Int(high.rounded()))
        }
        bounds = (
            pixels(constants.high, height, chords.down), pixels(constants.wide, width, chords.across)
        )
    }

    /// Pixels a side below which a piece leaves nothing.
    private static let least = 4

    /// The picture with its pieces, and where they lie.
    func composition(_ stream: inout RandomStream) -> (image: Image, region: Mask, pieces: [Piece]) {
        var made = (
            image: picture, region: Mask(width: picture.width, height: picture.height), pieces: [Piece]()
        )
        if let shape { return shaped(shape, &stream) }
        for patch in 0..<constants.patches where patch == 0 || stream.chance(0.5) {
            guard let from = source(&stream) else { continue }
            let size = resized(from, &stream)
            let piece = donor.cropped(to: from).resizedBilinear(width: size.width, height: size.height)
            let part = parts?.donor.cropped(to: from).resizedNearest(width: size.width, height: size.height)
            guard let to = target(size, part, &stream) else { continue }
            let isCloned =
                isFaithful
                ? clone(piece, part, to, &made.image, &made.region)
                : add(piece, to, &made.image, &made.region)
            if isCloned { made.pieces.append(Piece(from: from, to: to)) }
        }
        return made
    }

    /// Where a piece is cut; nil after 200 places that show too little of the part.
    private func source(_ stream: inout RandomStream) -> PixelWindow? {
        func half(_ bounds: ClosedRange<Int>, _ side: Int) -> Int {
            // A gamma distribution of shape 2 and scale 0.05.
            let gamma = -0.05 * (log(1 - stream.unit()) + log(1 - stream.unit()))
            return min(max(Int((NSAConstants.least + gamma) * Double(side)), bounds.lowerBound), bounds.upperBound)
        }
        let (high, wide) = (half(bounds.high, donor.height), half(bounds.wide, donor.width))
        for _ in 0..<200 {
            func centre(_ bounds: ClosedRange<Int>, _ side: Int) -> Int {
                bounds.lowerBound + stream.index(max(1, side - 2 * bounds.lowerBound))
            }
            let (y, x) = (centre(bounds.high, donor.height), centre(bounds.wide, donor.width))
            let (left, top) = (max(0, x - wide), max(0, y - high))
            let window = PixelWindow(
                x: left, y: top, width: min(donor.width, x + wide) - left, height: min(donor.height, y + high) - top)
            guard let parts, let least = constants.part else { return window }
            if Double(parts.donorSums.count(in: window)) > least * Double(window.width * window.height) {
                return window
            }
        }
        return nil
    }

    /// How many times a piece is enlarged.
    private func factor(_ stream: inout RandomStream) -> Double {
        let limits = constants.isTexture ? 0.5...2.0 : 0.7...1.3
        return min(max(1 + 0.5 * stream.normal(), limits.lowerBound), limits.upperBound)
    }

    /// A piece's size in the picture.
    private func resized(_ from: PixelWindow, _ stream: inout RandomStream) -> (width: Int, height: Int) {
        let factor = factor(&stream)
        let times = isWritten ? 2 : 1
        func clipped(_ value: Double, _ bounds: ClosedRange<Int>, _ side: Int) -> Int {
            // Room for a pixel on each side, where the colours of the surroundings are taken.
            min(max(Int(value), times * bounds.lowerBound), min(times * bounds.upperBound, side - 2))
        }
        let (w, h) = (Double(from.width), Double(from.height))
        var height = clipped(factor * h, bounds.high, picture.height)
        let width = clipped(Double(height) / h * w, bounds.wide, picture.width)
        height = clipped(Double(width) / w * h, bounds.high, picture.height)
        return (width, height)
    }

    /// Where a piece comes to lie; nil after 200 places that don't do.
    private func target(
        _ size: (width: Int, height: Int), _ part: Mask?, _ stream: inout RandomStream
    ) -> PixelWindow? {
        let (right, bottom) = (picture.width - size.width - 1, picture.height - size.height - 1)
        guard right >= 1, bottom >= 1 else { return nil }
        for _ in 0..<200 {
            var (x, y) = (1, 1)
            if isFaithful {
                (x, y) = (1 + stream.index(right), 1 + stream.index(bottom))
            } else {
                let place = stream.element(places)
                x = min(max(place % picture.width - size.width / 2, 1), right)
                y = min(max(place / picture.width - size.height / 2, 1), bottom)
            }
            let window = PixelWindow(x: x, y: y, width: size.width, height: size.height)
            guard let parts, let part, let least = constants.part, let overlap = constants.overlap else {
                return window
            }
            // Independent of the place: a piece that shows too little of its part never gets one.
            guard Double(part.count) > least * Double(part.values.count) else { return nil }
            let both = part.intersection(parts.picture.cropped(to: window)).count
            let most = isFaithful ? part.count : min(part.count, places.count)
            if Double(both) > overlap * Double(most) { return window }
        }
        return nil
    }

    /// Clones inside what may be damaged alone.
    private func add(_ piece: Image, _ to: PixelWindow, _ image: inout Image, _ region: inout Mask) -> Bool {
        let inner = PixelWindow(x: to.x + 1, y: to.y + 1, width: to.width - 2, height: to.height - 2)
        let mask = allowed.cropped(to: inner).placed(at: inner, width: picture.width, height: picture.height)
        guard mask.count >= Self.least * Self.least else { return false }
        return add(piece, to, within: mask, &image, &region)
    }

    /// - Parameter mask: not empty, all of it on the piece.
    private func add(
        _ piece: Image, _ to: PixelWindow, within mask: Mask, _ image: inout Image, _ region: inout Mask
    ) -> Bool {
        let cloned = SeamlessClone(isMixed ? .mixed : .normal).inside(mask, piece, onto: image, at: (to.x, to.y))
        // A piece that can't be told from its surroundings would only be label.
        guard cloned.changes(image, in: mask, by: visible) else { return false }
        image = cloned
        region = region.union(mask)
        return true
    }

    /// The picture with shapes of the donor in it: sizes are the shapes', not the category's.
    private func shaped(_ shape: DamageShape, _ stream: inout RandomStream) -> (Image, Mask, [Piece]) {
        var (image, region) = (picture, Mask(width: picture.width, height: picture.height))
        guard let outline = shape.mask(inside: allowed, &stream), let to = outline.boundingBox else {
            return (image, region, [])
        }
        let factor = factor(&stream)
        func side(_ length: Int, _ most: Int) -> Int { min(max(Int(Double(length) / factor), 1), most) }
        let (width, height) = (side(to.width, donor.width), side(to.height, donor.height))
        var from = PixelWindow(x: 0, y: 0, width: width, height: height)
        // Large shapes find no place where the part fills the box around them: then any place serves.
        for _ in 0..<200 {
            from = PixelWindow(
                x: stream.index(donor.width - width + 1), y: stream.index(donor.height - height + 1), width: width,
                height: height)
            guard let parts, let least = constants.part else { break }
            if Double(parts.donorSums.count(in: from)) > least * Double(width * height) { break }
        }
        let piece = donor.cropped(to: from).resizedBilinear(width: to.width, height: to.height)
        let isCloned = add(piece, to, within: outline, &image, &region)
        return (image, region, isCloned ? [Piece(from: from, to: to)] : [])
    }

    /// Clones as the released code does.
    private func clone(
        _ piece: Image, _ part: Mask?, _ to: PixelWindow, _ image: inout Image, _ region: inout Mask
    ) -> Bool {
        // Fewer than 50 pixels are dropped.
        guard (to.width - 2) * (to.height - 2) >= 50 else { return false }
        let whole = Mask(width: to.width, height: to.height, repeating: true)
        // For an odd width that is a pixel too far right.
        let centre = (x: to.x + to.width - to.width / 2, y: to.y + to.height / 2)
        guard
            let cloned = try? SeamlessClone(isMixed ? .mixed : .normal)
                .asOpenCV(piece, mask: whole, onto: image, centre: centre)
        else { return false }
        image = cloned
        for y in 0..<to.height {
            for x in 0..<to.width {
                let isPart = parts.map { part?[x, y] == true || $0.picture[x + to.x, y + to.y] } ?? true
                region[x + to.x, y + to.y] = isPart
            }
        }
        return true
    }
}

extension NSAConstants.Ground {
    /// What isn't ground, by brightness, smoothed by a median of 7 x 7 at 256 pixels.
    func part(of image: Image) -> Mask {
        let channels = image.channels
        let values = (0..<image.width * image.height).map { place -> UInt8 in
            let sum = (0..<channels).reduce(0) { $0 + Int(image.pixels[place * channels + $1]) }
            return abs(Double(sum) / Double(channels) - level) > distance ? 1 : 0
        }
        let scale = Double(max(image.width, image.height)) / 256
        let smooth = Image(width: image.width, height: image.height, channels: 1, pixels: values)
            .medianFiltered(2 * max(1, Int((3 * scale).rounded())) + 1)
        return Mask(width: image.width, height: image.height, values: smooth.pixels)
    }
}

extension Image {
    /// Bilinear without antialiasing, as OpenCV's default.
    fileprivate func resizedBilinear(width newWidth: Int, height newHeight: Int) -> Image {
        let planes = (0..<channels).map { c in
            Plane(
                width: width, height: height,
                values: (0..<width * height).map { Float(pixels[$0 * channels + c]) }
            ).resizedBilinear(width: newWidth, height: newHeight)
        }
        let samples = (0..<newWidth * newHeight).flatMap { place in
            planes.map { UInt8(min(max($0.values[place].rounded(), 0), 255)) }
        }
        return Image(width: newWidth, height: newHeight, channels: channels, pixels: samples)
    }
}
