import Imaging
import Testing

@Suite("Geometry")
struct ResizeTests {
    @Test("Lanczos, bicubic and nearest equal Pillow's bytes")
    func pillow() throws {
        for item in try Goldens.load().resized {
            let source = try Goldens.image(item.source), expected = try Goldens.image(item.result)
            let result =
                item.filter == "nearest"
                ? source.resizedNearest(width: item.width, height: item.height)
                : source.resized(
                    width: item.width, height: item.height, filter: item.filter == "lanczos" ? .lanczos : .bicubic)
            let equal = result == expected  // a failure prints the name, not thousands of samples
            #expect(equal, "\(item)")
        }
    }

    @Test("bilinear planes equal torch's")
    func bilinear() throws {
        for item in try Goldens.load().bilinear {
            let plane = Plane(width: item.width, height: item.height, values: item.values)
            let result = plane.resizedBilinear(width: item.newWidth, height: item.newHeight)
            let worst = zip(result.values, item.result).map { abs($0 - $1) }.max() ?? 1
            // Values below 1; a handful of float32 roundings of 6e-8 each.
            #expect(worst < 1e-6)
        }
    }

    @Test("masks are averaged by area, a half counts")
    func area() {
        let mask = Mask(width: 4, height: 2, values: [1, 1, 0, 0, 0, 0, 0, 1])
        #expect(mask.areaAveraged(width: 2, height: 1).values == [0.5, 0.25])
        #expect(mask.resizedByArea(width: 2, height: 1).values == [1, 0])
        // Three pixels into two cells: the middle one belongs to both by half.
        let three = Mask(width: 3, height: 1, values: [0, 1, 0])
        let third = Float(1.0 / 3.0)
        #expect(three.areaAveraged(width: 2, height: 1).values == [third, third])
        #expect(three.resizedByArea(width: 6, height: 2).values == [0, 0, 1, 1, 0, 0, 0, 0, 1, 1, 0, 0])
        let large = Mask(width: 97, height: 61, values: (0..<97 * 61).map { UInt8($0 * $0 % 7 % 2) })
        let plane = large.areaAveraged(width: 16, height: 16)
        let mean = Double(plane.values.reduce(0, +)) / 256
        #expect(abs(mean - large.coverage) < 1e-5)
    }

    @Test("edges are repeated, and cropping undoes padding")
    func padding() {
        let image = Image(width: 2, height: 1, channels: 1, pixels: [10, 20])
        let padded = image.paddedByEdge(Padding(left: 1, top: 1, right: 2, bottom: 0))
        #expect(padded.pixels == [10, 10, 20, 20, 20, 10, 10, 20, 20, 20])
        #expect(padded.cropped(x: 1, y: 1, width: 2, height: 1) == image)
        let mask = Mask(width: 2, height: 1, repeating: true).padded(Padding(left: 1, bottom: 1))
        #expect(mask.values == [0, 1, 1, 0, 0, 0])
    }

    @Test("a letterbox fills the long side, rounds the other half up, pads the odd pixel right or below")
    func letterbox() throws {
        let box = Letterbox(width: 61, height: 47, side: 32)
        // 47 * 32 / 61 = 24.66 -> 25; 7 rows of padding: 3 above, 4 below.
        #expect(box.width == 32 && box.height == 25 && box.padding == Padding(left: 0, top: 3, right: 0, bottom: 4))
        #expect(Letterbox(width: 64, height: 5, side: 32).height == 3)  // 2.5
        #expect(Letterbox(width: 16000, height: 1, side: 32).height == 1)
        let image = try Goldens.image("rgb.png")
        let fitted = box.fit(image)
        #expect(fitted.width == 32 && fitted.height == 32)
        #expect(fitted[5, 0, 1] == fitted[5, 3, 1] && fitted[5, 31, 1] == fitted[5, 27, 1])
        let back = box.undo(fitted)
        #expect(back.width == 61 && back.height == 47)
        let mask = box.fit(Mask(width: 61, height: 47, repeating: true))
        #expect(mask.count == 32 * 25 && !mask[0, 2] && mask[0, 3] && !mask[0, 28])
        let same = Letterbox(width: 8, height: 8, side: 8)
        let square = Image(width: 8, height: 8, channels: 1, pixels: (0..<64).map(UInt8.init))
        #expect(same.isIdentity && same.undo(same.fit(square)) == square)
    }
}
