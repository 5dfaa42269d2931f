import AnomalyDatasets
import Testing

@Suite struct PublishedTests {
    /// Totals as the data sets' authors state them.
    @Test func rowsAddUpToThePublishedTotals() {
        let mvtec = PublishedDataset.mvtec.categories.compactMap(\.counts)
        let visa = PublishedDataset.visa.categories.compactMap(\.counts)
        #expect(mvtec.count == 15 && visa.count == 12)
        #expect(mvtec.map(\.train).reduce(0, +) == 3629)
        #expect(mvtec.map(\.testGood).reduce(0, +) == 467)
        #expect(mvtec.map(\.testDefective).reduce(0, +) == 1258)
        #expect(mvtec.map(\.defects.count).reduce(0, +) == 73)
        for category in mvtec {
            #expect(category.defects.values.reduce(0, +) == category.testDefective)
        }
        #expect(visa.map(\.train).reduce(0, +) == 8659)
        #expect(visa.map(\.testGood).reduce(0, +) == 962)
        #expect(visa.map(\.testDefective).reduce(0, +) == 1200)
    }

    @Test func differingCountsAreSentences() throws {
        let screw = try #require(PublishedDataset.mvtec["screw"])
        var counts = CategoryCounts(train: 320, testGood: 41, defects: screw.counts?.defects ?? [:])
        #expect(screw.differences(from: counts).isEmpty)
        counts.train = 64
        counts.defects["thread_top"] = nil
        counts.defects["bent"] = 1
        #expect(
            screw.differences(from: counts) == [
                "screw has 64 training pictures, as published it has 320",
                "screw has 1 test pictures of bent, as published it has 0",
                "screw has 0 test pictures of thread_top, as published it has 23",
            ])
    }

    @Test func licencesGoByCategoryAndLayout() {
        #expect(PublishedDataset.having(category: "candle", layout: .visa)?.title == "VisA")
        #expect(PublishedDataset.having(category: "candle", layout: .mvtec)?.title == "VisA")
        #expect(PublishedDataset.having(category: "screw", layout: .visa) == nil)
        #expect(PublishedDataset.having(category: "magnetic_tile", layout: .visa) == nil)
        let record = DatasetRecord(
            category: "x", layout: .visa, sourceSHA256: "", verified: nil, publishedIn: nil,
            counts: CategoryCounts(train: 1, testGood: 0, defects: [:]), warnings: [])
        #expect(DatasetLicence.of(record) == .unknown)
    }

    @Test func namesInPrompts() {
        #expect(PromptNames.name(of: "macaroni2") == "macaroni")
        #expect(PromptNames.name(of: "pcb4") == "pcb")
        #expect(PromptNames.name(of: "metal_nut") == "metal nut")
        #expect(PromptNames.name(of: "pipe_fryum") == "pipe fryum")
    }
}
