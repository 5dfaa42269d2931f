import Archives
import Foundation
import Imaging
import ParameterKit
import StageKit
import Testing

extension ProgramTests {
    /// `generation.method: external`: other people's pictures and masks, and this project's own exports.
    @Suite(.serialized) struct ExternalTests {
        @Test func pictureCountsAreSharedAmongTheAnomaliesAndTheSeedChooses() throws {
            let place = try PartFolder("method: external, external: { path: set }, images_per_normal: 3")
            try place.writeSet(kinds: ["bent", "cut"], count: 8)
            for output in ["out", "again"] {
                let outcome = try place.run(output: output)
                try #require(outcome.status == 0, "\(outcome.errors)")
                #expect(!outcome.errors.contains("were asked for"))
            }
            let two = try place.units("bolt/2shot-s3")
            #expect(two.count == 6 && two.count { $0.anomaly == "bent" } == 3)
            #expect(Set(two.map(\.pooled.id)).count == 6 && two.allSatisfy { $0.source == nil })
            #expect(try place.units("bolt/1shot-s3").map(\.pooled.id) == two.prefix(3).map(\.pooled.id))
            #expect(try place.units("bolt/2shot-s3", output: "again").map(\.pooled.id) == two.map(\.pooled.id))
            for unit in two {
                let record = try unit.record, file = try #require(record["image"]?["file"]?.string)
                let original = try Image(contentsOf: place.url("set/\(file)").path)
                let isSame = try unit.image == original
                #expect(isSame, "\(file)")
                let mask = try Mask(
                    contentsOf: place.url("set/\(file)".replacing("/image/", with: "/mask/")).path, above: 127)
                let isLabelled = try unit.mask == mask && unit.soft == mask.plane
                #expect(isLabelled, "\(file)")
            }
            try #require(try place.run("--set", "sampling.seeds=[4]").status == 0)
            #expect(try Set(place.units("bolt/2shot-s4").map(\.pooled.id)) != Set(two.map(\.pooled.id)))

            #expect(try place.run().errors.contains("nothing to do"))
            try place.write(PartFolder.label(at: 20), "set/bolt/bent/mask/0.jpg")
            let plan = try place.run(command: "plan").output.split(separator: "\n").filter { $0.hasPrefix("run ") }
            #expect(
                plan.contains { $0.contains("generate/bolt") } && !plan.contains { $0.contains("generate/nut") },
                "\(plan)")
        }

        @Test func whereThereAreFewerAllAreTaken() throws {
            let place = try PartFolder("method: external, external: { path: set }, images_per_normal: 5")
            try place.writeSet(kinds: ["bent"], count: 6)
            try place.writeSet(kinds: ["cut"], count: 1)
            let outcome = try place.run()
            try #require(outcome.status == 0, "\(outcome.errors)")
            #expect(outcome.errors.contains("set holds 7 pictures of nut, 10 were asked for"), "\(outcome.errors)")
            #expect(try place.units("nut/2shot-s3").count == 7)
            // `cut` has too few pictures, so `bent` supplies the rest.
            #expect(try place.units("nut/1shot-s3").map(\.anomaly).sorted() == ["bent", "bent", "bent", "bent", "cut"])
        }

