import Foundation
import Glibc
import Imaging
import Testing

extension ProgramTests {
    /// `flawsmith compare` on a small manifest.
    @Suite(.serialized) struct CompareTests {
        let place: Workplace
        let file: URL
        let output: URL

        init() throws {
            place = try Workplace()
            file = place.folder.appendingPathComponent("rows.yaml")
            output = place.folder.appendingPathComponent("out")
        }

        private func write(rows: String) throws {
            try Data(
                """
                version: 1
                name: two
                manifest: small.yaml
                set: ["sampling.shots=[1]", "sampling.seeds=[0, 1]", detectors.vlad.epochs=2]
                groups: { nuts: [hex_nut], both: [tablet, hex_nut] }
                rows:
                  - { name: CUT }
                  - { name: other label, set: [annotation.threshold=0.4] }
                \(rows)
                """.utf8
            ).write(to: file)
        }

        private func compare(_ arguments: String...) throws -> Program.Outcome {
            try Program.run(["compare", file.path, "--output", output.path] + arguments)
        }

        private func results() throws -> [String: Data] {
            let folder = output.appendingPathComponent("comparisons/two")
            return try Dictionary(
                uniqueKeysWithValues: Tree.paths(folder).map {
                    ($0, try Data(contentsOf: folder.appendingPathComponent($0)))
                })
        }

        @Test(.timeLimit(.minutes(5)))
        func rowsShareWhatTheyHaveInCommonAndASecondTimeNothingIsMade() throws {
            try write(rows: "")
            let dry = try compare("--dry")
            #expect(dry.status == 0, "\(dry.errors)")
            let said = dry.output.split(separator: "\n")
            // Two of each category: ingest and embed once, foreground, sample, generate, detect and assess for
            // two seeds; export, fit for two; report.
            #expect(said.first == "CUT          29 of 29 objects would be made")
            #expect(said.last == "other label  17 of 29 objects would be made, 12 more are shared with rows above")
            #expect(!FileManager.default.fileExists(atPath: output.appendingPathComponent("objects").path))

            let first = try compare("--device", "cpu")
            try #require(first.status == 0, "\(first.errors)")
            #expect(first.output.hasPrefix("Untrained weights:"))
            #expect(first.output.contains("nuts (hex_nut), 1-shot, seeds 0, 1 (percent)"), "\(first.output)")
            #expect(first.output.contains("\n  difference "), "\(first.output)")
            let made = try results()
            #expect(made.keys.sorted() == ["comparison.csv", "comparison.json", "comparison.md", "pictures.png"])
            #expect(
                !FileManager.default.fileExists(atPath: output.appendingPathComponent("exports").path),
                "the manifest's own stay")
            let sheet = try Image(contentsOf: output.appendingPathComponent("comparisons/two/pictures.png").path)
            #expect(sheet.width > sheet.height / 2, "three lines of two pictures")

            let marks = Tree.finished(output)
            let again = try compare("--device", "cpu")
            #expect(again.status == 0)
            #expect(again.errors.components(separatedBy: "nothing to do: 29 objects").count == 3, "\(again.errors)")
            #expect(again.output == first.output)
            #expect(Tree.finished(output) == marks)
            #expect(try results() == made)
            #expect(try compare("--dry").output.contains("CUT          0 of 29 objects would be made"))

