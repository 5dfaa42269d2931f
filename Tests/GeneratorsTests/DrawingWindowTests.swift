import Generators
import Imaging
import ParameterKit
import Testing

@Suite struct DrawingWindowTests {
    /// A part of 40 × 20 pixels in a picture of 200 × 100.
    private var part: Mask {
        var part = Mask(width: 200, height: 100)
        for y in 30..<50 { for x in 100..<140 { part[x, y] = true } }
        return part
    }

    private func window(_ choice: DrawingWindow, _ part: Mask?, seed: UInt32 = 7) -> PixelWindow? {
        choice.window(width: 200, height: 100, part: part, seed: seed)
    }

    @Test func theObjectsWindowIsASquareWithContext() {
        #expect(window(.object, part) == PixelWindow(x: 95, y: 15, width: 50, height: 50))
        #expect(window(.whole, part) == nil && window(.object, nil) == nil)
        // At the picture's edge it is moved inwards.
        var edge = Mask(width: 200, height: 100)
        for y in 0..<10 { for x in 190..<200 { edge[x, y] = true } }
        #expect(window(.object, edge) == PixelWindow(x: 188, y: 0, width: 12, height: 12))
        // A part over the whole height: as wide as it would be, as high as there is.
        var bar = Mask(width: 200, height: 100)
        for y in 0..<100 { for x in 90..<110 { bar[x, y] = true } }
        #expect(window(.object, bar) == PixelWindow(x: 38, y: 0, width: 124, height: 100))
        #expect(window(.object, Mask(width: 200, height: 100, repeating: true)) == nil)
    }

    @Test func aSquareHoldsAllOfAPartThatIsNotLarger() {
        var (lefts, tops): (Set<Int>, Set<Int>) = ([], [])
        for seed in UInt32(0)..<2000 {
            guard let found = window(.square(64), part, seed: seed) else {
                Issue.record("no window")
                continue
            }
            #expect(part.cropped(to: found).count == part.count, "\(found)")
            lefts.insert(found.x)
            tops.insert(found.y)
        }
        // 64 − 40 + 1 places across, and down those of 64 − 20 + 1 that the picture has.
        #expect(lefts == Set(76...100) && tops == Set(0...30))
        #expect(window(.square(40), part)?.x == 100)
    }

    @Test func aSquareLiesAroundAPixelOfALargerPart() {
        var part = Mask(width: 200, height: 100)
        for y in 30..<50 { for x in 40..<140 { part[x, y] = true } }
        var places: Set<Int> = []
        for seed in UInt32(0)..<50 {
            guard let found = window(.square(64), part, seed: seed) else {
                Issue.record("no window")
                continue
            }
            #expect(found.width == 64 && found.height == 64 && found.fits(width: 200, height: 100))
            #expect(!part.cropped(to: found).isEmpty)
            #expect(window(.square(64), part, seed: seed) == found)
            places.insert(found.x)
        }
        #expect(places.count > 20)
        #expect(window(.square(512), part) == nil)
        #expect(window(.square(64), nil)?.fits(width: 200, height: 100) == true)
        #expect(window(.square(64), Mask(width: 200, height: 100)) == PixelWindow(x: 68, y: 18, width: 64, height: 64))
    }

    @Test func asManifestsHaveIt() {
        for (json, value) in [("whole", DrawingWindow.whole), ("object", .object), (512, .square(512))]
            as [(JSONValue, DrawingWindow)]
        {
            #expect(value.json == json)
        }
    }
}