        /// What an archive holds is remembered under its SHA-256; a changed memory is found, and not believed.
        @Test func aChangedMemoryOfAnArchiveIsNotBelieved() throws {
            let place = try PartFolder("method: external, external: { path: set.tar }, images_per_normal: 2")
            try place.writeSet(kinds: ["bent"], count: 4)
            let writer = try TarWriter(path: place.url("set.tar").path, compression: .none)
            for path in try StoredObject.files(under: place.url("set")) {
                try writer.addFile(path, [UInt8](try DurableFile.read(place.url("set/\(path)"))))
            }
            try writer.finish()
            let first = try place.run()
            try #require(first.status == 0, "\(first.errors)")
            let memories = try StoredObject.files(under: place.url("out/cache/external"))
            let memory = place.url("out/cache/external/\(try #require(memories.first))")
            let whole = try DurableFile.read(memory)
            // Another digest of a picture, as a flipped bit makes it.
            let text = String(decoding: whole, as: UTF8.self)
            let picture = Digest.sha256(try DurableFile.read(place.url("set/bolt/bent/image/0.jpg")))
            try #require(text.contains(picture))
            try Data(text.replacing(picture, with: String(picture.reversed())).utf8).write(to: memory)
            func verify() throws -> Program.Outcome {
                try Program.run(["verify", "--output", place.url("out").path])
            }
            let found = try verify()
            #expect(found.status == 65 && found.output.contains("cache/external/"), "\(found.output)")
            #expect(try place.run().errors.contains("nothing to do"))
            #expect(try DurableFile.read(memory) == whole)
            #expect(try verify().status == 0)
        }

        @Test func anExportComesBackAsItWas() throws {
            // Without recipes, which tell how a picture was made: that changes when it is taken in from elsewhere.
            let place = try PartFolder("method: perlin, images_per_normal: 3, anomalies: [worn, dirty]")
            try #require(try place.run("--set", "export.strip=true").status == 0)
            let tarball = place.url("out/exports/parts-2shot-s3-mvtec.tar.gz")
            let first = try files(tarball)
            for (name, bytes) in first { try DurableFile.write(Data(bytes), to: place.url("unpacked/\(name)")) }
            for source in [tarball.path, place.url("unpacked").path] {
                let arguments = ["--set", "generation.method=external", "--set", "generation.external.path=\(source)"]
                let output = "back-\(source.hasSuffix("gz"))"
                let outcome = try place.run(
                    arguments[0], arguments[1], arguments[2], arguments[3], "--set", "export.strip=true", output: output
                )
                try #require(outcome.status == 0, "\(outcome.errors)")
                let second = try files(place.url("\(output)/exports/parts-2shot-s3-mvtec.tar.gz"))
                // Pictures, masks and fractional soft labels; the seed may list them in another order.
                for folder in ["bolt/test/", "bolt/ground_truth/", "_meta/soft/bolt/"] {
                    let (before, after) = (pictures(first, folder), pictures(second, folder))
                    #expect(before.count == 6 && before == after, "\(folder)")
                }
                let card = String(decoding: second["parts-2shot-s3-mvtec/README.md"] ?? [], as: UTF8.self)
                #expect(card.contains("taken from `\(source)`. Their terms are their makers'"), "\(card)")

                let page = place.url("\(output).png")
                let sheet = try place.run(
                    arguments[0], arguments[1], arguments[2], arguments[3], "--to", page.path, "--columns", "2",
                    "--size", "64",
                    command: "sheet", output: output)
                #expect(sheet.status == 0, "\(sheet.errors)")
                // Two pictures a group, two groups in a row.
                #expect(try Image(contentsOf: page.path).width == 8 + 4 * (64 + 8))
            }
        }

        private func files(_ tarball: URL) throws -> [String: [UInt8]] {
            let source = try openFileSource(tarball.path)
            var files: [String: [UInt8]] = [:]
            while let entry = try source.next() { files[entry.name] = try source.contents() }
            return files
        }

        private func pictures(_ files: [String: [UInt8]], _ folder: String) -> [String] {
            files.filter { $0.key.hasPrefix("parts-2shot-s3-mvtec/" + folder) && !$0.key.contains("/test/good/") }.map {
                Digest.sha256(Data($0.value))
            }
            .sorted()
        }

