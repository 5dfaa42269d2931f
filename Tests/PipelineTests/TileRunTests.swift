import AnomalyDatasets
import Foundation
import Imaging
import ParameterKit
import StageKit
import Testing

extension ProgramTests {
    /// Boards larger than a tile, from the manifest to metrics.
    @Suite(.serialized) struct TileRunTests {
        let place: Workplace
        private static let (width, height) = (160, 100)

        init() throws {
            place = try Workplace(name: "boards")
            for number in 0..<2 { try write(Self.board(number), "train/good/00\(number)") }
            for number in 0..<2 { try write(Self.board(10 + number), "test/good/00\(number)") }
            for (number, x) in [20, 90].enumerated() {
                var (image, mask) = (Self.board(20 + number), Mask(width: Self.width, height: Self.height))
                for y in 40..<60 {
                    for x in x..<x + 24 {
                        for channel in 0..<3 { image[x, y, channel] = 240 }
                        mask[x, y] = true
                    }
                }
                try write(image, "test/hole/00\(number)")
                try write(mask.image, "ground_truth/hole/00\(number)_mask")
            }
        }

        private func write(_ image: Image, _ path: String) throws {
            try DurableFile.write(
                Data(image.png()), to: place.folder.appendingPathComponent("data/board/\(path).png"))
        }

        private static func board(_ seed: Int) -> Image {
            var image = Image(width: width, height: height, colour: [20, 90, 50])
            for y in 0..<height {
                for x in 0..<width where (x / 12 + y / 9) % 3 == 0 {
                    image[x, y, 1] = UInt8(120 + (x * y + seed * 31) % 60)
                }
            }
            return image
        }

        private func text(_ tiles: String, detectors: Bool) -> String {
            """
            version: 2
            name: boards
            dataset: { path: data, tiles: \(tiles) }
            models: { clip: \(place.starter.path)/clip }
            foreground: { method: whole }
            sampling: { shots: [1], seeds: [0] }
            generation: { method: cutpaste, images_per_normal: 2 }

            """ + (detectors ? "detectors: { vlad: { image_size: 64, stages: [1, 2, 3, 4], epochs: 2 } }\n" : "")
        }

        private var output: URL { place.folder.appendingPathComponent("out") }

        private func run(_ command: String = "run") throws -> Program.Outcome {
            try Program.run(
                [command, place.manifest, "--output", output.path] + (command == "run" ? ["--device", "cpu"] : []))
        }

        private func object(_ stage: String) throws -> URL {
            let names = try FileManager.default.contentsOfDirectory(
                atPath: output.appendingPathComponent("objects").path)
            return output.appendingPathComponent("objects/\(try #require(names.first { $0.hasPrefix(stage + "-") }))")
        }

        /// Without an engine: two pictures of each of a shot's tiles, exported as any.
        @Test func tilesAreDrawnOnAndExported() throws {
            try place.write(text("{ size: 64, overlap: 8 }", detectors: false))
            let before = try run("plan")
            #expect(before.output.contains("2 pictures per tile, all tiles of 1 normal"), "\(before.output)")
            let outcome = try run()
            try #require(outcome.status == 0, "\(outcome.errors)")
            // 160 x 100 at 64 and 8: three columns, two rows.
            #expect(outcome.errors.contains("board: tiles that take their place (64 pixels, 8 of overlap): 36"))
            let listed: [ListedUnit] = try JSONLines.read(
                from: object("generate").appendingPathComponent("data/list.jsonl"))
            #expect(listed.count == 12 && Set(listed.compactMap(\.source)).count == 6)
            let store = ArtifactStore(root: output)
            for unit in listed {
                let image = try Image(contentsOf: store.unit(unit.unit).file("image.png").path)
                #expect((image.width, image.height) == (64, 64))
            }
            let after = try run("plan")
            #expect(after.output.contains("nothing to do"), "\(after.output)")
            #expect(try Program.run(["verify", "--output", output.path]).status == 0)
        }

