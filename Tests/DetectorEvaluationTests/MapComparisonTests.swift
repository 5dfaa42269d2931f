import DetectorEvaluation
import Imaging
import Testing

@Suite struct MapComparisonTests {
    private let grid = Plane(width: 2, height: 2, values: [0, 1, 0, 1])
    private let mask = Mask(width: 6, height: 3, values: [0, 0, 0, 1, 1, 1, 0, 0, 0, 1, 1, 1, 0, 0, 0, 1, 1, 1])

    @Test func atTheMasksOwnSize() {
        let comparison = MapComparison()
        let map = comparison.map(grid, width: 6, height: 3)
        #expect((map.width, map.height) == (6, 3))
        #expect(map.values[0] == 0 && map.values[5] == 1 && map.values[2] < map.values[3])
        #expect(comparison.mask(mask) == mask)
    }

    @Test func atAFixedSizeBothAreSquares() {
        let comparison = MapComparison(size: 4)
        let map = comparison.map(grid, width: 6, height: 3)
        #expect((map.width, map.height) == (4, 4))
        #expect(
            comparison.mask(mask)
                == Mask(width: 4, height: 4, values: Array(repeating: [0, 0, 1, 1], count: 4).flatMap { $0 }))
    }

    /// The same deviation in pixels smooths more on a smaller square.
    @Test func smoothingIsInPixelsOfThatSize() {
        func edge(_ size: Int) -> Float {
            let map = MapComparison(size: size, smoothing: 1).map(grid, width: 6, height: 3)
            return map.values[size - 1] - map.values[0]
        }
        #expect(edge(4) < edge(64) && edge(64) > 0.99)
    }
}
