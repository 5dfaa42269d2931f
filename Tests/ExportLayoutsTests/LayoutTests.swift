import Archives
import ExportLayouts
import Foundation
import Imaging
import MethodKit
import ParameterKit
import Testing

/// Every file of each layout, and what stands in its lists, from one small drawn set.
@Suite struct LayoutTests {
    private func text(_ files: [String: Data], _ path: String) throws -> String {
        String(decoding: try #require(files[path], "\(path)"), as: UTF8.self)
    }

    private func names(_ files: [String: Data], without prefix: String = "_meta/") -> [String] {
        files.keys.filter { !$0.hasPrefix(prefix) }.sorted()
    }

    /// The same files for each category.
    private func inBoth(_ paths: [String]) -> [String] {
        ["hex_bolt", "nut"].flatMap { category in paths.map { "\(category)/\($0)" } }.sorted()
    }

    private static let kinds = ["a_good_image", "bent", "real_bent"]

    private static let mvtec =
        ["train/good/000.png", "train/good/001.png", "test/good/000.png"]
        + kinds.flatMap { kind in
            (kind == "bent" ? ["000", "001"] : ["000"]).flatMap {
                ["test/\(kind)/\($0).png", "ground_truth/\(kind)/\($0)_mask.png"]
            }
        }

    @Test func mvtec() throws {
        let files = try DrawnSet.testing(MVTecLayout())
        #expect(names(files) == inBoth(Self.mvtec))
        #expect(
            names(files, without: "nut/").filter { $0.hasPrefix("_meta/records/nut") } == [
                "_meta/records/nut/a_good_image/000.json", "_meta/records/nut/bent/000.json",
                "_meta/records/nut/bent/001.json",
            ])
        #expect(files["nut/test/bent/001.png"] == (try DrawnSet.picture(11)))
        let mask = try Image(bytes: [UInt8](#require(files["hex_bolt/ground_truth/real_bent/000_mask.png"])), name: "")
        #expect(mask == DrawnSet.mask.image)
    }

    @Test func metaJSON() throws {
        let files = try DrawnSet.testing(MetaJSONLayout())
        #expect(names(files) == (inBoth(Self.mvtec) + ["meta.json"]).sorted())
        let table = try JSONValue(parsing: #require(files["meta.json"]))
        #expect(table["train"]?["nut"]?.array?.count == 2 && table["test"]?["hex_bolt"]?.array?.count == 5)
        #expect(
            table["test"]?["nut"]?.array?[1] == [
                "img_path": "nut/test/bent/000.png", "mask_path": "nut/ground_truth/bent/000_mask.png",
                "cls_name": "nut", "specie_name": "bent", "anomaly": 1,
            ])
        #expect(table["train"]?["nut"]?.array?[0]["mask_path"] == "")
        #expect(table["train"]?.object?.count == 2 && table.object?.count == 2)
    }

    @Test func visa() throws {
        let files = try DrawnSet.testing(VisALayout())
        let own =
            (0..<3).map { "Data/Images/Normal/00\($0).png" } + (0..<4).map { "Data/Images/Anomaly/00\($0).png" }
            + (0..<4).map { "Data/Masks/Anomaly/00\($0).png" } + ["image_anno.csv"]
        #expect(names(files) == (inBoth(own) + ["split_csv/1cls.csv"]).sorted())
        #expect(
            try text(files, "nut/image_anno.csv") == """
                image,label,mask
                nut/Data/Images/Normal/000.png,normal,
                nut/Data/Images/Normal/001.png,normal,
                nut/Data/Images/Normal/002.png,normal,
                nut/Data/Images/Anomaly/000.png,bent,nut/Data/Masks/Anomaly/000.png
                nut/Data/Images/Anomaly/001.png,bent,nut/Data/Masks/Anomaly/001.png
                nut/Data/Images/Anomaly/002.png,a_good_image,nut/Data/Masks/Anomaly/002.png
                nut/Data/Images/Anomaly/003.png,real_bent,nut/Data/Masks/Anomaly/003.png

                """)
        let split = try text(files, "split_csv/1cls.csv").split(separator: "\n")
        #expect(split.count == 15 && split[0] == "object,split,label,image,mask")
        #expect(split[3] == "nut,test,normal,nut/Data/Images/Normal/002.png,")
        #expect(split[8] == "hex_bolt,train,normal,hex_bolt/Data/Images/Normal/000.png,")
    }

    /// Masks are exact after JPEG, and no name but the folders' holds `image`.
    @Test func pairs() throws {
        let files = try DrawnSet.files(PairsLayout())
        let own = ["a_good_picture/0", "bent/0", "bent/1", "real_bent/0"].flatMap { path in
            let parts = path.split(separator: "/")
            return ["image", "mask"].map { "\(parts[0])/\($0)/\(parts[1]).jpg" }
        }
        #expect(names(files) == inBoth(own))
        let mask = Mask(try Image(bytes: [UInt8](#require(files["nut/bent/mask/1.jpg"])), name: ""), above: 127)
        #expect(mask == DrawnSet.mask)
        let image = try Image(bytes: [UInt8](#require(files["nut/bent/image/1.jpg"])), name: "")
        #expect(image.channels == 3 && abs(Int(image[3, 3, 2]) - 200) < 5)
        #expect(PairsLayout.folder("Images of x") == "pictures_of_x")
    }

    @Test func coco() throws {
        let files = try DrawnSet.files(COCOLayout())
        let own = [
            "train/CAT/bent/000.png", "train/CAT/good/000.png", "train/CAT/good/001.png", "test/CAT/bent/000.png",
            "test/CAT/good/000.png", "test/CAT/a_good_image/000.png", "test/CAT/real_bent/000.png",
        ]
        let both = ["nut", "hex_bolt"].flatMap { category in own.map { $0.replacing("CAT", with: category) } }
        #expect(
            names(files) == (both + ["annotations/instances_test.json", "annotations/instances_train.json"]).sorted())
        #expect(files["_meta/masks/test/nut/real_bent/000.png"] == Data(try DrawnSet.mask.png()))
        let train = try text(files, "annotations/instances_train.json")
        #expect(
            train == """
                {
                "categories": [
                {"id":1,"name":"bent","supercategory":"damage"},
                {"id":2,"name":"a good image","supercategory":"damage"}
                ],
                "images": [
                {"file_name":"nut/good/000.png","height":8,"id":1,"width":12},
                {"file_name":"nut/good/001.png","height":8,"id":2,"width":12},
                {"file_name":"nut/bent/000.png","height":8,"id":3,"width":12},
                {"file_name":"hex_bolt/good/000.png","height":8,"id":4,"width":12},
                {"file_name":"hex_bolt/good/001.png","height":8,"id":5,"width":12},
                {"file_name":"hex_bolt/bent/000.png","height":8,"id":6,"width":12}
                ],
                "annotations": [
                \(annotations(image: 3, from: 1)),
                \(annotations(image: 6, from: 3))
                ]
                }

                """)
        let runs = COCOLayout(try COCOLayout.Settings(json: ["segmentation": "rle", "classes": "category"]))
        let table = try JSONValue(
            parsing: #require(try DrawnSet.files(runs)["annotations/instances_train.json"]))
        #expect(
            table["annotations"]?.array?[0]["segmentation"] == [
                "size": [8, 12], "counts": [9, 3, 5, 1, 1, 1, 5, 3, 68],
            ])
        #expect(table["annotations"]?.array?[2]["category_id"] == 3)
        #expect(
            table["categories"]?.array?.compactMap { $0["name"]?.string } == [
                "nut/bent", "nut/a good image", "hex bolt/bent", "hex bolt/a good image",
            ])
    }

    /// Of the ring with its hole, whose border is joined to the outline at its nearest corner, and of the pixel.
    private func annotations(image: Int, from id: Int) -> String {
        """
        {"area":8,"bbox":[1,1,3,3],"category_id":1,"id":\(id),"image_id":\(image),"iscrowd":0,"segmentation":[[4,1,4,4,3,3,3,2,2,2,2,3,3,3,4,4,1,4,1,1]]},
        {"area":1,"bbox":[9,6,1,1],"category_id":1,"id":\(id + 1),"image_id":\(image),"iscrowd":0,"segmentation":[[10,6,10,7,9,7,9,6]]}
        """
    }

    @Test func yolo() throws {
        let files = try DrawnSet.files(YOLOLayout())
        let pictures = names(files).filter { $0.hasPrefix("images/") }
        #expect(pictures.count == 14)
        #expect(
            names(files).filter { $0.hasPrefix("labels/") }
                == pictures.map { $0.replacing("images/", with: "labels/").replacing(".png", with: ".txt") })
        #expect(names(files).count == 2 * 14 + 1)
        #expect(
            try text(files, "data.yaml") == """
                path: .
                train: images/train
                val: images/test
                test: images/test
                names:
                  0: "bent"
                  1: "a good image"

                """)
        #expect(try text(files, "labels/train/nut/good/000.txt").isEmpty)
        let rows = try text(files, "labels/test/nut/a_good_image/000.txt").split(separator: "\n")
        #expect(rows.count == 2 && rows[0].hasPrefix("1 0.333333 0.125000 0.333333 0.500000 "))
        #expect(rows[1] == "1 0.833333 0.750000 0.833333 0.875000 0.750000 0.875000 0.750000 0.750000")
        let boxes = try DrawnSet.files(YOLOLayout(YOLOLayout.Settings(json: ["labels": "boxes", "classes": "one"])))
        #expect(
            try text(boxes, "labels/test/nut/real_bent/000.txt") == """
                0 0.208333 0.312500 0.250000 0.375000
                0 0.791667 0.812500 0.083333 0.125000

                """)
        #expect(YOLOLayout.folder("images") == "images_")
    }

