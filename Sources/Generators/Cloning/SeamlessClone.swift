package import Imaging

/// Puts a piece of one picture into another so that no seam shows: inside, the differences between neighbouring pixels are
/// the piece's, at the border the colours are the picture's.
///
/// *Source*: Pérez, Gangnet, Blake, Poisson image editing, SIGGRAPH 2003, equations 7 (normal), 12 and 13 (mixed).
package struct SeamlessClone: Sendable {
    package enum Gradients: Sendable {
        /// The piece's.
        case normal
        /// The stronger of both.
        case mixed
    }

    package var gradients: Gradients

    package init(_ gradients: Gradients) { self.gradients = gradients }

    /// Where a mask of a piece can't be cloned with.
    package enum Obstacle: Error, Equatable, Sendable {
        /// OpenCV throws where the box of the mask is smaller than 5 x 5 pixels, its ring apart.
        case maskTooSmall
        case outsideThePicture
        /// A piece and its mask differ in size, or the pictures in channels.
        case unlike
    }

    /// Clones as OpenCV's `seamlessClone` does with NORMAL_CLONE and MIXED_CLONE, its habits too: the ring of the mask
    /// doesn't count, the equation is solved over the rectangle around the mask, all of which changes; the source's
    /// differences are taken 3 pixels inside the mask only; the fractions of grey levels are cut off.
    ///
    /// *Source*: behaviour of OpenCV 4.1 to 5.0; `Tests/Goldens/seamless_clone.py` holds its results.
    ///
    /// - Parameters:
    ///   - centre: of the box around the mask, in the picture.
    /// - Returns: the picture itself where the mask is empty.
    package func asOpenCV(_ piece: Image, mask: Mask, onto picture: Image, centre: (x: Int, y: Int))
        throws(Obstacle) -> Image
    {
        guard piece.width == mask.width, piece.height == mask.height, piece.channels == picture.channels else {
            throw .unlike
        }
        var inner = mask
        for x in 0..<mask.width { (inner[x, 0], inner[x, mask.height - 1]) = (false, false) }
        for y in 0..<mask.height { (inner[0, y], inner[mask.width - 1, y]) = (false, false) }
        guard let box = inner.boundingBox else { return picture }
        guard box.width >= 5, box.height >= 5 else { throw .maskTooSmall }
        let (left, top) = (centre.x - box.width / 2, centre.y - box.height / 2)
        guard left >= 0, top >= 0, left + box.width <= picture.width, top + box.height <= picture.height else {
            throw .outsideThePicture
        }
        let window = PixelWindow(x: left, y: top, width: box.width, height: box.height)
        let eroded = inner.eroded(7).cropped(to: box)
        let there = picture.cropped(to: window), inside = inner.cropped(to: box)
        var source = piece.cropped(to: box)
        for place in inside.values.indices where inside.values[place] == 0 {
            for c in 0..<source.channels { source.pixels[place * source.channels + c] = 0 }
        }
        let solved = solution(there) { at, across, down in
            guard eroded.values[at / there.channels] != 0 else { return (there.step(at, across), there.step(at, down)) }
            let own = (source.step(at, across), source.step(at, down))
            if gradients == .normal { return own }
            let others = (there.step(at, across), there.step(at, down))
            return abs(own.0 - own.1) > abs(others.0 - others.1) ? own : others
        }
        var out = picture
        out.put(solved, at: window) { _ in
            true
        } rounding: {
            $0.rounded(.towardZero)
        }
        return out
    }

    /// Clones inside a mask alone, nothing else changes: a difference is the piece's where both pixels lie in the mask.
    ///
    /// - Parameters:
    ///   - piece: of the picture's channels.
    ///   - mask: of the picture's size. Pixels at the picture's edge stay as they are.
    ///   - at: where the piece's upper left pixel lies in the picture; all of the mask lies on the piece.
    package func inside(_ mask: Mask, _ piece: Image, onto picture: Image, at: (x: Int, y: Int)) -> Image {
        guard let box = mask.boundingBox?.widened(by: 1, width: picture.width, height: picture.height),
            box.width >= 3, box.height >= 3
        else { return picture }
        let there = picture.cropped(to: box), inside = mask.cropped(to: box)
        let channels = picture.channels
        // The piece at the window's place; what lies beside it is never looked at.
        var source = there
        for y in 0..<box.height {
            for x in 0..<box.width where inside[x, y] {
                let (px, py) = (x + box.x - at.x, y + box.y - at.y)
                guard px >= 0, py >= 0, px < piece.width, py < piece.height else { continue }
                for c in 0..<channels { source[x, y, c] = piece[px, py, c] }
            }
        }
        func edge(_ at: Int, _ by: Int) -> Double {
            let own = there.step(at, by)
            guard inside.values[at / channels] != 0, inside.values[(at + by) / channels] != 0 else { return own }
            let other = source.step(at, by)
            return gradients == .normal || abs(other) > abs(own) ? other : own
        }
        let solved = solution(there) { at, across, down in (edge(at, across), edge(at, down)) }
        var out = picture
        out.put(solved, at: box) {
            inside.values[$0] != 0
        } rounding: {
            $0.rounded()
        }
        return out
    }

    /// The pixels inside a picture's ring whose Laplacian is the divergence of a field.
    ///
    /// - Parameter field: the wanted differences to the pixels on the right and below of the sample at an index, given how
    ///   far these are. Never asked for the last row and column.
    private func solution(_ picture: Image, field: (Int, Int, Int) -> (Double, Double)) -> [Double] {
        let (width, height, channels) = (picture.width, picture.height, picture.channels)
        let row = width * channels
        guard width >= 3, height >= 3 else { return [] }
        var across = [Double](repeating: 0, count: picture.pixels.count), down = across
        for y in 0..<height - 1 {
            for at in y * row..<(y + 1) * row - channels { (across[at], down[at]) = field(at, channels, row) }
        }
        var right = [Double](repeating: 0, count: (width - 2) * (height - 2) * channels)
        var place = 0
        for y in 1..<height - 1 {
            for x in 1..<width - 1 {
                for c in 0..<channels {
                    let at = (y * width + x) * channels + c
                    var value = across[at] - across[at - channels] + down[at] - down[at - row]
                    if x == 1 { value -= Double(picture.pixels[at - channels]) }
                    if x == width - 2 { value -= Double(picture.pixels[at + channels]) }
                    if y == 1 { value -= Double(picture.pixels[at - row]) }
                    if y == height - 2 { value -= Double(picture.pixels[at + row]) }
                    right[place] = value
                    place += 1
                }
            }
        }
        return PoissonSolver(width: width - 2, height: height - 2, channels: channels).solve(right)
    }
}

extension Image {
    /// The difference of two samples.
    fileprivate func step(_ at: Int, _ by: Int) -> Double { Double(Int(pixels[at + by]) - Int(pixels[at])) }

    /// Writes what was solved for a window's pixels inside its ring.
    ///
    /// - Parameter takes: whether the pixel at an index of the window is written.
    fileprivate mutating func put(
        _ solved: [Double], at window: PixelWindow, _ takes: (Int) -> Bool, rounding: (Double) -> Double
    ) {
        guard window.width >= 3, window.height >= 3 else { return }
        for y in 1..<window.height - 1 {
            for x in 1..<window.width - 1 where takes(y * window.width + x) {
                let from = ((y - 1) * (window.width - 2) + x - 1) * channels
                let to = ((y + window.y) * width + x + window.x) * channels
                for c in 0..<channels { pixels[to + c] = UInt8(min(max(rounding(solved[from + c]), 0), 255)) }
            }
        }
    }
}
