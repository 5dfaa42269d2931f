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

    private func counts(_ train: Int, _ good: Int, _ defects: [String: Int]) -> NamedCounts {
        var counts = NamedCounts()
        (counts.train, counts.testGood, counts.defects) = (train, good, defects)
        return counts
    }

    /// Anybody may have pictures of hazelnuts.
    @Test func aNameAloneMakesNoPublicDataSet() throws {
        for name in ["hazelnut", "screw", "tile", "candle", "tubes"] {
            for layout in [DatasetLayout.mvtec, .folder, .pairs] {
                #expect(
                    PublishedDataset.recognised(category: name, layout: layout, counts: counts(30, 0, [:])) == nil)
            }
        }
        // Own test pictures with a kind of the same name, and one number that happens to be the same.
        #expect(
            PublishedDataset.recognised(category: "hazelnut", layout: .mvtec, counts: counts(30, 40, ["crack": 5]))
                == nil)
        #expect(PublishedDataset.namesake(of: "hazelnut")?.identifier == "mvtec")
        #expect(PublishedDataset.namesake(of: "01") == nil)
    }

    @Test func twoOfThePublishedNumbersMakeOne() throws {
        let screw = try #require(PublishedDataset.mvtec["screw"]?.counts)
        #expect(
            PublishedDataset.recognised(category: "screw", layout: .mvtec, counts: counts(320, 41, screw.defects))?
                .identifier == "mvtec")
        // A copy that lacks training pictures.
        #expect(
            PublishedDataset.recognised(category: "screw", layout: .mvtec, counts: counts(64, 41, screw.defects))?
                .identifier == "mvtec")
        // VisA as its authors' script rearranges it, and as it is downloaded: normals without a split.
        let candle = try #require(PublishedDataset.visa["candle"]?.counts)
        #expect(
            PublishedDataset.recognised(
                category: "candle", layout: .mvtec,
                counts: counts(candle.train, candle.testGood, ["bad": candle.testDefective]))?.identifier == "visa")
        var downloaded = counts(0, 0, ["Anomaly": candle.testDefective])
        downloaded.undecided = candle.train + candle.testGood
        #expect(
            PublishedDataset.recognised(category: "candle", layout: .visa, counts: downloaded)?.identifier == "visa")
        #expect(
            PublishedDataset.recognised(category: "screw", layout: .visa, counts: counts(320, 41, screw.defects))
                == nil)
        #expect(
            PublishedDataset.recognised(category: "01", layout: .mvtec, counts: counts(40, 2, ["ko": 4]))?
                .identifier == "btad")
    }

    @Test func picturesAreCountedByTheirNames() throws {
        let names = [
            "bolt/train/good/0.png", "bolt/train/good/1.png", "bolt/test/good/0.png", "bolt/test/bent/0.png",
            "bolt/ground_truth/bent/0_mask.png",
        ]
        let found = NamedCounts(
            try names.compactMap { try DatasetLayout.mvtec.classify($0, source: "set") })
        #expect(found == counts(2, 1, ["bent": 1]))
        let visa = ["nut/Data/Images/Normal/0.JPG", "nut/Data/Images/Anomaly/1.JPG", "nut/Data/Masks/Anomaly/1.png"]
        let other = NamedCounts(try visa.compactMap { try DatasetLayout.visa.classify($0, source: "set") })
        #expect(other.undecided == 1 && other.defects == ["Anomaly": 1])
    }

    @Test func licencesGoByTheDataSet() {
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
