import Foundation
import Generators
import Imaging
import ParameterKit
import Testing

/// The Poisson solver against OpenCV's seamlessClone; `Tests/Goldens/seamless_clone.py` wrote what is compared with.
@Suite struct SeamlessCloneTests {
    private static let goldens = URL(fileURLWithPath: #filePath).deletingLastPathComponent()
        .deletingLastPathComponent().appendingPathComponent("Goldens")

    /// A slope with noise in each channel, and a box of another brightness, as the script draws it.
    private func picture(_ stream: inout RandomStream, _ width: Int, _ height: Int) -> Image {
        let channels = (0..<3).map { _ in
            (
                base: stream.index(256), across: stream.index(11) - 5, down: stream.index(11) - 5,
                noise: 1 + stream.index(64)
            )
        }
        let (left, top, step) = (stream.index(width), stream.index(height), stream.index(161) - 80)
        var pixels: [UInt8] = []
        for y in 0..<height {
            for x in 0..<width {
                for channel in channels {
                    var value =
                        channel.base + channel.across * x + channel.down * y + stream.index(channel.noise)
                        - channel.noise / 2
                    if x >= left, y >= top { value += step }
                    pixels.append(UInt8(min(max(value, 0), 255)))
                }
            }
        }
        return Image(width: width, height: height, channels: 3, pixels: pixels)
    }

    private func mask(_ stream: inout RandomStream, kind: Int, _ width: Int, _ height: Int) -> Mask {
        var mask = Mask(width: width, height: height, repeating: kind == 0)
        if kind == 1 {
            for y in 0..<height {
                for x in 0..<width {
                    let (across, down) = ((2 * x - width + 1) * height, (2 * y - height + 1) * width)
                    mask[x, y] = across * across + down * down <= width * height * width * height
                }
            }
        } else if kind == 2 {
            for _ in 0..<2 {
                let (w, h) = (9 + stream.index(width - 8), 9 + stream.index(height - 8))
                let (left, top) = (stream.index(width - w + 1), stream.index(height - h + 1))
                for y in top..<top + h { for x in left..<left + w { mask[x, y] = true } }
            }
        }
        return mask
    }

    @Test func agreesWithOpenCVToOneGreyLevel() throws {
        let facts = try JSONValue(
            parsing: try Data(contentsOf: Self.goldens.appendingPathComponent("seamless_clone.json")))
        let cases = try #require(facts["cases"]?.int), samples = try #require(facts["samples"]?.int)
        let golden = try Image(contentsOf: Self.goldens.appendingPathComponent("seamless_clone.png").path)
        try #require(cases >= 200 && golden.channels == 1)
        var (place, unequal, largest) = (0, 0, 0)
        for number in 0..<cases {
            var stream = RandomStream(seed: UInt64(1000 + number))
            let (width, height) = (16 + stream.index(13), 16 + stream.index(13))
            let (pieceWidth, pieceHeight) = (10 + stream.index(width - 11), 10 + stream.index(height - 11))
            let target = picture(&stream, width, height), piece = picture(&stream, pieceWidth, pieceHeight)
            let shape = mask(&stream, kind: number % 3, pieceWidth, pieceHeight)
            let inner = shape.cropped(to: PixelWindow(x: 1, y: 1, width: pieceWidth - 2, height: pieceHeight - 2))
            let box = try #require(inner.boundingBox)
            let (x, y) = (stream.index(width - box.width + 1), stream.index(height - box.height + 1))
            let made = try SeamlessClone(number / 3 % 2 == 0 ? .normal : .mixed)
                .asOpenCV(piece, mask: shape, onto: target, centre: (x + box.width / 2, y + box.height / 2))
            var outside = made
            for row in y..<y + box.height {
                for column in x..<x + box.width {
                    for c in 0..<3 {
                        let difference = abs(Int(made[column, row, c]) - Int(golden.pixels[place]))
                        if difference > 0 { unequal += 1 }
                        largest = max(largest, difference)
                        outside[column, row, c] = target[column, row, c]
                        place += 1
                    }
                }
            }
            #expect(outside == target, "case \(number) changed pixels beside its rectangle")
        }
        #expect(place == samples)
        #expect(largest <= 1, "a grey level differs by \(largest)")
        // OpenCV solves in float32: only values beside a whole number are cut off otherwise.
        #expect(Double(unequal) < 0.01 * Double(samples), "\(unequal) of \(samples) differ")
    }

    @Test func obstaclesAreNamed() throws {
        let (image, _) = SynthesisTests.scene(3)
        let piece = image.cropped(x: 0, y: 0, width: 12, height: 12)
        let clone = SeamlessClone(.normal)
        func tried(_ mask: Mask, _ centre: (x: Int, y: Int)) throws(SeamlessClone.Obstacle) -> Image {
            try clone.asOpenCV(piece, mask: mask, onto: image, centre: centre)
        }
        let whole = Mask(width: 12, height: 12, repeating: true)
        #expect(try tried(Mask(width: 12, height: 12), (20, 20)) == image)
        #expect(throws: SeamlessClone.Obstacle.outsideThePicture) { try tried(whole, (2, 20)) }
        #expect(throws: SeamlessClone.Obstacle.unlike) { try tried(Mask(width: 11, height: 12), (20, 20)) }
        var small = Mask(width: 12, height: 12)
        for y in 4..<7 { for x in 4..<7 { small[x, y] = true } }
        #expect(throws: SeamlessClone.Obstacle.maskTooSmall) { try tried(small, (20, 20)) }
    }

    @Test func insideAMaskNothingElseChanges() {
        let (image, foreground) = SynthesisTests.scene(3)
        for gradients in [SeamlessClone.Gradients.normal, .mixed] {
            let clone = SeamlessClone(gradients)
            // The picture's own piece changes nothing, not even by rounding.
            #expect(clone.inside(foreground, image, onto: image, at: (0, 0)) == image)
            // A piece that is brighter throughout has the same differences.
            let dark = Image(
                width: image.width, height: image.height, channels: 3, pixels: image.pixels.map { $0 / 2 + 40 })
            let bright = Image(
                width: image.width, height: image.height, channels: 3, pixels: dark.pixels.map { $0 + 60 })
            let far = zip(clone.inside(foreground, bright, onto: dark, at: (0, 0)).pixels, dark.pixels)
                .map { abs(Int($0) - Int($1)) }.max()
            #expect(far == 0)
        }
        let noise = Image(
            width: image.width, height: image.height, channels: 3,
            pixels: image.pixels.indices.map { UInt8(truncatingIfNeeded: $0 &* 97 &+ $0 / 13) })
        let made = SeamlessClone(.normal).inside(foreground, noise, onto: image, at: (0, 0))
        #expect(made != image)
        for place in foreground.values.indices where foreground.values[place] == 0 {
            #expect(made.pixels[3 * place..<3 * place + 3] == image.pixels[3 * place..<3 * place + 3])
        }
    }
}
