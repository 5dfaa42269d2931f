import Foundation
import Imaging
import ParameterKit
import StageKit
import Testing

extension ProgramTests {
    /// New pictures scored with the detectors of a finished run: VLAD and the probe on a CLIP, PatchCore on a ResNet-18, all
    /// with random weights.
    @Suite(.serialized) struct DetectTests {
        let place: Workplace
        private var output: URL { place.folder.appendingPathComponent("out") }
        private var new: URL { place.folder.appendingPathComponent("new") }

        init() throws {
            place = try Workplace(name: "boards")
            try TrunkFile.resnet18().write(to: place.folder.appendingPathComponent("resnet18.safetensors"))
            for number in 0..<13 { try write(Self.board(number), "data/board/train/good/0\(10 + number)") }
            for number in 0..<3 { try write(Self.board(20 + number), "data/board/test/good/00\(number)") }
            for number in 0..<3 {
                var (image, mask) = (Self.board(30 + number), Mask(width: 64, height: 48))
                Self.damage(&image, &mask, x: 8 + 12 * number)
                try write(image, "data/board/test/hole/00\(number)")
                try write(mask.image, "data/board/ground_truth/hole/00\(number)_mask")
            }
            var (bad, mask) = (Self.board(41), Mask(width: 64, height: 48))
            Self.damage(&bad, &mask, x: 22)
            try write(Self.board(40), "new/good")
            try write(bad, "new/deep/bad")
            try write(.board, detectors: Self.both, heldAside: 0.3)
        }

        private static func damage(_ image: inout Image, _ mask: inout Mask, x left: Int) {
            for y in 20..<32 {
                for x in left..<left + 14 {
                    for channel in 0..<3 { image[x, y, channel] = 240 }
                    mask[x, y] = true
                }
            }
        }

        private func write(_ image: Image, _ path: String) throws {
            try DurableFile.write(Data(image.png()), to: place.folder.appendingPathComponent("\(path).png"))
        }

        private static func board(_ seed: Int) -> Image {
            var image = Image(width: 64, height: 48, colour: [20, 90, 50])
            for y in 0..<48 { for x in 0..<64 { image[x, y, 1] = UInt8(100 + (x * y + seed * 31) % 20) } }
            return image
        }

        private static let patchcore = "patchcore: { trunk: resnet18, layers: [layer1, layer2], image_size: 64 }"
        private static let probe = "probe: { trunk: resnet18, layers: [layer1, layer2], image_size: 64, steps: 20 }"
        private static let both = "{ \(patchcore), \(probe) }"

        private enum Layout { case board }

        private func write(_ layout: Layout, detectors: String, heldAside: Double, shots: String = "[1]") throws {
            try place.write(
                """
                version: 2
                name: boards
                dataset: { path: data }
                models: { clip: \(place.starter.path)/clip, cnn: resnet18.safetensors }
                foreground: { method: whole }
                sampling: { shots: \(shots), seeds: [0] }
                generation: { method: cutpaste, images_per_normal: 20 }
                training: { held_aside: \(heldAside) }
                detectors: \(detectors)
                report: { features: none }

                """)
        }

        private func run() throws {
            let outcome = try Program.run(["run", place.manifest, "--output", output.path, "--device", "cpu"])
            try #require(outcome.status == 0, "\(outcome.errors)")
        }

        private func detect(_ arguments: String...) throws -> Program.Outcome {
            try Program.run(
                ["detect", "--run", place.manifest, "--output", output.path, "--device", "cpu"] + arguments)
        }

