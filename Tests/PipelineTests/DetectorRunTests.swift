import Foundation
import Imaging
import ParameterKit
import StageKit
import Testing

extension ProgramTests {
    /// Several detectors in one manifest, from the manifest to the report's tables: VLAD beside PatchCore and PaDiM on
    /// a ResNet-18 with random weights.
    @Suite(.serialized) struct DetectorRunTests {
        let place: Workplace

        init() throws {
            place = try Workplace(name: "judges")
            try TrunkFile.resnet18().write(to: place.folder.appendingPathComponent("resnet18.safetensors"))
            for number in 0..<2 { try write(Self.board(number), "train/good/00\(number)") }
            for number in 0..<2 { try write(Self.board(10 + number), "test/good/00\(number)") }
            for (number, x) in [10, 30].enumerated() {
                var (image, mask) = (Self.board(20 + number), Mask(width: 64, height: 48))
                for y in 20..<30 {
                    for x in x..<x + 14 {
                        for channel in 0..<3 { image[x, y, channel] = 240 }
                        mask[x, y] = true
                    }
                }
                try write(image, "test/hole/00\(number)")
                try write(mask.image, "ground_truth/hole/00\(number)_mask")
            }
        }

        private func write(_ image: Image, _ path: String) throws {
            try DurableFile.write(Data(image.png()), to: place.folder.appendingPathComponent("data/board/\(path).png"))
        }

        private static func board(_ seed: Int) -> Image {
            var image = Image(width: 64, height: 48, colour: [20, 90, 50])
            for y in 0..<48 { for x in 0..<64 { image[x, y, 1] = UInt8(100 + (x * y + seed * 31) % 20) } }
            return image
        }

        private func text(_ detectors: String) -> String {
            """
            version: 2
            name: judges
            dataset: { path: data }
            models: { clip: \(place.starter.path)/clip, cnn: resnet18.safetensors }
            foreground: { method: whole }
            sampling: { shots: [1, 2], seeds: [0] }
            generation: { method: cutpaste, images_per_normal: 2 }
            detectors: \(detectors)
            report: { features: none }

            """
        }

        private static let patchcore = "patchcore: { trunk: resnet18, layers: [layer1, layer2], image_size: 64 }"
        private static let padim = "padim: { layers: [layer1, layer2], image_size: 64, features: 20 }"
        private static let vlad = "vlad: { image_size: 64, stages: [1, 2, 3, 4], epochs: 2 }"

        private var output: URL { place.folder.appendingPathComponent("out") }

        private func run() throws -> Program.Outcome {
            try Program.run(["run", place.manifest, "--output", output.path, "--device", "cpu"])
        }

        private func objects(_ stage: String) throws -> [URL] {
            try FileManager.default.contentsOfDirectory(atPath: output.appendingPathComponent("objects").path)
                .filter { $0.hasPrefix(stage + "-") }.sorted().map { output.appendingPathComponent("objects/\($0)") }
        }

        @Test func eachHasItsTableWithTrunkAndGeometry() throws {
            try place.write(text("{ \(Self.vlad), \(Self.patchcore), \(Self.padim) }"))
            let outcome = try run()
            try #require(outcome.status == 0, "\(outcome.errors)")
            for head in [
                "per-class, auxiliary data: none, input 64 × 64, resnet18 layer1+layer2, squashed",
                "auxiliary data: none, input 64 × 64, CLIP, squashed",
            ] { #expect(outcome.output.contains(head), "\(head) in \(outcome.output)") }
            // Three detectors, two shot counts.
            #expect(try objects("fit").count == 6 && objects("detect").count == 6)
            let fitted = try objects("fit").map {
                Set(try FileManager.default.contentsOfDirectory(atPath: $0.appendingPathComponent("data").path))
            }
            for file in ["adapters.safetensors", "bank.safetensors", "gaussians.safetensors"] {
                #expect(fitted.count { $0 == [file, "fit.json"] } == 2, "\(file): \(fitted)")
            }
            let runs = try FileManager.default.contentsOfDirectory(atPath: output.appendingPathComponent("runs").path)
            let report = output.appendingPathComponent("runs/\(try #require(runs.first))/report")
            let page = try String(contentsOf: report.appendingPathComponent("report.html"), encoding: .utf8)
            #expect(page.contains("PatchCore on resnet18 layer1+layer2 (resnet18.safetensors)"))
            #expect(page.contains("PaDiM on resnet18 layer1+layer2 (resnet18.safetensors)"))
            // Every test picture at every shot count, with all three scores.
            let sheet = try String(contentsOf: report.appendingPathComponent("scores.csv"), encoding: .utf8)
            let lines = sheet.split(separator: "\r\n").map { $0.split(separator: ",").map(String.init) }
            #expect(
                lines.first == [
                    "picture", "category", "label", "kind", "shots", "seed", "score_vlad", "score_patchcore",
                    "score_padim",
                ])
            #expect(lines.count == 1 + 2 * 4 && lines.allSatisfy { $0.count == 9 })
            #expect(
                lines.dropFirst().prefix(4).map { $0[..<6].joined(separator: " ") } == [
                    "board/test/good/000 board good good 1 0", "board/test/good/001 board good good 1 0",
                    "board/test/hole/000 board defective hole 1 0", "board/test/hole/001 board defective hole 1 0",
                ])
            #expect(lines.dropFirst().allSatisfy { $0[6...].allSatisfy { Double($0) != nil } })
            // Nothing is done twice.
            let again = try Program.run(["plan", place.manifest, "--output", output.path])
            #expect(again.output.contains("nothing to do"), "\(again.output)")
        }

