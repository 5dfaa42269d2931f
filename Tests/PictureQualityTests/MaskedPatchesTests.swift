import Imaging
import PictureQuality
import Testing

/// Which patches lie under a mask, on drawn masks.
@Suite struct MaskedPatchesTests {
    private func mask(_ width: Int, _ height: Int, _ inside: (Int, Int) -> Bool) -> Mask {
        var mask = Mask(width: width, height: height)
        for y in 0..<height { for x in 0..<width { mask[x, y] = inside(x, y) } }
        return mask
    }

    @Test func patchesAreCoveredByHalfOrMore() {
        // Patches of 8 x 8: the square from (8, 16) is one patch and half of the next.
        #expect(
            MaskedPatches.places(of: mask(32, 32) { x, y in (8..<20).contains(x) && (16..<24).contains(y) }, grid: 4)
                == [9, 10])
        #expect(
            MaskedPatches.places(of: mask(32, 32) { x, y in (8..<19).contains(x) && (16..<24).contains(y) }, grid: 4)
                == [9])
        #expect(MaskedPatches.places(of: mask(32, 32) { _, _ in true }, grid: 4) == Array(0..<16))
        // The picture is squashed, and its mask with it.
        #expect(MaskedPatches.places(of: mask(64, 16) { x, y in x >= 48 && y < 4 }, grid: 4) == [3])
    }

    @Test func ofASmallMaskItIsThePatchThatItCoversMost() {
        #expect(MaskedPatches.places(of: mask(32, 32) { x, y in y == 9 && (14..<20).contains(x) }, grid: 4) == [6])
        #expect(MaskedPatches.places(of: mask(32, 32) { x, y in x == 31 && y == 31 }, grid: 4) == [15])
        #expect(MaskedPatches.places(of: Mask(width: 32, height: 32), grid: 4) == [])
    }

    @Test func largeDamageDoesNotOutweighTheRest() {
        let places = MaskedPatches.places(of: mask(160, 160) { _, _ in true }, grid: 16)
        #expect(places.count == MaskedPatches.most && places == (0..<64).map { 4 * $0 })
    }

    @Test func theBlockIsAtThreeQuarters() {
        #expect([1, 4, 8, 12, 24].map { MaskedPatches.block(of: $0) } == [1, 3, 6, 9, 18])
    }
}
