/// Which side of the threshold is the object.
package enum Polarity: String, Codable, Sendable, CaseIterable { case light, dark }

/// Finds the object in a picture with a plain background: grey, median filter, threshold, closing, opening, holes,
/// small parts.
///
/// *Source*: the paper (section 4.1) asks only for a "binary threshold mask" of the normal picture. Grey and a 5x5
/// median are from its authors' earlier code; Otsu or triangle, polarity per category and closing plus opening with a
/// 6x6 square at 256 px are RealNet's recipe. Automatic polarity is ours.
package struct ForegroundExtractor: Codable, Equatable, Sendable {
    package enum Method: String, Codable, Sendable, CaseIterable { case fixed, otsu, triangle, whole }
    package enum PolarityChoice: String, Codable, Sendable, CaseIterable { case auto, light, dark }
    /// The values that are thresholded.
    package enum Channel: String, Codable, Sendable, CaseIterable {
        case grey, red, green, blue
        /// The largest difference of any colour from the ground's colour (the median along the picture's frame).
        case ground
    }

    package var method = Method.otsu
    /// For `fixed`: levels above it are light. 127 as in the earlier code of the paper's authors.
    package var level = 127
    package var polarity = PolarityChoice.auto
    package var channel = Channel.grey
    /// Radius of the median filter, pixels of the picture; 0: none. 2 (a square of 5) as in the authors' earlier code.
    package var median = 2
    /// Sides of the squares of closing and opening, pixels at a long side of 256, scaled with the picture; 0: none.
    package var closing = 6.0
    package var opening = 6.0
    /// Radii in pixels of the picture (squares of 2r + 1); if set, they replace `closing` and `opening`.
    package var closingRadius: Int?
    package var openingRadius: Int?
    package var fillHoles = true
    /// Parts below this share of the picture are dropped: 0.002 is a disc of a twentieth of the picture's width.
    package var minArea = 0.002
    /// Whether to take the whole picture, with a warning, if object and background can't be told apart: the mask covers
    /// a quarter of the picture's frame or more, or is empty.
    package var wholeWhenUnclear = false

    package init() {}

    package init(method: Method, polarity: PolarityChoice = .auto) { (self.method, self.polarity) = (method, polarity) }
}

/// What `ForegroundExtractor` found.
package struct Foreground: Equatable, Sendable {
    package var mask: Mask
    /// How the mask was found; `whole` also where an unclear picture was taken as a whole.
    package var method: ForegroundExtractor.Method
    /// Grey level 0...255, levels above it are light; nil for `whole`.
    package var threshold: Int?
    package var polarity: Polarity?
    /// Sentences for whoever looks at the masks.
    package var warnings: [String]
}

extension ForegroundExtractor {
    /// The mask of one picture, of the picture's size; empty (with a warning) where nothing was found.
    package func extract(from image: Image) -> Foreground {
        if method == .whole { return Self.whole(image, []) }
        let grey = values(of: image).medianFiltered(2 * median + 1)
        let histogram = Histogram(grey)
        let threshold =
            switch method {
            case .otsu: histogram.otsu()
            case .triangle: histogram.triangle()
            default: level
            }
        let light = Mask(grey, above: UInt8(clamping: threshold))
        var warnings: [String] = []
        let side: Polarity =
            switch polarity {
            case .light: .light
            case .dark: .dark
            case .auto: Self.polarity(of: light, &warnings)
            }
        let mask = cleaned(side == .light ? light : light.inverted)
        let coverage = mask.coverage, onFrame = Self.frameAndCentre(mask).frame
        if coverage == 0 {
            warnings.append("no foreground found")
        } else if coverage < 0.01 {
            warnings.append("the foreground covers less than 1 % of the picture")
        }
        // An object on a plain background may extend beyond one side; if it covers a quarter of the frame, it is a
        // surface.
        if onFrame >= 0.25 {
            warnings.append("the foreground reaches along the picture's edge; method whole may be meant")
        }
        if wholeWhenUnclear && (coverage == 0 || onFrame >= 0.25) {
            return Self.whole(image, ["object and ground can't be told apart, the whole picture is taken"])
        }
        return Foreground(mask: mask, method: method, threshold: threshold, polarity: side, warnings: warnings)
    }