    @Test func webDataset() throws {
        let files = try DrawnSet.files(WebDatasetLayout())
        #expect(names(files) == ["test/test-000000.tar", "train/train-000000.tar"])
        let samples = try self.samples(files, "train/train-000000.tar")
        #expect(samples.count == 6)
        for (key, columns) in samples {
            #expect(
                !key.contains(".") && columns.keys.sorted() == ["image.png", "json", "mask.png", "soft.png"], "\(key)")
        }
        #expect(samples.keys.sorted().first?.hasPrefix("000-") == true)
        let bent = try #require(samples.first { $0.key.hasSuffix("-nut-bent-000") }).value
        #expect(Data(try #require(bent["image.png"])) == (try DrawnSet.picture(10)))
        #expect(
            try JSONValue(parsing: Data(#require(bent["json"]))) == [
                "category": "nut", "kind": "bent", "label": 1, "origin": "synthetic", "source": "train/good/0",
                "record": "{\"number\": 10}\n",
            ])
        let good = try #require(samples.first { $0.key.hasSuffix("-hex_bolt-good-001") }).value
        let mask = try Image(bytes: #require(good["mask.png"]), name: "")
        #expect(mask == Mask(width: 12, height: 8).image)
        // A small bound: a sample each.
        var settings = WebDatasetLayout.Settings()
        settings.shard = 1
        let small = try DrawnSet.files(WebDatasetLayout(settings))
        #expect(names(small).filter { $0.hasPrefix("train/") } == (0..<6).map { "train/train-00000\($0).tar" })
        let all = try names(small).filter { $0.hasPrefix("train/") }.flatMap { try self.samples(small, $0).keys }
        #expect(Set(all) == Set(samples.keys) && all.count == 6)
    }

