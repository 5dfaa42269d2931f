import Foundation
package import Imaging

/// A picture turned about its centre, at its own size.
package struct PictureTurn: Sendable, Hashable {
    package enum Style: String, Sendable {
        /// Colours blended between pixels; outside, the picture mirrored without its outermost pixels.
        case mirrored
        /// The nearest pixel; black outside.
        case blackened
    }

    /// Counter-clockwise.
    package var degrees: Double
    package var style: Style

    package init(degrees: Double, _ style: Style) { (self.degrees, self.style) = (degrees, style) }

    /// This many turns, evenly around the circle, the picture as it is left out.
    package static func evenly(_ count: Int) -> [PictureTurn] {
        count < 1 ? [] : (1...count).map { PictureTurn(degrees: 360 * Double($0) / Double(count + 1), .mirrored) }
    }

    /// - Returns: a picture of three channels.
    package func callAsFunction(_ image: Image) -> Image {
        let source = image.rgb(), width = source.width, height = source.height
        let (centreX, centreY) = (Double(width - 1) / 2, Double(height - 1) / 2)
        let (cosine, sine) = Self.direction(degrees)
        var turned = [UInt8](repeating: 0, count: width * height * 3)
        source.pixels.withUnsafeBufferPointer { pixels in
            turned.withUnsafeMutableBufferPointer { out in
                for y in 0..<height {
                    for x in 0..<width {
                        let (dx, dy) = (Double(x) - centreX, Double(y) - centreY)
                        let (fromX, fromY) = (centreX + cosine * dx - sine * dy, centreY + sine * dx + cosine * dy)
                        let place = (y * width + x) * 3
                        switch style {
                        case .mirrored:
                            let (left, top) = (fromX.rounded(.down), fromY.rounded(.down))
                            let (shareX, shareY) = (fromX - left, fromY - top)
                            let (x0, x1) = (Self.mirrored(Int(left), width), Self.mirrored(Int(left) + 1, width))
                            let (y0, y1) = (Self.mirrored(Int(top), height), Self.mirrored(Int(top) + 1, height))
                            for channel in 0..<3 {
                                func at(_ x: Int, _ y: Int) -> Double { Double(pixels[(y * width + x) * 3 + channel]) }
                                let upper = at(x0, y0) * (1 - shareX) + at(x1, y0) * shareX
                                let lower = at(x0, y1) * (1 - shareX) + at(x1, y1) * shareX
                                out[place + channel] = UInt8(upper * (1 - shareY) + lower * shareY + 0.5)
                            }
                        case .blackened:
                            let (nearX, nearY) = (Int(fromX.rounded()), Int(fromY.rounded()))
                            guard (0..<width).contains(nearX), (0..<height).contains(nearY) else { continue }
                            for channel in 0..<3 {
                                out[place + channel] = pixels[(nearY * width + nearX) * 3 + channel]
                            }
                        }
                    }
                }
            }
        }
        return Image(width: width, height: height, channels: 3, pixels: turned)
    }

    /// Cosine and sine, exact for quarter turns.
    private static func direction(_ degrees: Double) -> (Double, Double) {
        let quarters = degrees / 90
        if quarters == quarters.rounded() {
            let quarter = ((Int(quarters) % 4) + 4) % 4
            return ([1, 0, -1, 0][quarter], [0, 1, 0, -1][quarter])
        }
        let angle = degrees * .pi / 180
        return (cos(angle), sin(angle))
    }

    private static func mirrored(_ place: Int, _ count: Int) -> Int {
        let period = max(2 * (count - 1), 1), rest = ((place % period) + period) % period
        return min(rest, period - rest) % count
    }
}