            // Rows that fail, or have no detector, don't keep the others from being shown; the table has – for them.
            try write(
                rows: """
                      - { name: no detector, set: ["detectors={}"] }
                      - { name: no model, set: [models.diffusion=nowhere] }
                    """)
            let more = try compare("--device", "cpu")
            #expect(more.status == 1, "\(more.errors)")
            #expect(more.errors.contains("row no model can't run"), "\(more.errors)")
            #expect(more.output.contains("no model: failed"), "\(more.output)")
            let lines = more.output.split(separator: "\n")
            for name in ["no detector", "no model"] {
                let line = try #require(lines.first { $0.hasPrefix(name) })
                #expect(line.contains("–") && line.dropFirst(name.count).allSatisfy { " –".contains($0) }, "\(line)")
            }
            #expect(
                lines.first { $0.hasPrefix("CUT") } == first.output.split(separator: "\n").first { $0.hasPrefix("CUT") }
            )
        }

        /// Rows of one manifest show its detectors; what they are fitted on is made once.
        @Test(.timeLimit(.minutes(5)))
        func rowsMayShowOtherDetectors() throws {
            let both = "set: [\"detectors.probe={image_size: 64, stages: [2, 4], steps: 10}\"]"
            try write(rows: "  - { name: first, \(both) }\n  - { name: probe, detector: probe, \(both) }")
            let outcome = try compare("--device", "cpu", "--set", "sampling.seeds=[0]")
            try #require(outcome.status == 0, "\(outcome.errors)")
            let folder = output.appendingPathComponent("comparisons/two")
            let json = try #require(
                JSONSerialization.jsonObject(with: Data(contentsOf: folder.appendingPathComponent("comparison.json")))
                    as? [String: Any])
            let rows = try #require(json["rows"] as? [[String: Any]])
            #expect(rows.map { $0["detector"] as? String } == [nil, nil, nil, "probe"])
            func values(_ row: Int) throws -> [String: Double] {
                let shots = try #require(rows[row]["shots"] as? [String: [String: Any]])
                let groups = try #require(shots["1"]?["groups"] as? [String: [String: Any]])
                return try #require(groups["both"]?["detector"] as? [String: Double])
            }
            #expect(try values(2) == values(0), "a second detector changes nothing for the first")
            #expect(try values(3) != values(0))
            let page = try String(contentsOf: folder.appendingPathComponent("comparison.md"), encoding: .utf8)
            #expect(page.contains("4. probe, detector `probe`: "), "\(page)")
        }

        /// Another threshold leaves the pictures alone and changes the labels.
        @Test(.timeLimit(.minutes(5)))
        func picturesAreComparedOneByOneWhereAskedFor() throws {
            try write(rows: "pairs: true")
            let outcome = try compare("--device", "cpu", "--set", "sampling.seeds=[0]")
            try #require(outcome.status == 0, "\(outcome.errors)")
            let file = output.appendingPathComponent("comparisons/two/comparison.json")
            let json = try #require(JSONSerialization.jsonObject(with: Data(contentsOf: file)) as? [String: Any])
            let rows = try #require(json["rows"] as? [[String: Any]])
            func pairs(_ row: Int) throws -> [String: Double] {
                let shots = try #require(rows[row]["shots"] as? [String: [String: Any]])
                let groups = try #require(shots["1"]?["groups"] as? [String: [String: Any]])
                return try #require(groups["both"]?["pairs"] as? [String: Double])
            }
            let other = try pairs(1)
            #expect(other["picture_distance"] == 0)
            #expect(try #require(other["label_overlap"]) < 1 && #require(other["label_overlap"]) > 0)
        }

        @Test func badFilesAreNamedBeforeAnythingRuns() throws {
            try write(rows: "  - { name: x, set: [detectors.vlad.epoch=3] }")
            let key = try compare()
            #expect(key.status == 78)
            #expect(
                key.errors.contains(
                    "rows.yaml:9:22: set detectors.vlad.epoch: unknown key `epoch` in `detectors.vlad`; did you mean `epochs`?"
                ),
                "\(key.errors)")
            try write(rows: "  - { name: x, detector: vlat }")
            let detector = try compare()
            #expect(detector.status == 78)
            #expect(
                detector.errors.contains("rows.yaml:9:26: the manifest has no detector `vlat`; did you mean `vlad`?"),
                "\(detector.errors)")
            try write(rows: "  - { name: x, manifest: nowhere.yaml }")
            let manifest = try compare()
            #expect(manifest.status == 66)
            #expect(manifest.errors.contains("rows.yaml:9:26: there is no manifest"), "\(manifest.errors)")
            try write(rows: "  - { name: x, set: [\"dataset.categories=[hex_nut]\"] }")
            let group = try compare()
            #expect(group.status == 78)
            #expect(
                group.errors.contains("rows.yaml:5:35: groups.both: the row `x` has no category `tablet`"),
                "\(group.errors)")
            #expect(try Program.run(["compare", "nowhere.yaml"]).status == 66)
            #expect(try Program.run(["compare"]).status == 64)
            #expect(!FileManager.default.fileExists(atPath: output.appendingPathComponent("objects").path))
        }
    }
}
