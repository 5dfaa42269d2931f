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

    @Test func totalsAreSpreadEvenly() {
        #expect(Apportionment.spread([40], over: 3) == [[14, 13, 13]])
        // Two kinds of two for three places: none stays empty.
        #expect(Apportionment.spread([2, 2], over: 3) == [[1, 1, 0], [1, 0, 1]])
        #expect(Apportionment.spread([0, 5], over: 2) == [[0, 0], [3, 2]])
        #expect(Apportionment.spread([3], over: 0) == [[]])
    }
}
