import ExportLayouts
import Imaging
import Testing

/// Polygons against the pixels they go around, and run lengths.
@Suite struct OutlineTests {
    /// Pixels inside by the number of sides left of them: what any filling by crossings does for borders of pixels.
    private func filled(_ corners: [Outlines.Corner], _ width: Int, _ height: Int) -> Mask {
        var mask = Mask(width: width, height: height)
        for y in 0..<height {
            for x in 0..<width {
                // A ray from the pixel's middle to the left; slanted bridges are walked twice and don't count.
                var crossings = 0
                for (from, to) in zip(corners, corners.dropFirst() + corners.prefix(1)) where from.x == to.x {
                    let (top, bottom) = (min(from.y, to.y), max(from.y, to.y))
                    if from.x <= x, top <= y, y < bottom { crossings += 1 }
                }
                mask[x, y] = crossings % 2 == 1
            }
        }
        return mask
    }

    private func mask(_ rows: [String]) -> Mask {
        Mask(width: rows[0].count, height: rows.count, values: rows.joined().map { $0 == "#" ? 1 : 0 })
    }

    @Test func corners() {
        #expect(Outlines(Mask(width: 3, height: 2)).parts.isEmpty)
        let whole = Outlines(mask(["##", "##"])).parts
        #expect(whole.count == 1 && whole[0].corners == [.init(2, 0), .init(2, 2), .init(0, 2), .init(0, 0)])
        // Pixels that touch by a corner are one part with one outline.
        let diagonal = Outlines(mask(["#.", ".#"])).parts
        #expect(diagonal.count == 1 && diagonal[0].area == 2 && diagonal[0].corners.count == 8)
        #expect((diagonal[0].x, diagonal[0].width, diagonal[0].height) == (0, 2, 2))
        let apart = Outlines(mask(["#.#", "..#"])).parts
        #expect(apart.map(\.area) == [1, 2] && apart[1].runs.map(\.start) == [4] && apart[1].runs[0].length == 2)
    }

    /// Random masks with holes in holes: each part's polygon holds its pixels and no others.
    @Test func randomMasks() {
        var random = RandomStream(seed: 7, purpose: "outlines")
        for round in 0..<200 {
            let (width, height) = (3 + round % 9, 2 + round % 11)
            let share = 0.2 + 0.1 * Double(round % 7)
            var mask = Mask(width: width, height: height)
            for y in 0..<height { for x in 0..<width { mask[x, y] = random.unit() < share } }
            let outlines = Outlines(mask), components = mask.components
            #expect(outlines.parts.map(\.area) == components.parts.map(\.area))
            for (index, part) in outlines.parts.enumerated() {
                let own = Mask(
                    width: width, height: height, values: components.labels.map { $0 == index + 1 ? 1 : 0 })
                // Bridges may be upright, where they count twice.
                #expect(filled(part.corners, width, height) == own, "round \(round)")
                var runs = Mask(width: width, height: height)
                for run in part.runs {
                    for at in run.start..<run.start + run.length { runs[at / height, at % height] = true }
                }
                #expect(runs == own, "round \(round)")
            }
        }
    }
}
