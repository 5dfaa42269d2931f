import MethodKit
import Testing

@Suite struct ApportionmentTests {
    @Test(arguments: [
        (100, [1], [100]), (5, [1, 1], [3, 2]), (100, [1, 2], [33, 67]), (5, [1, 1, 1, 1, 1, 1], [1, 1, 1, 1, 1, 0]),
        (1, [1, 3], [0, 1]), (0, [2, 3], [0, 0]), (7, [0, 0], [0, 0]),
    ])
    func sharesPicturesOut(_ total: Int, _ weights: [Int], _ counts: [Int]) {
        #expect(Apportionment.counts(of: total, among: weights) == counts)
    }
}
