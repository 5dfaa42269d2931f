import Imaging
import Testing

@Suite struct PixelWindowTests {
    private let picture = Image(width: 7, height: 5, channels: 3, pixels: (0..<105).map { UInt8($0 * 2) })
    private let window = PixelWindow(x: 2, y: 1, width: 4, height: 3)

    @Test func aCropHoldsTheWindowsPixels() {
        let crop = picture.cropped(to: window)
        #expect(crop.width == 4 && crop.height == 3 && crop.channels == 3)
        for y in 0..<3 { for x in 0..<4 { for c in 0..<3 { #expect(crop[x, y, c] == picture[x + 2, y + 1, c]) } } }
    }

    @Test func whatIsPlacedIsFoundAgain() {
        let mask = Mask(width: 4, height: 3, values: [1, 0, 0, 1, 0, 1, 0, 0, 0, 0, 0, 1])
        let placed = mask.placed(at: window, width: 7, height: 5)
        #expect(placed.count == 4 && placed[2, 1] && placed[5, 3] && !placed[0, 0])
        #expect(placed.cropped(to: window) == mask)
        let plane = Plane(width: 4, height: 3, values: (1...12).map(Float.init))
        let whole = plane.placed(at: window, width: 7, height: 5)
        #expect(whole.values.reduce(0, +) == 78 && whole[2, 1] == 1 && whole[5, 3] == 12)
        #expect(whole.cropped(to: window) == plane)
    }

    /// Against the distance to every marked pixel.
    @Test(arguments: [1, 2, 5]) func featheringFallsWithTheDistance(_ reach: Int) {
        var mask = Mask(width: 23, height: 17)
        for (x, y) in [(0, 0), (11, 8), (12, 8), (20, 3), (22, 16)] { mask[x, y] = true }
        let share = mask.feathered(reach)
        for y in 0..<17 {
            for x in 0..<23 {
                var nearest = Float.infinity
                for v in 0..<17 {
                    for u in 0..<23 where mask[u, v] {
                        nearest = min(nearest, Float((u - x) * (u - x) + (v - y) * (v - y)).squareRoot())
                    }
                }
                #expect(abs(share[x, y] - max(0, 1 - nearest / Float(reach))) < 1e-6)
            }
        }
    }

    @Test func anEmptyMaskHasNoBoxAndNoFeather() {
        let empty = Mask(width: 6, height: 4)
        #expect(empty.boundingBox == nil && empty.feathered(3).maximum == 0)
        var one = empty
        one[5, 0] = true
        #expect(one.boundingBox == PixelWindow(x: 5, y: 0, width: 1, height: 1))
        #expect(one.boundingBox?.widened(by: 2, width: 6, height: 4) == PixelWindow(x: 3, y: 0, width: 3, height: 3))
    }

    @Test func blendingKeepsWhatHasNoShare() {
        let other = Image(width: 4, height: 3, colour: [200, 100, 50])
        var share = Plane(width: 4, height: 3)
        (share[0, 0], share[1, 0]) = (1, 0.5)
        let blended = picture.blended(with: other, share: share, at: window)
        for y in 0..<5 {
            for x in 0..<7 where (x, y) != (2, 1) && (x, y) != (3, 1) {
                for c in 0..<3 { #expect(blended[x, y, c] == picture[x, y, c]) }
            }
        }
        #expect((0..<3).map { blended[2, 1, $0] } == [200, 100, 50])
        #expect((0..<3).map { Int(blended[3, 1, $0]) } == [(60 + 200) / 2, (62 + 100) / 2, (64 + 50) / 2])
    }
}
