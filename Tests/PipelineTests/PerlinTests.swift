import Foundation
import Imaging
import ParameterKit
import StageKit
import Testing

extension ProgramTests {
    /// `generation.method: perlin`, with computed textures and with pictures as material.
    @Suite(.serialized) struct PerlinTests {
        @Test func aSeedMakesTheSamePicturesAndLabelsCoverWhatChanged() throws {
            let place = try PartFolder("method: perlin, images_per_normal: 4, anomalies: [worn, dirty], seed: 8")
            for output in ["out", "again"] {
                let outcome = try place.run(output: output)
                try #require(outcome.status == 0, "\(outcome.errors)")
            }
            let units = try place.units("bolt/1shot-s3"), again = try place.units("bolt/1shot-s3", output: "again")
            #expect(units.map(\.anomaly) == ["worn", "worn", "dirty", "dirty"])
            #expect(units.map(\.pooled.id) == again.map(\.pooled.id))
            #expect(try place.units("bolt/2shot-s3").prefix(4).map(\.pooled.id) == units.map(\.pooled.id))
            for (unit, twin) in zip(units, again) {
                #expect(try unit.record["files"] == twin.record["files"])
                #expect(try unit.record["account"]?["method"] == "perlin")
                let source = try #require(unit.source), name = try #require(source.split(separator: "/").last)
                let normal = try Image(contentsOf: place.url("data/bolt/train/good/\(name).png").path)
                let (image, mask, soft) = (try unit.image, try unit.mask, try unit.soft)
                let isDamaged = !mask.isEmpty && image != normal
                #expect(isDamaged)
                var wrong = 0
                for pixel in mask.values.indices {
                    let here = 3 * pixel..<3 * pixel + 3
                    let isKept = image.pixels[here] == normal.pixels[here]
                    if mask.values[pixel] == 0 && !isKept || (soft.values[pixel] > 0) != (mask.values[pixel] == 1) {
                        wrong += 1
                    }
                }
                #expect(wrong == 0, "pixels outside the label changed, or soft and binary label differ")
            }

            let other = try place.run("--set", "generation.seed=9")
            try #require(other.status == 0, "\(other.errors)")
            let otherPictures = try Set(
                place.units("bolt/1shot-s3").map { try $0.record["files"]?["image.png"]?.string })
            #expect(try otherPictures.isDisjoint(with: units.map { try $0.record["files"]?["image.png"]?.string }))
        }

        @Test func materialComesFromTheFolderAndItsContentCounts() throws {
            let place = try PartFolder("method: perlin, images_per_normal: 6, perlin: { textures: surfaces }")
            let red = Image(width: 9, height: 70, colour: [250, 5, 5]),
                blue = Image(width: 200, height: 9, colour: [5, 5, 250])
            try place.write(red, "surfaces/red.png")
            try place.write(blue, "surfaces/deeper/blue.png")
            try DurableFile.write("no picture", to: place.url("surfaces/readme.txt"))
            try #require(try place.run().status == 0)
            var used: Set<String> = []
            for unit in try place.units("nut/2shot-s3") {
                let name = try #require(try unit.record["account"]?["texture"]?.string)
                used.insert(name)
                let colour = name == "red.png" ? red : blue
                let source = try #require(unit.source?.split(separator: "/").last)
                let normal = try Image(contentsOf: place.url("data/nut/train/good/\(source).png").path)
                let (image, mask, soft) = (try unit.image, try unit.mask, try unit.soft)
                var wrong = 0
                for pixel in mask.values.indices where mask.values[pixel] == 1 {
                    let share = Double(soft.values[pixel])
                    for channel in 0..<3 {
                        let mixed =
                            share * Double(colour.pixels[channel]) + (1 - share)
                            * Double(normal.pixels[3 * pixel + channel])
                        if abs(Double(image.pixels[3 * pixel + channel]) - mixed) > 0.51 { wrong += 1 }
                    }
                }
                #expect(wrong == 0, "\(name) isn't mixed in by the soft label's share")
            }
            #expect(used == ["red.png", "deeper/blue.png"])

            #expect(try place.run().errors.contains("nothing to do"))
            let before = try place.units("nut/1shot-s3").map(\.pooled.id)
            try place.write(Image(width: 9, height: 70, colour: [5, 250, 5]), "surfaces/red.png")
            let plan = try place.run(command: "plan")
            #expect(plan.output.contains("materials: "), "\(plan.output)")
            try #require(try place.run().status == 0)
            #expect(try Set(place.units("nut/1shot-s3").map(\.pooled.id)).isDisjoint(with: before))
        }

        @Test func foldersThatDontServeAreNamed() throws {
            let place = try PartFolder("method: perlin, images_per_normal: 2, perlin: { textures: surfaces }")
            #expect(try place.run().status == 66)
            try DurableFile.write("no picture", to: place.url("surfaces/readme.txt"))
            let empty = try place.run()
            #expect(empty.status == 65 && empty.errors.contains("surfaces: holds no PNG or JPEG"), "\(empty.errors)")
            try FileManager.default.createSymbolicLink(
                at: place.url("surfaces/out.png"), withDestinationURL: place.url("data/nut/train/good/000.png"))
            let link = try place.run()
            #expect(link.status == 65 && link.errors.contains("out.png"), "\(link.errors)")
            try FileManager.default.removeItem(at: place.url("surfaces/out.png"))
            try DurableFile.write("no picture either", to: place.url("surfaces/broken.png"))
            let broken = try place.run()
            #expect(broken.status == 65 && broken.errors.contains("surfaces/broken.png"), "\(broken.errors)")
        }
    }
}