        /// What is fitted in closed form is made again whole; a score's key leaves it alone.
        @Test func aRunGoesOnWhereSomethingIsGone() throws {
            try place.write(text("{ \(Self.patchcore), \(Self.padim) }"))
            try #require(try run().status == 0)
            let banks = try objects("fit").map { $0.appendingPathComponent("data/bank.safetensors") }.filter {
                FileManager.default.fileExists(atPath: $0.path)
            }
            let before = try banks.map { try Data(contentsOf: $0) }
            for object in try objects("fit") + objects("detect") { try FileManager.default.removeItem(at: object) }
            try #require(try run().status == 0)
            #expect(try banks.map { try Data(contentsOf: $0) } == before)
            let fits = try objects("fit")
            try place.write(text("{ \(Self.patchcore.replacing(" }", with: ", neighbours: 1 }")), \(Self.padim) }"))
            try #require(try run().status == 0)
            #expect(try objects("fit") == fits && objects("detect").count == 6)
        }

        @Test func weightsOfAnotherNetworkAreNamedBeforeAnythingIsJudged() throws {
            try place.write(text("{ patchcore: { trunk: vgg16 } }"))
            let outcome = try run()
            #expect(outcome.status == 65)
            #expect(
                outcome.errors.contains("resnet18.safetensors") && outcome.errors.contains("missing"),
                "\(outcome.errors)")
            #expect(
                try objects("detect").allSatisfy {
                    !FileManager.default.fileExists(atPath: $0.path + "/data/metrics.json")
                })
        }
    }
}

/// A ResNet-18's first two stages with random numbers, as a safetensors file.
enum TrunkFile {
    static func resnet18() -> Data {
        var shapes: [(String, [Int])] = [("conv1.weight", [64, 3, 7, 7])]
        func norm(_ name: String, _ width: Int) {
            for part in ["weight", "bias", "running_mean", "running_var"] {
                shapes.append(("\(name).\(part)", [width]))
            }
        }
        norm("bn1", 64)
        for (stage, width, inputs) in [(1, 64, 64), (2, 128, 64)] {
            for block in 0..<2 {
                let place = "layer\(stage).\(block)", from = block == 0 ? inputs : width
                shapes += [
                    ("\(place).conv1.weight", [width, from, 3, 3]), ("\(place).conv2.weight", [width, width, 3, 3]),
                ]
                norm("\(place).bn1", width)
                norm("\(place).bn2", width)
                if from != width {
                    shapes.append(("\(place).downsample.0.weight", [width, from, 1, 1]))
                    norm("\(place).downsample.1", width)
                }
            }
        }
        var (members, numbers, state): ([String], [Float], UInt64) = ([], [], 1)
        for (name, shape) in shapes {
            let start = numbers.count, spread = 2 / Float(shape.dropFirst().reduce(1, *)).squareRoot()
            for _ in 0..<shape.reduce(1, *) {
                state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
                let uniform = Float(state >> 40) / Float(1 << 24)
                numbers.append(
                    name.hasSuffix("running_var") || shape.count == 1 && name.hasSuffix(".weight")
                        ? 0.75 + uniform / 2 : shape.count == 1 ? uniform / 5 : (uniform - 0.5) * spread)
            }
            members.append(
                "\"\(name)\":{\"dtype\":\"F32\",\"shape\":\(shape),\"data_offsets\":[\(4 * start),\(4 * numbers.count)]}"
            )
        }
        var header = Array("{\(members.joined(separator: ","))}".utf8)
        header += [UInt8](repeating: 32, count: (8 - header.count % 8) % 8)
        return withUnsafeBytes(of: UInt64(header.count).littleEndian) { Data($0) } + Data(header)
            + numbers.withUnsafeBytes { Data($0) }
    }
}
