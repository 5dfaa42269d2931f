import Foundation
import Imaging
import ParameterKit
import StageKit
import Testing

extension ProgramTests {
    /// `evaluate` as a user calls it: figures on standard output, the rest on standard error, the documented exit
    /// codes.
    @Suite struct EvaluateTests {
        private let place = FileManager.default.temporaryDirectory.appendingPathComponent(
            "evaluate-\(UInt64.random(in: 0 ... .max))")

        /// One good picture and two damaged ones, 8 × 6, with maps that see one of the two.
        private func make() throws {
            let map = Plane(width: 8, height: 6, values: (0..<48).map { $0 < 16 ? 0.75 : 0.25 })
            let blind = Plane(width: 8, height: 6, repeating: 0.25)
            let mask = Mask(width: 8, height: 6, values: (0..<48).map { $0 < 16 ? 1 : 0 })
            for (picture, map) in [("good/000", blind), ("crack/000", map), ("crack/001", blind)] {
                try write(try Image(width: 8, height: 6, colour: [90, 90, 90]).png(), "data/nut/test/\(picture).png")
                try write(try map.png16(), "maps/nut/test/\(picture).png")
                if picture.hasPrefix("crack") { try write(try mask.png(), "data/nut/ground_truth/\(picture)_mask.png") }
            }
        }

        private func write(_ bytes: [UInt8], _ path: String) throws {
            try DurableFile.write(Data(bytes), to: place.appendingPathComponent(path))
        }

        private func evaluate(maps: String = "maps", _ arguments: String...) throws -> Program.Outcome {
            let folders = ["--maps", maps, "--data", "data"].map {
                $0.hasPrefix("--") ? $0 : place.appendingPathComponent($0).path
            }
            return try Program.run(["evaluate"] + folders + arguments)
        }

        @Test func figuresOnStandardOutputTheRestBeside() throws {
            defer { try? FileManager.default.removeItem(at: place) }
            try make()
            try write([], "maps/nut/test/good/007.npy")
            let outcome = try evaluate("--format", "json", "--pro", "steps200-winclip")
            try #require(outcome.status == 0, "\(outcome.errors)")
            let json = try JSONValue(parsing: Data(outcome.output.utf8))
            #expect(json["categories"]?["nut"]?["i_auroc"] == 0.75)
            #expect(json["mean"]?["i_auroc"] == 0.75)
            #expect(json["protocol"]?["pro"] == "steps200-winclip")
            #expect(outcome.errors.contains("maps of no test picture: 1, nut/test/good/007 among them"))

            let table = try evaluate()
            #expect(
                table.output.contains("I-AUROC") && table.output.contains("P-AP") && table.output.contains("PRO: exact")
            )
        }

        /// Folders of no layout, as `dataset.folders` of a manifest names them.
        @Test func foldersMayBeNamed() throws {
            defer { try? FileManager.default.removeItem(at: place) }
            try make()
            for (from, to) in [
                ("data/nut/test/good", "data/pictures/fine"), ("data/nut/test/crack", "data/pictures/broken"),
                ("data/nut/ground_truth/crack", "data/labels"), ("maps/nut/test/good", "maps/data/test/good"),
                ("maps/nut/test/crack", "maps/data/test/broken"),
            ] {
                let target = place.appendingPathComponent(to)
                try FileManager.default.createDirectory(
                    at: target.deletingLastPathComponent(), withIntermediateDirectories: true)
                try FileManager.default.moveItem(at: place.appendingPathComponent(from), to: target)
            }
            try FileManager.default.removeItem(at: place.appendingPathComponent("maps/nut"))
            try FileManager.default.removeItem(at: place.appendingPathComponent("data/nut"))
            try write(try Image(width: 8, height: 6, colour: [90, 90, 90]).png(), "data/shots/000.png")
            let named = [
                "--folder-normal", "shots", "--folder-abnormal", "pictures/broken", "--folder-normal-test",
                "./pictures/fine/", "--folder-masks", "labels",
            ]
            func evaluate(_ arguments: [String]) throws -> Program.Outcome {
                try Program.run(
                    [
                        "evaluate", "--maps", place.appendingPathComponent("maps").path, "--data",
                        place.appendingPathComponent("data").path,
                    ] + arguments)
            }
            let outcome = try evaluate(named + ["--format", "json"])
            try #require(outcome.status == 0, "\(outcome.errors)")
            let json = try JSONValue(parsing: Data(outcome.output.utf8))
            #expect(json["categories"]?["data"]?["i_auroc"] == 0.75)
            #expect(json["categories"]?["data"]?["p_auroc"] != .null)
            for (wrong, word) in [
                (["--folder-masks", "labels"], "--folder-normal"), (named + ["--folder-normal", "/tmp"], "/tmp"),
                (named + ["--folder-normal", "labels/."], "labels stands here twice"),
                (named + ["--kind", "mvtec"], "--kind"),
            ] {
                let refused = try evaluate(wrong)
                #expect(refused.status == 64 && refused.errors.contains(word), "\(wrong): \(refused.errors)")
            }
        }

        @Test func badInputHasItsExitCodes() throws {
            defer { try? FileManager.default.removeItem(at: place) }
            try make()
            #expect(try evaluate(maps: "nowhere").status == 66)
            #expect(try evaluate("--pro", "200").status == 64)
            try write(try Image(width: 8, height: 6, colour: [9, 9, 9]).png(), "maps/nut/test/good/000.png")
            let heat = try evaluate()
            #expect(heat.status == 65 && heat.output.isEmpty)
            #expect(heat.errors.contains("nut/test/good/000.png"), "\(heat.errors)")
            try FileManager.default.removeItem(at: place.appendingPathComponent("maps/nut/test/good/000.png"))
            let missing = try evaluate()
            #expect(missing.status == 66)
            #expect(missing.errors.contains("1 of 3 test pictures have no map, nut/test/good/000"), "\(missing.errors)")
        }
    }
}
