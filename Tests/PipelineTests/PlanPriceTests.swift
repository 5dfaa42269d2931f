import Foundation
import Testing

/// What `plan` says of the price where neither data nor models are there, and where they are.
extension ProgramTests {
    @Suite(.serialized) struct PlanPriceTests {
        let place: Workplace
        init() throws { place = try Workplace() }

        private func plan(_ manifest: String, _ arguments: String...) throws -> Program.Outcome {
            try Program.run(
                ["plan", manifest, "--output", place.folder.appendingPathComponent("out").path] + arguments)
        }

        private func plan(shipped name: String, _ arguments: String...) throws -> String {
            // A copy in an empty folder: beside the checkout somebody may have the data.
            let copy = place.folder.appendingPathComponent("empty/\(name)")
            try FileManager.default.createDirectory(
                at: copy.deletingLastPathComponent(), withIntermediateDirectories: true)
            try? FileManager.default.removeItem(at: copy)
            try FileManager.default.copyItem(at: Program.checkout.appendingPathComponent("Manifests/\(name)"), to: copy)
            let outcome = try Program.run(
                ["plan", copy.path, "--output", place.folder.appendingPathComponent("out").path] + arguments)
            #expect(outcome.status == 0, "\(outcome.errors)")
            #expect(!FileManager.default.fileExists(atPath: place.folder.appendingPathComponent("out").path))
            return outcome.output
        }

        /// The paper's protocol: 100 pictures of each of k normals for five seeds, five of every normal once.
        @Test(arguments: [
            (
                "mvtec-fewshot.yaml",
                [
                    "1-shot: 5 data sets of 1,500 pictures, from 15", "auxiliary data: 2,162 pictures",
                    "4-shot: 5 data sets of 6,000", "generate      30,000",
                ]
            ),
            (
                "visa-fewshot.yaml",
                [
                    "2-shot: 5 data sets of 2,400 pictures, from 24", "4-shot: 5 data sets of 4,800",
                    "generate      24,000",
                ]
            ),
            (
                "mvtec-fullshot.yaml",
                ["full-shot: 1 data set of 18,145 pictures, from 3,629 normals", "generate      18,145"]
            ),
            (
                "visa-fullshot.yaml",
                ["full-shot: 1 data set of 43,295 pictures, from 8,659 normals", "generate      43,295", "602 GB"]
            ),
        ])
        func thePapersManifestsArePricedWithoutTheirInputs(name: String, phrases: [String]) throws {
            let text = try plan(shipped: name)
            for phrase in [
                "missing  dataset.path", "missing  auxiliary.path", "missing  models.diffusion",
                "missing  models.clip", "was published",
            ] + phrases {
                #expect(text.contains(phrase), "\(phrase) in\n\(text)")
            }
        }

        @Test func hoursRestOnWhatIsGiven() throws {
            let text = try plan(shipped: "visa-fullshot.yaml", "--seconds-per-pass", "0.02", "--until", "generate")
            #expect(text.contains("from the given 0.02 s"))
            #expect(!text.contains("fit  ") && !text.contains("export  "))
            let bench = place.folder.appendingPathComponent("bench.json")
            try Data(
                #"{"title": "a machine", "medians_per_picture": {"text": 1, "encode": 1, "forward": 1, "evaluation": 1, "guided": 2, "decode": 1}}"#
                    .utf8
            )
            .write(to: bench)
            #expect(try plan(shipped: "visa-fullshot.yaml", "--bench", bench.path).contains("(a machine)"))
            try Data("{}".utf8).write(to: bench)
            #expect(try plan(place.manifest, "--bench", bench.path).status == 65)
            #expect(try plan(place.manifest, "--bench", bench.path + "x").status == 66)
            #expect(try plan(place.manifest, "--seconds-per-pass", "-1").status == 64)
            #expect(try plan(place.manifest, "--seconds-per-pass", "1", "--bench", bench.path).status == 64)
        }

        @Test func anAbsentDataSetThatNobodyPublishedIs66() throws {
            for kind in ["folder", "auto"] {
                let outcome = try plan(
                    place.manifest, "--set", "dataset.path=nowhere.tar", "--set", "dataset.kind=\(kind)")
                #expect(outcome.status == 66, "\(kind): \(outcome.output)")
                #expect(outcome.errors.contains("nowhere.tar"))
            }
            // By its name it is known.
            let known = try plan(
                place.manifest, "--set", "dataset.path=VisA_20220922.tar", "--set", "dataset.kind=auto", "--set",
                "dataset.categories=all", "--only", "candle")
            #expect(known.status == 0 && known.output.contains("from 1 normal"), "\(known.output) \(known.errors)")
            #expect(try plan(place.manifest, "--set", "dataset.path=nowhere.tar", "--only", "zipper").status == 64)
        }

        /// With everything there the jobs come first; a model of another size has no hours.
        @Test func thePriceStandsBelowTheJobs() throws {
            let outcome = try plan(place.manifest)
            #expect(outcome.status == 0)
            #expect(
                outcome.output.contains("run  ingest/hex_nut") && outcome.output.contains("The whole, from nothing:"))
            // Two shots of two categories, two pictures each; sizes are known from ingest alone.
            #expect(outcome.output.contains("2-shot: 1 data set of 8 pictures, from 4 normals"))
            #expect(
                outcome.output.contains("known from ingest on") && outcome.output.contains("isn't of SD 1.5's size"))
            #expect(
                try plan(place.manifest, "--set", "models.diffusion=nowhere").output.contains(
                    "missing  models.diffusion  nowhere"))
        }
    }
}