    private func samples(_ files: [String: Data], _ path: String) throws -> [String: [String: [UInt8]]] {
        let url = FileManager.default.temporaryDirectory.appendingPathComponent(
            "shard-\(UInt64.random(in: 0 ... .max)).tar")
        defer { try? FileManager.default.removeItem(at: url) }
        try #require(files[path]).write(to: url)
        let source = try openFileSource(url.path)
        var samples: [String: [String: [UInt8]]] = [:]
        while let entry = try source.next() {
            let parts = entry.name.split(separator: ".", maxSplits: 1).map(String.init)
            samples[parts[0], default: [:]][parts[1]] = try source.contents()
        }
        return samples
    }

    @Test func imageFolder() throws {
        let files = try DrawnSet.files(ImageFolderLayout())
        #expect(names(files).filter { $0.hasSuffix(".jsonl") } == ["test/metadata.jsonl", "train/metadata.jsonl"])
        #expect(names(files).count == 3 * 14 + 2)
        let lines = try text(files, "train/metadata.jsonl").split(separator: "\n")
        #expect(lines.count == 6)
        #expect(
            lines[2]
                == #"{"category":"nut","file_name":"images/nut/bent/000.png","kind":"bent","label":1,"mask_file_name":"masks/nut/bent/000.png","origin":"synthetic","soft_file_name":"soft/nut/bent/000.png","source":"train/good/0"}"#
        )
        for line in lines {
            let facts = try JSONValue(parsing: Data(line.utf8)).object ?? [:]
            #expect(facts.count == 8)
            for (column, path) in facts where column.hasSuffix("file_name") {
                #expect(files["train/\(path.string ?? "")"] != nil, "\(column) \(path)")
            }
        }
        let soft = try #require(files["test/soft/nut/real_bent/000.png"])
        #expect(soft == Data(try DrawnSet.mask.plane.png16()))
        #expect(
            ImageFolderLayout().cardHeader(of: try DrawnSet.set(folder: ImageFolderLayout.folder)) == [
                "configs:", "  - config_name: default", "    data_files:", "      - split: train",
                "        path: \"train/**\"", "      - split: test", "        path: \"test/**\"",
            ])
    }

    @Test func anomalib() throws {
        let files = try DrawnSet.testing(AnomalibLayout())
        let own =
            ["normal/000.png", "normal/001.png", "normal_test/000.png"]
            + Self.kinds.flatMap { kind in
                (kind == "bent" ? ["000", "001"] : ["000"]).flatMap {
                    ["abnormal/\(kind)/\($0).png", "mask/\(kind)/\($0).png"]
                }
            }
        #expect(names(files) == (inBoth(own) + ["hex_bolt.yaml", "nut.yaml", "samples.csv"]).sorted())
        #expect(
            try text(files, "nut.yaml") == """
                class_path: anomalib.data.Folder
                init_args:
                  name: "nut"
                  root: "nut"
                  normal_dir: normal
                  abnormal_dir: ["abnormal/a_good_image", "abnormal/bent", "abnormal/real_bent"]
                  mask_dir: ["mask/a_good_image", "mask/bent", "mask/real_bent"]
                  normal_test_dir: normal_test
                  extensions: [".png"]

                """)
        let rows = try text(files, "samples.csv").split(separator: "\n")
        #expect(rows.count == 15 && rows[0] == "image_path,label_index,split,mask_path,category,kind,origin")
        #expect(rows[4] == "nut/abnormal/bent/000.png,1,test,nut/mask/bent/000.png,nut,bent,synthetic")
    }

    /// Two writings of one set have the same bytes, and every layout says how it is read.
    @Test func layoutsAreReproducible() throws {
        for type in ExportLayouts.all {
            func write(_ type: (some ExportLayout).Type) throws -> ([String: Data], [String: Data], [String]) {
                let layout = type.init(.init())
                return (
                    try DrawnSet.testing(layout), try DrawnSet.testing(layout),
                    layout.explanation(of: try DrawnSet.set(folder: type.folder))
                )
            }
            let (one, other, explanation) = try write(type)
            #expect(one == other && !one.isEmpty && !explanation.isEmpty, "\(type.name)")
            #expect(one.keys.allSatisfy { $0.utf8.allSatisfy { 0x20..<0x7F ~= $0 } }, "\(type.name)")
        }
    }

    /// Kinds that would share a folder don't.
    @Test func hostileNamesHaveFoldersOfTheirOwn() throws {
        func picture(_ kind: String, _ origin: ExportSet.Origin = .synthetic) -> ExportSet.Picture {
            ExportSet.Picture(part: .test, origin: origin, kind: kind, source: "", image: { Data() })
        }
        let category = ExportSet.Category(
            name: "../up",
            pictures: [
                picture("a b"), picture("a.b"), picture("A_B"), picture("good"), picture("Good"), picture("../../etc"),
                picture("real_x"), picture("x", .real), picture("good", .real), picture("a b"),
            ], folder: ExportSet.plainFolder)
        #expect(category.folder == "x___up")
        #expect(
            category.pictures.map(\.folder) == [
                "a_b", "a_b_2", "A_B_3", "good_anomaly", "Good_anomaly_2", "x______etc", "real_x", "real_x_2",
                "real_good", "a_b",
            ])
    }
}