        @Test func aRunsDetectorsJudgeNewPictures() throws {
            try run()
            let runs = output.appendingPathComponent("runs")
            let folder = runs.appendingPathComponent(
                try #require(FileManager.default.contentsOfDirectory(atPath: runs.path).first))
            // The report says how the threshold does on the test split.
            let metrics = try JSONValue(
                parsing: DurableFile.read(folder.appendingPathComponent("report/metrics.json")))
            let decided = try #require(metrics["detectors"]?["patchcore"]?["decisions"]?["board"])
            let threshold = try #require(decided["thresholds"]?.array?.first)
            #expect(threshold["normals"] == 12 && threshold["generated"] == 6, "\(threshold)")
            #expect(decided["recall"]?.number != nil)
            let page = try String(
                contentsOf: folder.appendingPathComponent("report/report.html"), encoding: .utf8)
            #expect(page.contains("<h3>patchcore, 1-shot, defective or not</h3>"))

            try write(Self.board(50), "new/other")
            try Data("no picture".utf8).write(to: new.appendingPathComponent("note.txt"))
            let heat = place.folder.appendingPathComponent("heat"), maps = place.folder.appendingPathComponent("maps")
            let found = try detect(
                "--detector", "patchcore", "--heat-maps", heat.path, "--maps", maps.path, "--json", new.path)
            #expect(found.status == 0, "\(found.errors)")
            let json = try JSONValue(parsing: Data(found.output.utf8))
            #expect(json["threshold"] == threshold["value"] && json["category"] == "board" && json["shots"] == "1")
            let pictures = try #require(json["pictures"]?.array)
            #expect(
                pictures.compactMap { $0["path"]?.string }
                    == ["deep/bad", "good", "other"].map { "\(new.path)/\($0).png" })
            let scores = try pictures.map { try #require($0["score"]?.number) }
            #expect(scores[0] > scores[1] && scores[0] > scores[2], "\(scores)")
            let value = try #require(threshold["value"]?.number)
            #expect(pictures.compactMap { $0["defective"] } == scores.map { JSONValue.bool($0 >= value) })
            #expect(found.errors.contains("1 file in folders is no picture"), "\(found.errors)")
            let picture = try Image(contentsOf: heat.appendingPathComponent("deep/bad.png").path)
            #expect(picture.width == 64 && picture.height == 48 && picture.channels == 3)
            #expect(
                try DurableFile.read(maps.appendingPathComponent("good.npy")).starts(with: Data([0x93])))
            // The hole, from (22, 20) to (36, 32), is lighter than the rest.
            func light(_ x: Int, _ y: Int) -> Int { (0..<3).reduce(0) { $0 + Int(picture[x, y, $1]) } }
            #expect(light(29, 26) > light(5, 5) + 100)

            // Lines, from the run's folder; the weights are then looked for from the current folder.
            let lines = try Program.run(
                [
                    "detect", "--run", place.manifest, "--output", output.path, "--device", "cpu", "--detector",
                    "probe",
                    "--threshold=-1e9", new.appendingPathComponent("good.png").path,
                ])
            #expect(lines.status == 0 && lines.output.hasSuffix("  defective\n"), "\(lines.output)\(lines.errors)")
            #expect(lines.errors.contains("1 picture, 1 defective; threshold"))
            let elsewhere = try Program.run(["detect", "--run", folder.path, "--detector", "probe", new.path])
            #expect(
                elsewhere.status == 66 && elsewhere.errors.contains("The path begins in the current folder"),
                "\(elsewhere.errors)")

            // What can't be read is named and counted; the rest is scored.
            try Data("no picture".utf8).write(to: new.appendingPathComponent("broken.png"))
            let broken = try detect("--detector", "probe", new.path, new.path + "/none.png")
            #expect(broken.status == 65 && broken.output.split(separator: "\n").count == 3, "\(broken.errors)")
            #expect(broken.errors.contains("broken.png") && broken.errors.contains("2 more could not be read"))
            #expect(try detect("--detector", "probe", new.path + "/none.png").status == 66)

            // Other weights than those that it was fitted on.
            var weights = try Data(contentsOf: place.folder.appendingPathComponent("resnet18.safetensors"))
            weights[weights.count - 1] ^= 1
            try weights.write(to: place.folder.appendingPathComponent("resnet18.safetensors"))
            let other = try detect("--detector", "probe", new.path)
            #expect(other.status == 65 && other.errors.contains("not the weights that probe was fitted on"))
        }

        @Test func whatIsMissingIsSaidBeforeAnyWork() throws {
            func fails(_ status: Int32, _ text: String, _ arguments: String...) throws {
                let outcome = try Program.run(
                    ["detect", "--run", place.manifest, "--output", output.path] + arguments + [new.path])
                #expect(outcome.status == status && outcome.errors.contains(text), "\(outcome.errors)")
            }
            try fails(66, "no run of it has finished anything")
            #expect(try Program.run(["detect", "--run", place.folder.path, new.path]).status == 66)
            try write(.board, detectors: "{ \(Self.patchcore) }", heldAside: 0, shots: "[1, 2]")
            let part = try Program.run(
                ["run", place.manifest, "--output", output.path, "--device", "cpu", "--until", "generate"])
            try #require(part.status == 0, "\(part.errors)")
            try fails(66, "patchcore is not fitted for board, 1shot-s0", "--shots", "1")
            try run()
            try fails(64, "Choose one: --shots 1 --seed 0; --shots 2 --seed 0")
            try fails(64, "It has --shots 1 --seed 0; --shots 2 --seed 0", "--shots", "4")
            try fails(64, "It has patchcore", "--detector", "vlad", "--shots", "1")
            try fails(64, "It has board", "--category", "nut", "--shots", "1")
            try fails(64, "expected a number from 1 on, or full", "--shots", "none")
            // Nothing was held aside: scores without a verdict, and why.
            let plain = try detect("--shots", "2", new.path)
            #expect(plain.status == 0 && !plain.output.contains("defective") && !plain.output.contains("good\n"))
            #expect(plain.errors.contains("the run held nothing aside"), "\(plain.errors)")
        }

        @Test func aProbeThroughCLIPIsFittedAndJudges() throws {
            try write(.board, detectors: "{ probe: { image_size: 64, stages: [2, 4], steps: 10 } }", heldAside: 0.3)
            try run()
            let found = try detect("--json", new.path)
            #expect(found.status == 0, "\(found.errors)")
            let json = try JSONValue(parsing: Data(found.output.utf8))
            #expect(json["pictures"]?.array?.count == 2 && json["method"] == "probe")
        }
    }
}
