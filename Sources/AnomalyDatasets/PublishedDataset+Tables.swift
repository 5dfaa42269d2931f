extension PublishedDataset {
    /// MVTec AD.
    ///
    /// *Source*: Bergmann et al., CVPR 2019, with counts recomputed from the file lists that UniAD publishes
    /// (data/MVTec-AD/{train,test}.json); SHA-256 as pinned in anomalib's datamodules/image/mvtecad.py.
    package static let mvtec = PublishedDataset(
        identifier: "mvtec", layout: .mvtec, title: "MVTec AD", archive: "mvtec_anomaly_detection.tar.xz",
        sha256: "cf4313b13603bec67abb49ca959488f7eedce2a9f7795ec54446c649ac98cd3d", licence: .mvtec,
        categories: categories(
            """
            bottle 209 20 63 900 900 3 broken_large:20 broken_small:22 contamination:21
            cable 224 58 92 1024 1024 3 bent_wire:13 cable_swap:12 combined:11 cut_inner_insulation:14 cut_outer_insulation:10 \
            missing_cable:12 missing_wire:10 poke_insulation:10
            capsule 219 23 109 1000 1000 3 crack:23 faulty_imprint:22 poke:21 scratch:23 squeeze:20
            carpet 280 28 89 1024 1024 3 color:19 cut:17 hole:17 metal_contamination:17 thread:19
            grid 264 21 57 1024 1024 1 bent:12 broken:12 glue:11 metal_contamination:11 thread:11
            hazelnut 391 40 70 1024 1024 3 crack:18 cut:17 hole:18 print:17
            leather 245 32 92 1024 1024 3 color:19 cut:19 fold:17 glue:19 poke:18
            metal_nut 220 22 93 700 700 3 bent:25 color:22 flip:23 scratch:23
            pill 267 26 141 800 800 3 color:25 combined:17 contamination:21 crack:26 faulty_imprint:19 pill_type:9 scratch:24
            screw 320 41 119 1024 1024 1 manipulated_front:24 scratch_head:24 scratch_neck:25 thread_side:23 thread_top:23
            tile 230 33 84 840 840 3 crack:17 glue_strip:18 gray_stroke:16 oil:18 rough:15
            toothbrush 60 12 30 1024 1024 3 defective:30
            transistor 213 60 40 1024 1024 3 bent_lead:10 cut_lead:10 damaged_case:10 misplaced:10
            wood 247 19 60 1024 1024 3 color:8 combined:11 hole:10 liquid:10 scratch:21
            zipper 240 32 119 1024 1024 1 broken_teeth:19 combined:16 fabric_border:17 fabric_interior:16 rough:17 \
            split_teeth:18 squeezed_teeth:16
            """))

    /// VisA, split `1cls`.
    ///
    /// *Source*: Zou et al., ECCV 2022, split_csv/1cls.csv; SHA-256 as pinned in anomalib's datamodules/image/visa.py.
    /// The kinds of defect are labels in a table, several to a picture, so only their sum is compared.
    package static let visa = PublishedDataset(
        identifier: "visa", layout: .visa, title: "VisA", archive: "VisA_20220922.tar",
        sha256: "2eb8690c803ab37de0324772964100169ec8ba1fa3f7e94291c9ca673f40f362", licence: .visa,
        categories: categories(
            """
            candle 900 100 100 1284 1168 3
            capsules 542 60 100 1500 1000 3
            cashew 450 50 100 1274 1176 3
            chewinggum 453 50 100 1342 1118 3
            fryum 450 50 100 1500 1000 3
            macaroni1 900 100 100 1500 1000 3
            macaroni2 900 100 100 1500 1000 3
            pcb1 904 100 100 1404 1070 3
            pcb2 901 100 100 1404 1070 3
            pcb3 905 101 100 1562 960 3
            pcb4 904 101 100 1358 1104 3
            pipe_fryum 450 50 100 1300 1154 3
            """))

    /// MVTec AD 2; validation pictures are for neither training nor testing, and the labels of test_private are not
    /// published.
    ///
    /// Its counts are not known here: no two sources at hand have them category by category, and a count from hearsay
    /// would accuse whole data sets.
    ///
    /// *Source*: Heckler-Kram et al., The MVTec AD 2 Dataset, 2025: eight scenarios.
    package static let ad2 = PublishedDataset(
        identifier: "mvtec-ad-2", layout: .mvtec, mark: "bad", title: "MVTec AD 2", archive: "mvtec_ad_2.tar.gz",
        sha256: nil, licence: .own(of: "MVTec AD 2"),
        categories: named("can fabric fruit_jelly rice sheet_metal vial wallplugs walnuts"))

    /// MVTec LOCO AD; its validation pictures are for neither training nor testing.
    ///
    /// *Source*: Bergmann et al., Beyond Dents and Scratches, IJCV 2022, and an inventory that others published of the
    /// archive with this SHA-256, which anomalib pins in datamodules/image/mvtec_loco.py. They differ in one row: the
    /// paper has 354 training and 59 validation pictures of splicing_connectors, the archive 360 and 60; the archive's
    /// stand here.
    package static let loco = PublishedDataset(
        identifier: "mvtec-loco", layout: .mvtec, mark: "logical_anomalies", title: "MVTec LOCO AD",
        archive: "mvtec_loco_anomaly_detection.tar.xz",
        sha256: "9e7c84dba550fd2e59d8e9e231c929c45ba737b6b6a6d3814100f54d63aae687", licence: .loco,
        categories: categories(
            """
            breakfast_box 351 102 173 1600 1280 3 logical_anomalies:83 structural_anomalies:90
            juice_bottle 335 94 236 800 1600 3 logical_anomalies:142 structural_anomalies:94
            pushpins 372 138 172 1700 1000 3 logical_anomalies:91 structural_anomalies:81
            screw_bag 360 122 219 1600 1100 3 logical_anomalies:137 structural_anomalies:82
            splicing_connectors 360 119 193 1700 850 3 logical_anomalies:108 structural_anomalies:85
            """))

    /// BTAD, BTech's three products. The archive holds 2,540 pictures, whatever 2,830 in the paper counts.
    ///
    /// *Source*: Mishra et al., VT-ADL, ISIE 2021; counts as two runs of other programs over the archive printed them
    /// (a PatchCore benchmark and a check of the data for another detector, both published), which agree with each
    /// other and with Dataset Ninja's sums (1,799 training pictures, 741 for testing, 290 of them damaged). Sizes are
    /// the archive's README's, which has the numbers of 02 and 03 the other way round.
    package static let btad = PublishedDataset(
        identifier: "btad", layout: .mvtec, mark: "ko", title: "BTAD", archive: "BTech_Dataset_transformed",
        sha256: nil, licence: .own(of: "BTAD"),
        categories: categories(
            """
            01 400 21 49 1600 1600 3 ko:49
            02 399 30 200 600 600 3 ko:200
            03 1000 400 41 800 600 3 ko:41
            """))

    /// MPDD, painted metal parts.
    ///
    /// *Source*: Jezek et al., Deep learning-based defect detection of metal parts, ICUMT 2021 (888 training pictures,
    /// 176 good and 282 damaged for testing), with counts from the file list that defect-aware prompt optimization
    /// publishes (boschresearch, data/mpdd/meta.json). Kinds of defect are that list's alone, so only their sum is
    /// compared.
    package static let mpdd = PublishedDataset(
        identifier: "mpdd", layout: .mvtec, title: "MPDD", archive: "MPDD.zip", sha256: nil,
        licence: .own(of: "MPDD"),
        categories: categories(
            """
            bracket_black 289 32 47 1024 1024 3
            bracket_brown 185 26 51 1024 1024 3
            bracket_white 110 30 30 1024 1024 3
            connector 128 30 14 1024 1024 3
            metal_plate 54 26 71 1024 1024 3
            tubes 122 32 69 1024 1024 3
            """))

    private static func named(_ names: String) -> [Category] {
        names.split(separator: " ").map { Category(name: String($0), counts: nil) }
    }

    /// Columns: name, train, test good, test defective, width, height, channels, then `defect:count` where folders name
    /// defects.
    private static func categories(_ table: String) -> [Category] {
        table.split(separator: "\n").map { line in
            let words = line.split(separator: " ")
            let numbers = words.dropFirst().prefix(6).compactMap { Int($0) }
            precondition(numbers.count == 6, "a row of the table lacks a number: \(line)")
            let defects = words.dropFirst(7).map { $0.split(separator: ":") }
            return Category(
                name: String(words[0]),
                counts: PublishedDataset.Counts(
                    train: numbers[0], testGood: numbers[1], testDefective: numbers[2],
                    defects: Dictionary(uniqueKeysWithValues: defects.map { (String($0[0]), Int($0[1]) ?? 0) }),
                    width: numbers[3], height: numbers[4], channels: numbers[5]))
        }
    }
}
