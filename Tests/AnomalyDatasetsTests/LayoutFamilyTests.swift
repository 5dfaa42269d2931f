import AnomalyDatasets
import Testing

/// The layouts of data sets that people have, from their file names.
@Suite struct LayoutFamilyTests {
    private func assembly(
        _ names: [String], layout: DatasetLayout? = nil, folders: FolderNames? = nil, source: String = "set"
    ) throws -> (layout: DatasetLayout, categories: [String: CategoryAssembly], detector: LayoutDetector) {
        var detector = LayoutDetector(layout: layout, source: source, folders: folders)
        var entries: [String: [LayoutEntry]] = [:]
        for name in names {
            guard let entry = try detector.classify(name), let category = entry.category else { continue }
            entries[category, default: []].append(entry)
        }
        let found = try detector.confirm()
        var categories: [String: CategoryAssembly] = [:]
        for (category, files) in entries {
            categories[category] = try CategoryAssembly(
                category: category, layout: found, entries: files, folders: folders)
        }
        return (found, categories, detector)
    }

    @Test func mvtecAD2() throws {
        let (layout, found, detector) = try assembly([
            "mvtec_ad_2/can/train/good/000_regular.png", "mvtec_ad_2/can/validation/good/000_regular.png",
            "mvtec_ad_2/can/test_public/good/000_regular.png", "mvtec_ad_2/can/test_public/bad/000_regular.png",
            "mvtec_ad_2/can/test_public/ground_truth/bad/000_regular_mask.png",
            "mvtec_ad_2/can/test_private/000_regular.png", "mvtec_ad_2/can/test_private_mixed/000_mixed.png",
        ])
        let can = try #require(found["can"])
        #expect(layout == .mvtec && found.count == 1)
        #expect(
            can.pictures.map(\.id) == [
                "can/test/bad/000_regular", "can/test/good/000_regular", "can/train/good/000_regular",
            ])
        #expect(can.pictures[0].mask == "test_public/ground_truth/bad/000_regular_mask.png")
        let left = detector.passedOver(in: "can")
        #expect(left.count == 3 && left.contains { $0.contains("validation/good/000_regular.png") })
        #expect(left.contains { $0.contains("labels of test_private are not published") })
    }

    @Test func mvtecLOCOHasAFolderOfMasksForAPicture() throws {
        let (_, found, detector) = try assembly([
            "pushpins/train/good/000.png", "pushpins/validation/good/000.png", "pushpins/test/good/000.png",
            "pushpins/test/logical_anomalies/000.png", "pushpins/test/logical_anomalies/001.png",
            "pushpins/ground_truth/logical_anomalies/000/000.png",
            "pushpins/ground_truth/logical_anomalies/000/001.png",
            "pushpins/ground_truth/logical_anomalies/001/000.png",
        ])
        let pushpins = try #require(found["pushpins"])
        #expect(
            pushpins.pictures.filter(\.anomalous).map(\.masks) == [
                ["ground_truth/logical_anomalies/000/000.png", "ground_truth/logical_anomalies/000/001.png"],
                ["ground_truth/logical_anomalies/001/000.png"],
            ])
        #expect(pushpins.warnings.isEmpty && detector.passedOver(in: "pushpins").count == 1)
    }

    @Test func btadCallsGoodOk() throws {
        let (_, found, _) = try assembly([
            "BTech/01/train/ok/0000.bmp", "BTech/01/test/ok/0000.bmp", "BTech/01/test/ko/0000.bmp",
            "BTech/01/ground_truth/ko/0000.png",
        ])
        let one = try #require(found["01"])
        #expect(one.pictures.map(\.id) == ["01/test/good/0000", "01/test/ko/0000", "01/train/good/0000"])
        #expect(one.pictures.map(\.anomalous) == [false, true, false])
        #expect(one.pictures[1].mask == "ground_truth/ko/0000.png")
    }

    /// Sums that the sets' own papers and others state.
    @Test func countsAddUpToWhatIsPublished() {
        func sums(_ set: PublishedDataset) -> [Int] {
            let counts = set.categories.compactMap(\.counts)
            return [counts.count]
                + [\PublishedDataset.Counts.train, \.testGood, \.testDefective].map { path in
                    counts.map { $0[keyPath: path] }.reduce(0, +)
                }
        }
        #expect(sums(.mvtec) == [15, 3629, 467, 1258] && sums(.visa) == [12, 8659, 962, 1200])
        #expect(sums(.loco) == [5, 1778, 575, 993] && sums(.mpdd) == [6, 888, 176, 282])
        #expect(sums(.btad) == [3, 1799, 451, 290] && sums(.ad2) == [0, 0, 0, 0])
        for set in PublishedDataset.all {
            for counts in set.categories.compactMap(\.counts) where !counts.defects.isEmpty {
                #expect(counts.defects.values.reduce(0, +) == counts.testDefective)
            }
        }
    }

    /// Sets are named whether or not their counts are known; those of unchecked counts are accused of nothing.
    @Test func setsAreNamed() throws {
        let counts = CategoryCounts(train: 3, testGood: 1, defects: ["ko": 1, "bad": 1, "logical_anomalies": 1])
        var named = NamedCounts()
        (named.train, named.testGood, named.defects) = (3, 1, counts.defects)
        for (set, category) in [
            (PublishedDataset.ad2, "fruit_jelly"), (.loco, "pushpins"), (.btad, "01"),
        ] {
            let found = PublishedDataset.recognised(category: category, layout: .mvtec, counts: named)
            #expect(found == set)
            #expect(found?[category]?.differences(from: counts).isEmpty == (found?[category]?.counts == nil))
            var record = DatasetRecord(
                category: category, layout: .mvtec, sourceSHA256: "", verified: nil, publishedIn: set.identifier,
                counts: counts, warnings: [])
            #expect(PublishedDataset.title(of: [record]) == set.title)
            record.verified = set.identifier
            #expect(PublishedDataset.title(of: [record]) == "\(set.title), verified official archive")
            record.publishedIn = nil
            record.verified = nil
            #expect(PublishedDataset.title(of: [record]) == "own pictures (mvtec layout)")
        }
        // "can" and "tubes" alone are anybody's categories.
        named.defects = ["dent": 1]
        #expect(PublishedDataset.recognised(category: "can", layout: .mvtec, counts: named) == nil)
        #expect(PublishedDataset.recognised(category: "tubes", layout: .mvtec, counts: named) == nil)
    }

    @Test func nestedFoldersBelongToWhatIsAroundThem() throws {
        let (_, found, _) = try assembly([
            "part/train/good/000.png", "part/train/good/shift_2/005.png", "part/test/good/a/b/000.png",
            "part/test/crack/000.png", "part/test/crack/extra/001.png", "part/ground_truth/crack/000_mask.png",
            "part/ground_truth/crack/extra/001_mask.png",
        ])
        let part = try #require(found["part"])
        #expect(
            part.pictures.map(\.id) == [
                "part/test/crack/000", "part/test/crack/extra/001", "part/test/good/a/b/000", "part/train/good/000",
                "part/train/good/shift_2/005",
            ])
        #expect(part.pictures[1].mask == "ground_truth/crack/extra/001_mask.png" && part.warnings.isEmpty)
        // A folder around the set may have the name of one of its parts.
        #expect(try DatasetLayout.mvtec.classify("test/part/train/good/0.png", source: "x")?.category == "part")
    }

    @Test func withoutAnyMaskTheDamageIsUnknown() throws {
        let names = ["part/train/good/0.png", "part/test/good/0.png", "part/test/crack/0.png", "part/test/crack/1.png"]
        let part = try #require(try assembly(names).categories["part"])
        #expect(part.pictures.prefix(2).allSatisfy { $0.anomalous && $0.masks.isEmpty })
        #expect(part.warnings.count == 1 && part.warnings[0].contains("of its 2 anomalous test pictures"))
        // A single missing mask is an error.
        #expect(throws: DatasetError.self) { try assembly(names + ["part/ground_truth/crack/0_mask.png"]) }
    }

    @Test func masksBesideTheirPictures() throws {
        let names = [
            "part/train/good/0.png", "part/train/good/0_mask.png", "part/test/good/0.png", "part/test/crack/0.png",
            "part/test/crack/0_mask.png", "part/test/crack/1.png", "part/test/crack/1_mask.bmp",
        ]
        let part = try #require(try assembly(names).categories["part"])
        #expect(
            part.pictures.map(\.id) == [
                "part/test/crack/0", "part/test/crack/1", "part/test/good/0", "part/train/good/0",
            ])
        #expect(part.pictures.prefix(2).map(\.mask) == ["test/crack/0_mask.png", "test/crack/1_mask.bmp"])
        #expect(
            part.warnings == [
                "part: masks that lie beside their pictures: 2 (test/crack/0_mask.png)",
                "part: pictures left out, since they are called as masks of normal pictures: 1 (train/good/0_mask.png)",
            ])
        // A picture that is called so and stands alone is a picture; two masks of one picture are a slip.
        let alone = try assembly(["part/train/good/0.png", "part/test/crack/2_mask.png"]).categories["part"]
        #expect(alone?.pictures.first?.id == "part/test/crack/2_mask" && alone?.pictures.first?.anomalous == true)
        #expect(throws: DatasetError.self) { try assembly(names + ["part/ground_truth/crack/0.png"]) }
    }

    @Test func foldersOfNormalPicturesInAnyCase() throws {
        for name in ["Good", "OK", "normal", "Normal"] {
            let part = try assembly(["part/train/good/0.png", "part/test/\(name)/1.png", "part/test/crack/2.png"])
                .categories["part"]
            #expect(
                part?.pictures.map(\.id) == ["part/test/crack/2", "part/test/good/1", "part/train/good/0"], "\(name)")
        }
        let doubtful = try assembly(["part/train/good/0.png", "part/test/undamaged/1.png"]).categories["part"]
        #expect(doubtful?.pictures.first?.anomalous == true)
        #expect(
            doubtful?.warnings.contains { $0.contains("\"undamaged\" count as damaged; if they are normal") } == true)
    }

    @Test func aMaskAndAFolderOfMasksOfOnePicture() throws {
        let part = try assembly([
            "part/train/good/0.png", "part/test/crack/0.png", "part/ground_truth/crack/0.png",
            "part/ground_truth/crack/0/000.png", "part/ground_truth/crack/0/001.png",
        ]).categories["part"]
        #expect(
            part?.pictures.first?.masks == [
                "ground_truth/crack/0.png", "ground_truth/crack/0/000.png", "ground_truth/crack/0/001.png",
            ])
        #expect(part?.warnings.contains { $0.contains("have no picture of damage") } == false)
    }

    @Test func flatPicturesInFoldersOfDamageAreRefused() throws {
        for name in ["damaged", "NOK", "GT", "labels", "Segmentation"] {
            for path in ["bolt/\(name)/0.png", "\(name)/0.png"] {
                let error = #expect(throws: DatasetError.self) {
                    try assembly(["bolt/1.png", path], layout: .folder)
                }
                #expect(error?.message.contains("\"\(name)\" is no name of a category") == true, "\(path)")
            }
        }
    }

    @Test func pairsOfPictureAndMask() throws {
        let normals = (0..<20).map { "set/bolt/good/image/\($0 < 10 ? "0" : "")\($0).png" }
        let (layout, found, _) = try assembly(
            normals + [
                "set/bolt/crack/image/0.jpg", "set/bolt/crack/mask/0.jpg", "set/bolt/bent/images/0.jpg",
                "set/bolt/bent/masks/0_mask.png",
            ])
        let bolt = try #require(found["bolt"])
        #expect(layout == .pairs)
        #expect(bolt.pictures.filter(\.anomalous).map(\.mask) == ["bent/masks/0_mask.png", "crack/mask/0.jpg"])
        #expect(
            bolt.pictures.filter { $0.split == .test && !$0.anomalous }.map(\.id) == [
                "bolt/test/good/09", "bolt/test/good/19",
            ])
        #expect(bolt.pictures.count { $0.split == .train } == 18)
        #expect(bolt.warnings.contains { $0.contains("every tenth by name is, 2 of 20") })
        let flat = try assembly(["image/0.png", "image/1.png", "mask/1.png"]).categories["set"]
        #expect(flat?.pictures.map(\.anomalous) == [true, false])
    }

    @Test func foldersThatTheUserNames() throws {
        let folders = FolderNames(normal: ["ok"], abnormal: ["nok/scratch/", "./nok/dent"], masks: ["labels"])
        let names =
            (0..<10).map { "ok/\($0).png" } + ["nok/scratch/a.png", "nok/dent/a.png", "nok/dent/late/b.png"]
            + ["labels/scratch/a_mask.png", "labels/dent/a.png", "labels/dent/late/b.png", "other/x.png"]
        let (layout, found, detector) = try assembly(names, folders: folders, source: "gear")
        let gear = try #require(found["gear"])
        #expect(layout == .folder)
        #expect(
            gear.pictures.filter(\.anomalous).map(\.id) == [
                "gear/test/dent/a", "gear/test/dent/late/b", "gear/test/scratch/a",
            ])
        #expect(
            gear.pictures.filter(\.anomalous).map(\.mask) == [
                "labels/dent/a.png", "labels/dent/late/b.png", "labels/scratch/a_mask.png",
            ])
        #expect(gear.pictures.count { $0.split == .test && !$0.anomalous } == 1)
        #expect(detector.passedOver(in: "other").count == 1)
        // One folder of masks for one folder of damage, without subfolders; a separate folder of normal test pictures.
        let plain = FolderNames(normal: ["n"], abnormal: ["a"], normalTest: ["t"], masks: ["m"])
        let part = try assembly(["n/0.png", "t/1.png", "a/2.png", "m/2.png"], folders: plain).categories["set"]
        #expect(part?.pictures.map(\.id) == ["set/test/a/2", "set/test/good/1", "set/train/good/0"])
        // A folder that isn't there is a slip, whatever it was for.
        for wrong in [
            FolderNames(normal: ["n"], abnormal: ["scrath"]), FolderNames(normal: ["n", "godo"]),
            FolderNames(normal: ["n"], abnormal: ["a"], masks: ["m/x"]), FolderNames(normal: ["n"], normalTest: ["tt"]),
        ] {
            let error = #expect(throws: DatasetError.self) {
                try assembly(["n/0.png", "t/1.png", "a/2.png", "m/2.png"], folders: wrong)
            }
            #expect(error?.message.hasPrefix("has no folder \"") == true)
        }
    }

    @Test func visaWithoutItsSplitTable() throws {
        let normals = (0..<12).map { "candle/Data/Images/Normal/\($0 < 10 ? "00" : "0")\($0).JPG" }
        let names = normals + ["candle/Data/Images/Anomaly/000.JPG", "candle/Data/Masks/Anomaly/000.png"]
        let table =
            "image,label,mask\r\n" + normals.map { "\($0),normal,\r\n" }.joined()
            + "candle/Data/Images/Anomaly/000.JPG,\"melt,chip\",candle/Data/Masks/Anomaly/000.png\r\n"
        let entries = try names.compactMap { try DatasetLayout.visa.classify($0, source: "x") }
        let candle = try CategoryAssembly(
            category: "candle", layout: .visa, entries: entries,
            labels: VisALabelTable(Array(table.utf8), category: "candle"))
        #expect(
            candle.pictures.filter { $0.split == .test }.map(\.id) == [
                "candle/test/chip+melt/000", "candle/test/good/009",
            ])
        #expect(candle.pictures.count { $0.split == .train } == 11)
        #expect(candle.warnings.contains { $0.contains("1 of 12") && $0.contains("image_anno.csv") })
    }

    @Test func whatFitsNothingSaysWhatWasSeen() throws {
        let error = #expect(throws: DatasetError.self) { try assembly(["a/b/1.png", "a/c.tif", "notes.txt"]) }
        #expect(error?.message.contains("2 pictures such as \"a/b/1.png\"") == true, "\(String(describing: error))")
        let empty = #expect(throws: DatasetError.self) { try assembly(["notes.txt"]) }
        #expect(empty?.message.contains("no picture was seen") == true)
    }

    @Test func strayPicturesAreCounted() throws {
        let (_, _, detector) = try assembly([
            "screw/train/good/0.png", "screw/preview.png", "screw/train/1.png", "top.jpg", "screw/.x.png",
        ])
        #expect(
            detector.passedOver(in: "screw") == [
                "screw: 2 pictures are left out, screw/preview.png among them: they lie outside of the layout's folders"
            ])
        #expect(detector.categoriesPassedOver == ["screw", "set"])
    }
}