        /// A place is a mask of whole pictures: damage that belongs there is drawn on the tiles that show some of it.
        @Test func aPlaceIsCutLikeItsPicture() throws {
            // Columns begin at 0, 56 and 96: pixels 40 to 49 are on the first column's tiles alone, in the upper row's and the lower's.
            var rim = Mask(width: Self.width, height: Self.height)
            for y in 30..<70 { for x in 40..<50 { rim[x, y] = true } }
            try DurableFile.write(Data(rim.image.png()), to: place.folder.appendingPathComponent("rim.png"))
            let kinds =
                "anomalies: [{ words: bent, place: rim.png, count: 3 }, { words: torn, place: rim.png }, dirty] }"
            try place.write(
                text("{ size: 64, overlap: 8 }", detectors: false)
                    .replacingOccurrences(of: "images_per_normal: 2 }", with: "images_per_normal: 2, " + kinds))
            let outcome = try run()
            try #require(outcome.status == 0, "\(outcome.errors)")
            #expect(
                outcome.errors.contains(
                    "4 of the sample's 6 tiles show nothing of the part in rim.png: `bent` isn't drawn on them"))
            let listed: [ListedUnit] = try JSONLines.read(
                from: object("generate").appendingPathComponent("data/list.jsonl"))
            let tiles = Dictionary(grouping: listed, by: \.anomaly).mapValues { units in
                units.compactMap { $0.source?.split(separator: "~").last.map(String.init) }.sorted()
            }
            #expect(tiles["bent"] == ["r00c00", "r00c00", "r01c00"])
            #expect(tiles["torn"] == ["r00c00", "r01c00"])
            let elsewhere = ["r00c01", "r00c02", "r01c01", "r01c02"].flatMap { [$0, $0] }
            #expect(tiles["dirty"] == (["r00c00", "r01c00"] + elsewhere).sorted())
            let store = ArtifactStore(root: output)
            for unit in listed where unit.anomaly != "dirty" {
                let mask = try Mask(contentsOf: store.unit(unit.unit).file("mask.png").path, above: 127)
                let lower = unit.source?.hasSuffix("r01c00") == true
                let shown = rim.cropped(x: 0, y: lower ? 36 : 0, width: 64, height: 64)
                #expect(!mask.isEmpty && mask.intersection(shown) == mask)
            }
            #expect(try run("status").output.contains("objects are done"))

            // Of another size, or where no tile shows the part.
            try DurableFile.write(
                Data(Mask(width: 64, height: 64, repeating: true).image.png()),
                to: place.folder.appendingPathComponent("rim.png"))
            let small = try run()
            #expect(small.status == 65 && small.errors.contains("rim.png: is 64×64"), "\(small.errors)")
            try DurableFile.write(
                Data(Mask(width: Self.width, height: Self.height).image.png()),
                to: place.folder.appendingPathComponent("rim.png"))
            let none = try run()
            #expect(none.status == 65 && none.errors.contains("any tile of board"), "\(none.errors)")
        }

        /// A picture that joins the test split is scored; masks and detectors are taken over.
        private func expectThatANewTestPictureTrainsNothing() {
            do {
                try write(Self.board(30), "test/good/002")
                let plan = try run("plan")
                #expect(plan.output.contains("taken over if what it reads of them is the same"), "\(plan.output)")
                let outcome = try run()
                #expect(outcome.status == 0)
                #expect(outcome.errors.contains("vlad: taken over from fit-"), "\(outcome.errors)")
                #expect(!outcome.errors.contains("epoch"), "\(outcome.errors)")
                #expect(try Program.run(["verify", "--output", output.path]).status == 0)
            } catch {
                Issue.record(error)
            }
        }

        /// All stages with untrained weights: figures of whole pictures, the same from `evaluate`.
        @Test func metricsAreOfWholePicturesAndEvaluateAgrees() throws {
            try place.write(text("{ size: 64, overlap: 8 }", detectors: true))
            let outcome = try run()
            try #require(outcome.status == 0, "\(outcome.errors)")
            let runs = try FileManager.default.contentsOfDirectory(atPath: output.appendingPathComponent("runs").path)
            let report = output.appendingPathComponent("runs/\(try #require(runs.first))/report")
            defer { expectThatANewTestPictureTrainsNothing() }
            let metrics = try JSONValue(parsing: Data(contentsOf: report.appendingPathComponent("metrics.json")))
            #expect(metrics["protocol"]?["test_images"] == ["board": 4])
            #expect(metrics["protocol"]?["tiles"] == ["size": 64, "overlap": 8])
            let page = try String(contentsOf: report.appendingPathComponent("report.html"), encoding: .utf8)
            #expect(page.contains("board/test/hole/000") && !page.contains("board/test/hole/000~r00c00"))

            let maps = try object("detect"), data = place.folder.appendingPathComponent("data").path
            let evaluated = try Program.run(["evaluate", "--maps", maps.path, "--data", data, "--format", "json"])
            try #require(evaluated.status == 0, "\(evaluated.errors)")
            let found = try JSONValue(parsing: Data(evaluated.output.utf8))
            #expect(found["categories"] == metrics["categories"])
            #expect(found["protocol"]?["image_score"] == "the detector's")
            for metric in ["i_auroc", "i_f1max", "p_auroc", "p_f1max", "pro"] {
                #expect(found["categories"]?["board"]?[metric]?.number != nil, "\(metric)")
            }
        }

        @Test func aRuleThatCantBeIsRefused() throws {
            try place.write(text("{ size: 64, overlap: 64 }", detectors: false))
            let wrong = try run()
            #expect(wrong.status == 78 && wrong.errors.contains("boards.yaml:3:"), "\(wrong.errors)")
            #expect(wrong.errors.contains("dataset.tiles.overlap"), "\(wrong.errors)")
            try place.write(text("{ overlap: 8 }", detectors: false))
            #expect(try run().errors.contains("dataset.tiles.size"))
            let options = ["evaluate", "--maps", place.folder.path, "--data", place.folder.path]
            #expect(try Program.run(options + ["--tile-overlap", "8"]).status == 64)
            #expect(try Program.run(options + ["--tile-size", "8", "--tile-overlap", "8"]).status == 64)
        }
    }
}
