import Foundation
import Testing

extension ProgramTests {
    /// Two data sets in one manifest, and the detector's switches, through the real programs.
    @Suite(.serialized) struct AuxiliaryTests {
        let place: Workplace
        private let output: URL

        init() throws {
            place = try Workplace()
            output = place.folder.appendingPathComponent("out")
        }

        private func write(auxiliary: String, _ edit: (String) -> String = { $0 }) throws {
            try place.write(
                edit(
                    place.text()
                        .replacing("categories: [hex_nut, tablet]", with: "categories: [tablet]").replacing(
                            "shots: [1, 2]", with: "shots: [1]"
                        )
                        .replacing("generation:\n", with: "auxiliary: \(auxiliary)\ngeneration:\n  method: cutpaste\n"))
            )
        }

        private func run() throws -> Program.Outcome {
            try Program.run(["run", place.manifest, "--output", output.path, "--device", "cpu"])
        }

        private func json(_ file: URL) throws -> [String: Any] {
            try #require(try JSONSerialization.jsonObject(with: Data(contentsOf: file)) as? [String: Any])
        }

        private func report() throws -> URL {
            let runs = output.appendingPathComponent("runs")
            let name = try #require(try FileManager.default.contentsOfDirectory(atPath: runs.path).first)
            return runs.appendingPathComponent("\(name)/report")
        }

        /// What training was done on: pictures in all, and those with damage.
        private func trained() throws -> (samples: Int, anomalous: Int) {
            let objects = output.appendingPathComponent("objects")
            let name = try #require(
                try FileManager.default.contentsOfDirectory(atPath: objects.path).first { $0.hasPrefix("fit-") })
            let facts = try json(objects.appendingPathComponent("\(name)/data/fit.json"))
            return (try #require(facts["samples"] as? Int), try #require(facts["anomalous"] as? Int))
        }

        @Test func theOtherDataSetsTestSplit() throws {
            let visa = place.starter.appendingPathComponent("starter_visa.tar").path
            try write(auxiliary: "{ kind: visa, path: \"\(visa)\", categories: [board], use: test-split }") {
                $0 + "\nevaluation: { size: 48 }\n"
            }
            let outcome = try run()
            try #require(outcome.status == 0, "\(outcome.errors)")
            let facts = try #require(
                try json(report().appendingPathComponent("metrics.json"))["protocol"] as? [String: Any])
            let auxiliary = try #require(facts["auxiliary"] as? String)
            #expect(auxiliary.hasSuffix("1 category: its labelled test split"), "\(auxiliary)")
            #expect(facts["map_size"] as? String == "48")
            #expect((facts["test_images"] as? [String: Int])?.keys.sorted() == ["tablet"])
            // One normal and two synthetic pictures of its own; the rest is real damage and good pictures of the other
            // set.
            let (samples, anomalous) = try trained()
            #expect(anomalous > 2 && samples > anomalous + 1)
        }

        @Test func theOtherDataSetsNormalsWithDamageDrawnOnThem() throws {
            let other = place.folder.appendingPathComponent("other.tar.xz")
            try FileManager.default.copyItem(
                at: place.starter.appendingPathComponent("starter_mvtec.tar.xz"), to: other)
            try write(auxiliary: "{ path: \"\(other.path)\", categories: [hex_nut], shots: 2 }")
            let outcome = try run()
            try #require(outcome.status == 0, "\(outcome.errors)")
            #expect(try trained() == (samples: 9, anomalous: 6))
            let text = try String(contentsOf: report().appendingPathComponent("report.md"), encoding: .utf8)
            #expect(text.contains("1 category: 2 normals a category, seed 0, and damage drawn on them"))
            // Its pictures are no part of what is exported or measured.
            #expect(!outcome.output.contains("hex_nut"))
            let again = try run()
            #expect(again.status == 0 && again.output == outcome.output)
        }

        @Test func itsOwnTestSplitUnderAnotherNameIsRefused() throws {
            let same = place.folder.appendingPathComponent("same.tar.xz")
            try FileManager.default.copyItem(at: place.starter.appendingPathComponent("starter_mvtec.tar.xz"), to: same)
            try write(auxiliary: "{ path: \"\(same.path)\", use: test-split }")
            let outcome = try run()
            #expect(outcome.status == 78)
            #expect(outcome.errors.contains("tablet is a category of the data set itself"), "\(outcome.errors)")
        }

        @Test func ownSentencesDecideAndAreChecked() throws {
            let file = place.folder.appendingPathComponent("prompts.json")
            try write(auxiliary: "none") {
                $0.replacing("image_size: 64", with: "prompts: prompts.json\n    image_size: 64")
            }
            let missing = try run()
            #expect(missing.status == 66 && missing.errors.contains("prompts.json"), "\(missing.errors)")
            try Data(#"{"templates": ["no place"]}"#.utf8).write(to: file)
            let wrong = try run()
            #expect(wrong.status == 65 && wrong.errors.contains("needs {} once"), "\(wrong.errors)")
            try Data(#"{"templates": ["a {}."], "names": {"tablet": "pill"}}"#.utf8).write(to: file)
            let fine = try run()
            #expect(fine.status == 0, "\(fine.errors)")
        }
    }
}
