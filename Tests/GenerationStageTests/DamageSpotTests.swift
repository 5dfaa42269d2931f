import GenerationStage
import Imaging
import Testing

@Suite struct DamageSpotTests {
    /// A ring, in which a disc holds fewer pixels than it has.
    private let ring: Mask = {
        var mask = Mask(width: 60, height: 40)
        for y in 0..<40 {
            for x in 0..<60 {
                let distance = (x - 30) * (x - 30) + (y - 20) * (y - 20)
                mask[x, y] = distance <= 18 * 18 && distance >= 14 * 14
            }
        }
        return mask
    }()

    @Test(arguments: [1, 2, 7, 40, 150])
    func aSpotHasItsSizeAndLiesInTheMask(pixels: Int) {
        for seed in 0..<20 as Range<UInt32> {
            let spot = DamageSpot.inside(ring, pixels: pixels, seed: seed)
            #expect(spot.count == pixels && spot.intersection(ring) == spot)
            #expect(spot == DamageSpot.inside(ring, pixels: pixels, seed: seed))
            // In one place: its own centre is nearer to all of its pixels than any pixel that was left out.
            let box = spot.boundingBox
            #expect(box.map { $0.width * $0.height <= 16 * pixels + 64 } == true, "\(box as Any)")
        }
        #expect(
            Set((0..<20 as Range<UInt32>).map { DamageSpot.inside(ring, pixels: pixels, seed: $0).values }).count > 10)
    }

    @Test func moreThanAllIsAll() {
        #expect(DamageSpot.inside(ring, pixels: ring.count + 1, seed: 3) == ring)
        #expect(DamageSpot.inside(ring, pixels: 0, seed: 3).count == 1)
    }
}
