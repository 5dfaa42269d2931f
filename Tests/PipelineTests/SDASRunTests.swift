import Foundation
import Imaging
import ParameterKit
import StageKit
import Testing

extension ProgramTests {
    /// `generation.method: sdas`, with models of random weights.
    @Suite(.serialized) struct SDASRunTests {
        private static let generation =
            "method: sdas, images_per_normal: 4, batch: 2, sdas: { steps: 6, gamma: 1 }, anomalies: [worn, { words: dirty, size: 0.4 }]"

        private func place(_ generation: String = generation) throws -> PartFolder {
            let place = try PartFolder(generation)
            let file = place.folder.appendingPathComponent("parts.yaml")
            let model = Program.checkout.appendingPathComponent(".build/untrained/diffusion").path
            let text = try String(contentsOf: file, encoding: .utf8)
            try DurableFile.write(text + "\nmodels: { diffusion: \"\(model)\" }\n", to: file)
            return place
        }

        @Test(.timeLimit(.minutes(5)))
        func backgroundIsKeptAndAnInterruptedRunGoesOn() throws {
            let place = try place(), until = ["--until", "generate", "--device", "cpu"]
            let outcome = try place.run(until)
            try #require(outcome.status == 0, "\(outcome.errors)")
            let units = try place.units("bolt/1shot-s3")
            #expect(units.map(\.anomaly) == ["worn", "worn", "dirty", "dirty"])
            for unit in units {
                let record = try unit.record
                #expect(record["method"]?["method"] == "sdas" && record["account"]?["steps"] == 6)
                #expect(record["account"]?["opacity"] != nil && record["account"]?["noise"] != nil)
                #expect(record["prompt"] == nil && record["models"]?["diffusion"] != nil)
                let name = try #require(unit.source?.split(separator: "/").last)
                let normal = try Image(contentsOf: place.url("data/bolt/train/good/\(name).png").path)
                let (image, mask, soft) = (try unit.image, try unit.mask, try unit.soft)
                #expect(!mask.isEmpty && image != normal)
                if unit.anomaly == "dirty" { #expect(mask.coverage <= 0.41) }
                var wrong = 0
                for pixel in mask.values.indices {
                    let here = 3 * pixel..<3 * pixel + 3
                    if mask.values[pixel] == 0, image.pixels[here] != normal.pixels[here] { wrong += 1 }
                    if (soft.values[pixel] > 0) != (mask.values[pixel] == 1) { wrong += 1 }
                }
                #expect(wrong == 0, "pixels outside the label changed, or soft and binary label differ")
            }
            #expect(try place.run(until).errors.contains("nothing to do"))

            // One picture of a group is lost: the group is drawn again, and is the same.
            let before = try units.map { try $0.record["files"] }
            try DurableFile.remove(units[1].pooled.recordFile)
            try DurableFile.remove(place.url("out/runs"))
            try DurableFile.remove(place.url("out/objects"))
            try #require(try place.run(until).status == 0)
            #expect(try place.units("bolt/1shot-s3").map { try $0.record["files"] } == before)

            // Shards draw the same pictures.
            try #require(try place.run("--until", "sample", output: "shards").status == 0)
            for shard in ["0/2", "1/2"] {
                let part = try place.run(until + ["--shard", shard], output: "shards")
                #expect(part.status == 0, "\(part.errors)")
            }
            try #require(try place.run(until, output: "shards").status == 0)
            #expect(try place.units("bolt/1shot-s3", output: "shards").map { try $0.record["files"] } == before)
        }

        @Test(.timeLimit(.minutes(5)))
        func itMixesAndThePlanNamesItsPasses() throws {
            let mixed = try place("mixture: { sdas: 1, perlin: 1 }, images_per_normal: 4, sdas: { steps: 6, gamma: 1 }")
            let outcome = try mixed.run(["--device", "cpu"])
            try #require(outcome.status == 0, "\(outcome.errors)")
            let methods = try mixed.units("nut/1shot-s3").map { try $0.record["method"]?["method"]?.string ?? "?" }
            #expect(methods.sorted() == ["perlin", "perlin", "sdas", "sdas"])
            let page = try String(contentsOf: mixed.report(), encoding: .utf8)
            #expect(page.contains("SDAS on"))

            let plan = try mixed.run([], command: "plan", output: "plan")
            #expect(plan.output.contains("Passes of the network for a picture: sdas 6."), "\(plan.output)")
            let dialled = try mixed.run(
                ["--set", "generation.strength=1", "--set", "generation.sdas.gamma=0.25"], command: "plan",
                output: "plan")
            #expect(dialled.output.contains("Passes of the network for a picture: sdas 3."), "\(dialled.output)")
        }

        @Test func whatCantBeIsNamed() throws {
            for (text, words) in [
                ("method: sdas, strength: 1.5", "generation.strength"),
                ("method: sdas, strength: 0", "generation.strength"),
                ("method: sdas, sdas: { opacity: [0.9, 0.2] }", "the least, 0.9, is above the most, 0.2"),
                ("method: sdas, sdas: { gamma: 0 }", "generation.sdas.gamma"),
                ("method: sdas, window: object", "method sdas draws in the picture itself"),
            ] {
                let outcome = try place(text).run()
                #expect(outcome.status == 78 && outcome.errors.contains(words), "\(text): \(outcome.errors)")
            }
            let bare = try PartFolder("method: sdas").run()
            #expect(bare.status == 78 && bare.errors.contains("models.diffusion is missing"), "\(bare.errors)")
        }
    }
}
