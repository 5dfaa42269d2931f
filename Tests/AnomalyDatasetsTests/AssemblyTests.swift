import AnomalyDatasets
import Testing

@Suite struct AssemblyTests {
    private func entries(_ names: [String], _ layout: DatasetLayout) throws -> [LayoutEntry] {
        try names.compactMap { try layout.classify($0, source: "set") }
    }

    private func mvtec(_ names: [String]) throws -> CategoryAssembly {
        try CategoryAssembly(category: "nut", layout: .mvtec, entries: entries(names.map { "nut/" + $0 }, .mvtec))
    }

    @Test func masksArePairedByName() throws {
        // In sorted order 10 comes before 2 and would take its mask.
        let nut = try mvtec([
            "train/good/0.png", "test/good/0.png", "test/bent/2.png", "test/bent/10.png",
            "ground_truth/bent/10_mask.png",
            "ground_truth/bent/2_mask.png", "ground_truth/cut/7_mask.png",
        ])
        #expect(
            nut.pictures.map(\.id) == ["nut/test/bent/10", "nut/test/bent/2", "nut/test/good/0", "nut/train/good/0"])
        #expect(
            nut.pictures.map(\.mask) == ["ground_truth/bent/10_mask.png", "ground_truth/bent/2_mask.png", nil, nil])
        #expect(nut.warnings.count == 1 && nut.warnings[0].contains("ground_truth/cut/7_mask.png"))
        // VisA as its authors rearrange it: no "_mask".
        let visa = try mvtec(["train/good/000.JPG", "test/bad/000.JPG", "ground_truth/bad/000.png"])
        #expect(visa.pictures[0].mask == "ground_truth/bad/000.png")
    }

    @Test func whatIsMissingIsAnError() {
        for (names, word) in [
            (
                ["train/good/0.png", "test/bent/0.png", "test/bent/1.png", "ground_truth/bent/1.png"],
                "0_mask.png is missing"
            ),
            (["test/good/0.png"], "no normal pictures"),
            (["train/good/0.png", "train/bent/0.png"], "must be normal"),
            (["train/good/0.png", "train/good/0.jpg"], "same identifier"),
            (
                ["train/good/0.png", "test/b/0.png", "ground_truth/b/0.png", "ground_truth/b/0_mask.png"],
                "same picture"
            ),
        ] {
            let error = #expect(throws: DatasetError.self) { try mvtec(names) }
            #expect(error?.description.contains(word) == true, "\(error.map(\.description) ?? "")")
        }
    }

    @Test func nothingToDetectOnIsSaid() throws {
        #expect(try mvtec(["train/good/0.png"]).warnings.contains { $0.contains("nothing to detect on") })
    }

    private let visaNames = [
        "candle/Data/Images/Normal/000.JPG", "candle/Data/Images/Normal/001.JPG", "candle/Data/Images/Anomaly/000.JPG",
        "candle/Data/Masks/Anomaly/000.png",
    ]
    private let visaTable = """
        object,split,label,image,mask\r
        candle,train,normal,candle/Data/Images/Normal/000.JPG,\r
        candle,test,normal,candle/Data/Images/Normal/001.JPG,\r
        candle,test,anomaly,candle/Data/Images/Anomaly/000.JPG,candle/Data/Masks/Anomaly/000.png\r\n
        """

    private func visa(_ names: [String], table: String?) throws -> CategoryAssembly {
        try CategoryAssembly(
            category: "candle", layout: .visa, entries: entries(names, .visa),
            splits: try table.map { try VisASplitTable(Array($0.utf8)) })
    }

    /// Normal/000 and Anomaly/000 have one number and are two pictures.
    @Test func visaGoesByItsTable() throws {
        let candle = try visa(visaNames, table: visaTable)
        #expect(candle.pictures.map(\.id) == ["candle/test/bad/000", "candle/test/good/001", "candle/train/good/000"])
        #expect(candle.pictures[0].mask == "Data/Masks/Anomaly/000.png")
        #expect(candle.warnings.contains { $0.contains("image_anno.csv is missing") })
    }

    @Test func visaWithoutItsPartsIsAnError() {
        for (names, table, word) in [
            (visaNames, nil, "split_csv/1cls.csv is missing"),
            (visaNames, visaTable.replacing("candle", with: "pcb1"), "no line for candle"),
            (Array(visaNames.dropLast()), visaTable, "Data/Masks/Anomaly/000.png is missing"),
            (Array(visaNames.dropFirst()), visaTable, "is missing (or named twice)"),
        ] as [([String], String?, String)] {
            let error = #expect(throws: DatasetError.self) { try visa(names, table: table) }
            #expect(error?.description.contains(word) == true, "\(error.map(\.description) ?? "")")
        }
    }
}