    private static func whole(_ image: Image, _ warnings: [String]) -> Foreground {
        Foreground(
            mask: Mask(width: image.width, height: image.height, repeating: true), method: .whole, threshold: nil,
            polarity: nil,
            warnings: warnings)
    }

    private func values(of image: Image) -> Image {
        if image.channels == 1 && channel != .ground { return image }
        switch channel {
        case .grey: return image.grey()
        case .red: return image.channel(0)
        case .green: return image.channel(1)
        case .blue: return image.channel(2)
        case .ground: return image.differenceFromGround()
        }
    }

    private func cleaned(_ raw: Mask) -> Mask {
        let scale = Double(max(raw.width, raw.height)) / 256
        func side(_ size: Double, _ radius: Int?) -> Int {
            radius.map { 2 * $0 + 1 } ?? max(1, Int((size * scale).rounded()))
        }
        var mask = raw.closed(side(closing, closingRadius)).opened(side(opening, openingRadius))
        if fillHoles { mask = mask.fillingHoles() }
        return mask.droppingComponents(smallerThan: Int((minArea * Double(raw.width * raw.height)).rounded(.up)))
    }

    /// The object is light if the share of light pixels is larger in the picture's centre (its middle half along both
    /// axes) than on its frame (a sixteenth of the shorter side, at least one pixel), else dark.
    ///
    /// Comparing the two, instead of using only the frame, is also right for objects that touch the frame or have a
    /// hole in the middle.
    private static func polarity(of light: Mask, _ warnings: inout [String]) -> Polarity {
        let (frame, centre) = frameAndCentre(light)
        // Below a twentieth the two hardly differ: a texture, or an object spread evenly.
        if abs(frame - centre) < 0.05 {
            warnings.append("centre and frame hardly differ; set the polarity, or method whole for a texture")
        }
        return centre > frame ? .light : .dark
    }

    /// The mask's share of the picture's frame and of its centre, 0...1 each.
    private static func frameAndCentre(_ mask: Mask) -> (frame: Double, centre: Double) {
        let (width, height) = (mask.width, mask.height)
        let border = max(1, min(width, height) / 16)
        var (onFrame, framePixels, inCentre, centrePixels) = (0, 0, 0, 0)
        mask.values.withUnsafeBufferPointer { values in
            for y in 0..<height {
                for x in 0..<width {
                    let value = Int(values[y * width + x])
                    if x < border || y < border || x >= width - border || y >= height - border {
                        onFrame += value
                        framePixels += 1
                    } else if 4 * x >= width && 4 * x < 3 * width && 4 * y >= height && 4 * y < 3 * height {
                        inCentre += value
                        centrePixels += 1
                    }
                }
            }
        }
        return (Double(onFrame) / Double(max(framePixels, 1)), Double(inCentre) / Double(max(centrePixels, 1)))
    }
}

extension Image {
    /// For each pixel the largest difference of any colour from the ground's: the median of that colour along the frame
    /// (a sixteenth of the shorter side).
    fileprivate func differenceFromGround() -> Image {
        let frame = max(1, min(width, height) / 16), colours = min(channels, 3)
        let ground = (0..<colours).map { colour -> Int in
            var bars = [Int](repeating: 0, count: 256)
            var total = 0
            for y in 0..<height {
                for x in 0..<width where x < frame || y < frame || x >= width - frame || y >= height - frame {
                    bars[Int(self[x, y, colour])] += 1
                    total += 1
                }
            }
            var below = 0
            return bars.firstIndex { bar in
                below += bar
                return 2 * below >= total
            } ?? 0
        }
        let out = [UInt8](unsafeUninitializedCapacity: width * height) { out, count in
            pixels.withUnsafeBufferPointer { source in
                for i in 0..<width * height {
                    var most = 0
                    for c in 0..<colours { most = max(most, abs(Int(source[i * channels + c]) - ground[c])) }
                    out[i] = UInt8(most)
                }
            }
            count = width * height
        }
        return Image(width: width, height: height, channels: 1, pixels: out)
    }
}
