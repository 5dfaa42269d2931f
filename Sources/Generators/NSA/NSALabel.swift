internal import Glibc
import Imaging

/// What a picture's change says of its label.
///
/// *Source*: the released code's `logistic-intensity`: changed where the channels' mean change is above a grey level, by a
/// median of 5 x 5; the change's median over a disc of radius 5 goes through a logistic curve. Sizes are for pictures of
/// 256 pixels and grow with the side.
struct NSALabel {
    /// Where the picture changed, of its size.
    let mask: Mask
    /// The part of the picture that is looked at; nil: nothing changed.
    private let around: PixelWindow?
    private let slope: Double
    private let middle: Double
    private let radius: Int

    /// - Parameters:
    ///   - region: where pieces lie; what changed elsewhere is no label.
    ///   - visible: the least mean change, in grey levels, that counts.
    ///   - isClosed: whether gaps as wide as the disc belong to the label: between the threads of a texture a piece happens to
    ///     have the picture's brightness, and is damage all the same. Not in the released code.
    init(
        _ before: Image, _ after: Image, region: Mask, visible: Double, isClosed: Bool, _ constants: NSAConstants
    ) {
        let scale = Double(max(before.width, before.height)) / 256
        radius = max(1, Int((5 * scale).rounded()))
        (slope, middle) = (constants.slope, constants.middle)
        // Wide enough that what lies outside is unchanged as far as either median looks.
        around = region.boundingBox?.widened(by: 2 * radius, width: region.width, height: region.height)
        guard let around else {
            mask = region
            return
        }
        let change = Self.change(before.cropped(to: around), after.cropped(to: around))
        let values = zip(change, region.cropped(to: around).values).map { $0 >= visible && $1 != 0 ? UInt8(1) : 0 }
        let changed = Image(width: around.width, height: around.height, channels: 1, pixels: values)
        let majority = changed.medianFiltered(2 * max(1, Int((2 * scale).rounded())) + 1)
        let found = Mask(width: around.width, height: around.height, values: majority.pixels)
        mask = (isClosed ? found.closed(2 * radius + 1) : found)
            .placed(at: around, width: region.width, height: region.height).intersection(region)
    }

    /// The soft label of a picture: above 0 in the mask, 0 elsewhere.
    func soft(_ before: Image, _ after: Image) -> Plane {
        var soft = Plane(width: mask.width, height: mask.height)
        guard let around else { return soft }
        let inside = mask.cropped(to: around)
        let change = zip(Self.change(before.cropped(to: around), after.cropped(to: around)), inside.values)
            .map { $1 == 0 ? UInt8(0) : UInt8(min($0.rounded(), 255)) }
        let smooth = Image(width: around.width, height: around.height, channels: 1, pixels: change)
            .medianOverDisc(radius)
        let curve = (0..<256).map { Float(1 / (1 + exp(-slope * (Double($0) - middle)))) }
        for y in 0..<around.height {
            for x in 0..<around.width where inside[x, y] {
                soft[x + around.x, y + around.y] = curve[Int(smooth[x, y])]
            }
        }
        return soft
    }

    /// Mean change of a pixel's channels, in grey levels.
    static func change(_ before: Image, _ after: Image) -> [Double] {
        let channels = before.channels
        return (0..<before.width * before.height).map { place in
            var sum = 0
            for at in place * channels..<(place + 1) * channels {
                sum += abs(Int(before.pixels[at]) - Int(after.pixels[at]))
            }
            return Double(sum) / Double(channels)
        }
    }
}

extension Image {
    /// The median over a disc around each pixel; the picture's edge is repeated outwards. One channel.
    func medianOverDisc(_ radius: Int) -> Image {
        guard radius > 0 else { return self }
        // How far the disc reaches in each of its rows.
        let reach = (-radius...radius).map { Int(Double(radius * radius - $0 * $0).squareRoot()) }
        let size = reach.reduce(0) { $0 + 2 * $1 + 1 }, half = size / 2
        var out = self
        out.pixels.withUnsafeMutableBufferPointer { out in
            pixels.withUnsafeBufferPointer { source in
                var bars = [Int](repeating: 0, count: 256)
                for y in 0..<height {
                    let rows = (-radius...radius).map { min(max(y + $0, 0), height - 1) * width }
                    for level in bars.indices { bars[level] = 0 }
                    for (row, far) in zip(rows, reach) {
                        for x in -far...far { bars[Int(source[row + min(max(x, 0), width - 1)])] += 1 }
                    }
                    var (median, below) = (0, 0)
                    for x in 0..<width {
                        if x > 0 {
                            for (row, far) in zip(rows, reach) {
                                let old = Int(source[row + min(max(x - far - 1, 0), width - 1)])
                                let new = Int(source[row + min(x + far, width - 1)])
                                bars[old] -= 1
                                bars[new] += 1
                                below += (new < median ? 1 : 0) - (old < median ? 1 : 0)
                            }
                        }
                        while below > half {
                            median -= 1
                            below -= bars[median]
                        }
                        while below + bars[median] <= half {
                            below += bars[median]
                            median += 1
                        }
                        out[y * width + x] = UInt8(median)
                    }
                }
            }
        }
        return out
    }
}