        @Test func masksAreReadAsTheKeySays() throws {
            let place = try PartFolder("method: external, external: { path: set }, images_per_normal: 1")
            try place.writeSet(kinds: ["bent"], count: 1)
            // Two kinds of damage as levels of grey.
            var levels = Image(width: 40, height: 32, colour: [0])
            for x in 4..<12 { for y in 4..<8 { levels[x, y] = y < 6 ? 63 : 255 } }
            for category in ["bolt", "nut"] {
                try FileManager.default.removeItem(at: place.url("set/\(category)/bent/mask/0.jpg"))
                try place.write(levels, "set/\(category)/bent/mask/0.png")
            }
            for (keys, count) in [("auto", 32), ("127", 16), ("{ inverted: true }", 40 * 32 - 32)] {
                let outcome = try place.run("--set", "generation.external.masks=\(keys)")
                try #require(outcome.status == 0, "\(outcome.errors)")
                #expect(try place.units("nut/1shot-s3")[0].mask.count == count, "\(keys)")
            }
        }

        enum Fault: CaseIterable {
            case noMask, otherSize, emptyMask, damaged, softSize, link, linkedFolder, noCategory, nothing
        }

        @Test(arguments: Fault.allCases)
        func badInputIs65AndNamesTheFile(_ fault: Fault) throws {
            let place = try PartFolder("method: external, external: { path: set }, images_per_normal: 9")
            try place.writeSet(kinds: ["bent"], count: 2)
            let named: String
            let files = FileManager.default
            switch fault {
            case .noMask:
                try files.removeItem(at: place.url("set/nut/bent/mask/1.jpg"))
                named = "set/nut/bent/image/1.jpg: has no mask"
            case .otherSize:
                try place.write(PartFolder.label(width: 41), "set/nut/bent/mask/1.jpg")
                named = "set/nut/bent/mask/1.jpg: is 41x32, its picture nut/bent/image/1.jpg 40x32"
            case .emptyMask:
                try place.write(PartFolder.label(level: 0), "set/nut/bent/mask/1.jpg")
                named = "set/nut/bent/mask/1.jpg: marks no pixel"
            case .damaged:
                let bytes = try DurableFile.read(place.url("set/nut/bent/image/1.jpg"))
                try DurableFile.write(bytes.prefix(bytes.count / 2), to: place.url("set/nut/bent/image/1.jpg"))
                named = "set/nut/bent/image/1.jpg: damaged"
            case .softSize:
                try place.write(PartFolder.part(1), "set/nut/test/worn/000.png")
                try place.write(PartFolder.label(), "set/nut/ground_truth/worn/000_mask.png")
                try place.write(PartFolder.label(height: 30), "set/_meta/soft/nut/worn/000.png")
                named = "set/_meta/soft/nut/worn/000.png: is 40x30"
            case .link:
                try files.removeItem(at: place.url("set/nut/bent/image/1.jpg"))
                try files.createSymbolicLink(
                    at: place.url("set/nut/bent/image/1.jpg"),
                    withDestinationURL: place.url("data/nut/train/good/000.png"))
                named = "nut/bent/image/1.jpg"
            case .linkedFolder:
                try files.moveItem(at: place.url("set/nut/bent"), to: place.url("elsewhere"))
                try files.createSymbolicLink(at: place.url("set/nut/bent"), withDestinationURL: place.url("elsewhere"))
                named = "nut/bent"
            case .noCategory:
                try files.moveItem(at: place.url("set/nut"), to: place.url("set/washer"))
                named = "set: holds no pictures of nut; it has bolt, washer"
            case .nothing:
                try files.removeItem(at: place.url("set"))
                try DurableFile.write("nothing", to: place.url("set/readme.txt"))
                named = "set: holds no pictures with masks"
            }
            let outcome = try place.run()
            #expect(outcome.status == 65, "\(outcome.errors)")
            #expect(outcome.errors.contains(named), "\(outcome.errors)")
            #expect(!FileManager.default.fileExists(atPath: place.url("out/exports").path))
        }

        @Test func aMissingSetIs66() throws {
            let outcome = try PartFolder("method: external, external: { path: nowhere }, images_per_normal: 1").run()
            #expect(
                outcome.status == 66 && outcome.errors.contains("nowhere: no such folder or archive"),
                "\(outcome.errors)")
        }
    }
}
