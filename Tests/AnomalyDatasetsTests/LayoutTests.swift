import AnomalyDatasets
import Testing

@Suite struct LayoutTests {
    @Test func mvtecNames() throws {
        func role(_ name: String) throws -> LayoutEntry? { try DatasetLayout.mvtec.classify(name, source: "screw") }
        #expect(
            try role("screw/train/good/000.png")
                == LayoutEntry(
                    category: "screw", path: "train/good/000.png", role: .picture(split: .train, folder: "good")))
        #expect(
            try role("wrapped/again/screw/test/scratch_neck/003.png")
                == LayoutEntry(
                    category: "screw", path: "test/scratch_neck/003.png",
                    role: .picture(split: .test, folder: "scratch_neck")))
        #expect(
            try role("screw/ground_truth/scratch_neck/003_mask.png")
                == LayoutEntry(
                    category: "screw", path: "ground_truth/scratch_neck/003_mask.png",
                    role: .mask(folder: "scratch_neck")))
        // One category's folder as the source itself: its name is the category.
        #expect(try role("train/good/000.png")?.category == "screw")
        for stray in [
            "screw/license.txt", "screw/readme.txt", "readme.txt", "screw/.DS_Store", "screw/train/good/._000.png",
            "__MACOSX/screw/train/good/000.png", "screw/train/good/Thumbs.db", "screw/preview.png",
        ] {
            #expect(try role(stray) == nil, "\(stray)")
        }
        #expect(try role("screw/train/good/000.bmp")?.category == "screw")
        #expect(throws: DatasetError.self) { try role("screw/train/good/000.gif") }
    }

    @Test func visaNames() throws {
        func role(_ name: String) throws -> LayoutEntry? { try DatasetLayout.visa.classify(name, source: "VisA") }
        #expect(
            try role("candle/Data/Images/Normal/0000.JPG")
                == LayoutEntry(
                    category: "candle", path: "Data/Images/Normal/0000.JPG",
                    role: .picture(split: nil, folder: "Normal")))
        #expect(try role("VisA/candle/Data/Masks/Anomaly/000.png")?.role == .mask(folder: "Anomaly"))
        #expect(try role("VisA/candle/image_anno.csv")?.role == .labelTable)
        #expect(
            try role("split_csv/1cls.csv") == LayoutEntry(category: nil, path: "split_csv/1cls.csv", role: .splitTable))
        #expect(try role("split_csv/2cls_fewshot.csv") == nil)
        #expect(try role("LICENSE-DATASET") == nil)
    }

    @Test func ownPicturesLieFlatOrAsMVTec() throws {
        func entry(_ name: String) throws -> LayoutEntry? { try DatasetLayout.folder.classify(name, source: "bolts") }
        #expect(
            try entry("a.jpeg")
                == LayoutEntry(category: "bolts", path: "a.jpeg", role: .picture(split: .train, folder: "good")))
        #expect(try entry("nuts/a.png")?.category == "nuts")
        #expect(try entry("nuts/test/bent/a.png")?.role == .picture(split: .test, folder: "bent"))
        #expect(try entry("nuts/deeper/a.png")?.path == "deeper/a.png")
        // "good" and "bad" beside each other are not categories; an error is better than training on damaged pictures.
        for name in ["good/a.png", "bad/a.png", "train/a.png", "Masks/a.png", "nuts/bad/a.png", "nuts/monday/NG/a.png"]
        {
            #expect(throws: DatasetError.self, "\(name)") { try entry(name) }
        }
    }

    @Test func theLayoutIsFoundOut() throws {
        var mvtec = LayoutDetector(layout: nil, source: "x")
        _ = try mvtec.classify("readme.txt")
        #expect(throws: DatasetError.self) { try mvtec.confirm() }
        _ = try mvtec.classify("bottle/train/good/000.png")
        #expect(try mvtec.confirm() == .mvtec)
        #expect(throws: DatasetError.self) { try mvtec.classify("candle/Data/Images/Normal/0000.JPG") }

        var visa = LayoutDetector(layout: nil, source: "x")
        #expect(try visa.classify("candle/image_anno.csv")?.role == .labelTable)
        #expect(try visa.classify("split_csv/1cls.csv")?.role == .splitTable)
        _ = try visa.classify("candle/Data/Images/Normal/0000.JPG")
        #expect(try visa.confirm() == .visa)

        var rearranged = LayoutDetector(layout: nil, source: "x")
        #expect(try rearranged.classify("1cls/candle/train/good/0000.JPG")?.category == "candle")
        #expect(try rearranged.confirm() == .mvtec)
    }

    @Test func oneCategoryInTwoPlacesIsAnError() throws {
        var detector = LayoutDetector(layout: .mvtec, source: "x")
        _ = try detector.classify("a/bottle/train/good/000.png")
        _ = try detector.classify("a/bottle/test/good/000.png")
        #expect(throws: DatasetError.self) { try detector.classify("b/bottle/train/good/000.png") }
    }

    @Test func sourcesAreNamedWithoutEndings() {
        #expect(LayoutDetector.sourceName(of: "/data/mvtec/screw.tar.xz") == "screw")
        #expect(LayoutDetector.sourceName(of: "/data/my.parts.zip") == "my.parts")
        #expect(LayoutDetector.sourceName(of: "bolts/") == "bolts")
    }
}
