import AnomalyDatasets
import Testing

@Suite struct ShotChoiceTests {
    private let ids = (0..<50).map { "nut/train/good/\($0 < 10 ? "0" : "")\($0)" }

    private func choose(_ shots: Int?, seed: Int = 0, order: ShotChoice.Order = .random, from ids: [String]? = nil)
        throws -> [String]
    {
        try ShotChoice.choose(ids ?? self.ids, category: "nut", shots: shots, seed: seed, order: order)
    }

    @Test(arguments: ShotChoice.Order.allCases, [0, 1, 7])
    func fewerShotsAreTheFirstOfMore(order: ShotChoice.Order, seed: Int) throws {
        let sixteen = try choose(16, seed: seed, order: order)
        #expect(Set(sixteen).count == 16)
        for shots in [1, 2, 4, 8] {
            #expect(try choose(shots, seed: seed, order: order) == Array(sixteen.prefix(shots)))
        }
        #expect(try choose(nil, seed: seed, order: order) == ids)
    }

    /// Fixed values: a changed generator would change every sample ever recorded.
    @Test func theChoiceIsPinned() throws {
        #expect(ShotChoice.rank("nut/train/good/00", category: "nut", seed: 0) == 0x691E_0254_20B6_17F7)
        #expect(try choose(4) == ["nut/train/good/04", "nut/train/good/23", "nut/train/good/07", "nut/train/good/16"])
        #expect(
            try choose(3, seed: 2, order: .consecutive) == [
                "nut/train/good/08", "nut/train/good/09", "nut/train/good/10",
            ])
        #expect(try choose(4, seed: 12, order: .consecutive).last == "nut/train/good/01")
    }

    @Test func seedsCategoriesAndInputOrder() throws {
        #expect(try choose(4, seed: 0) != choose(4, seed: 1))
        #expect(try choose(4, from: ids.reversed()) == choose(4))
        // Every picture comes first for some seed: the choice is spread over the list.
        let first = try Set((0..<600).map { try choose(1, seed: $0)[0] })
        #expect(first.count == ids.count)
        // Removing a picture that isn't chosen changes nothing.
        let chosen = try choose(4)
        #expect(try choose(4, from: ids.filter { $0 == ids.first { !chosen.contains($0) } ? false : true }) == chosen)
    }

    @Test func tooFewPicturesAreAnError() {
        let error = #expect(throws: DatasetError.self) { try choose(51) }
        #expect(error?.description == "nut: has 50 normal training pictures, 51 shots are asked for")
        #expect(throws: DatasetError.self) { try choose(1, from: []) }
    }
}
