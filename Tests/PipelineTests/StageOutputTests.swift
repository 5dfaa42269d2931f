import Foundation
import Imaging
import ParameterKit
import StageKit
import Testing

extension ProgramTests {
    /// What the stages without networks write for a fixed little data set. A stage whose bytes change for the same
    /// request must get another version, or two kinds of results would be taken for one.
    ///
    /// Stages with networks are left out: their last digits depend on the processor. `FLAWSMITH_RECORD_SNAPSHOTS=1`
    /// writes the snapshot anew, and the test then fails once.
    @Suite struct StageOutputTests {
        private static let snapshot = Program.checkout.appendingPathComponent("Tests/Snapshots/stage-outputs.json")

        @Test func outputsChangeOnlyWithTheirVersion() throws {
            let place = FileManager.default.temporaryDirectory.appendingPathComponent(
                "outputs-\(UInt64.random(in: 0 ... .max))")
            defer { try? FileManager.default.removeItem(at: place) }
            for (offset, category) in ["bolt", "felt"].enumerated() {
                try writePictures(
                    of: category, seed: UInt32(offset), to: place.appendingPathComponent("data/\(category)"))
            }
            let manifest = place.appendingPathComponent("outputs.yaml")
            try Data(
                """
                version: 2
                name: outputs
                dataset: { kind: mvtec, path: data }
                sampling: { shots: [1, 2], seeds: [3] }
                generation: { method: cutpaste, images_per_normal: 2 }
                """.utf8
            ).write(to: manifest)
            let output = place.appendingPathComponent("out")
            func run(_ name: String, _ options: String...) throws -> [String: String] {
                var arguments = ["run", manifest.path, "--output", output.path, "--set", "name=\(name)"]
                for option in options { arguments += ["--set", option] }
                let outcome = try Program.run(arguments)
                try #require(outcome.status == 0, "\(outcome.errors)")
                return try digests(output, run: name)
            }
            var found = try run("outputs")
            #expect(found.count == 2 + 4 + 4 + 4 + 2)
            // What other generators draw; the pictures taken from elsewhere are those of the first run's export.
            let others = [
                "perlin": try run("perlin", "generation.method=perlin"),
                "external": try run(
                    "external", "generation.method=external",
                    "generation.external.path=\(output.path)/exports/outputs-2shot-s3-mvtec.tar.gz"),
            ]
            for (method, digests) in others {
                for (stage, digest) in digests where stage.hasPrefix("generate/") {
                    found["\(method): \(stage)"] = digest
                }
            }
            #expect(found.count == 16 + 2 * 4)
            if ProcessInfo.processInfo.environment["FLAWSMITH_RECORD_SNAPSHOTS"] == "1" {
                try DurableFile.write(JSONValue.object(found.mapValues { .string($0) }).prettyText, to: Self.snapshot)
                Issue.record("recorded \(Self.snapshot.lastPathComponent): look at the difference, then run again")
            }
            let known =
                try JSONValue(parsing: try DurableFile.read(Self.snapshot)).object?.compactMapValues(\.string) ?? [:]
            for (stage, digest) in found {
                #expect(
                    known[stage] == digest,
                    "\(stage) writes other bytes than its version did: raise the stage's version, then record the snapshot"
                )
            }
        }

        /// "<job> v<version>" → one SHA-256 over all files of its object.
        private func digests(_ output: URL, run name: String) throws -> [String: String] {
            let runs = try FileManager.default.contentsOfDirectory(atPath: output.appendingPathComponent("runs").path)
            let run = try #require(runs.first { $0.hasPrefix(name + "-") })
            let lock = try JSONValue(
                parsing: try DurableFile.read(output.appendingPathComponent("runs/\(run)/lock.json")))
            var found: [String: String] = [:]
            // The page's pictures are JPEG, whose bytes depend on the linked library's version.
            for (job, name) in lock["jobs"]?.object ?? [:] where !job.hasPrefix("report/") {
                let object = ArtifactStore(root: output).object(named: name.string ?? "")
                var listing = ""
                for path in try StoredObject.files(under: object.data) {
                    listing += "\(try Digest.sha256(file: object.data.appendingPathComponent(path)))  \(path)\n"
                }
                found["\(job) v\(object.identity?.version ?? 0)"] = Digest.sha256(listing)
            }
            return found
        }

        /// An object on plain ground with a little noise, in whole numbers alone, so that every machine draws the same.
        private func writePictures(of category: String, seed: UInt32, to folder: URL) throws {
            var state = seed &* 2_654_435_761 &+ 1
            func picture(damaged: Bool) -> (Image, Mask) {
                let (width, height) = (40, 32)
                var pixels: [UInt8] = []
                var mask = Mask(width: width, height: height)
                for y in 0..<height {
                    for x in 0..<width {
                        state = state &* 1_664_525 &+ 1_013_904_223
                        let noise = UInt8(state >> 28)
                        let inside = (x - 20) * (x - 20) + (y - 16) * (y - 16) < 120
                        let hole = damaged && (x - 23) * (x - 23) + (y - 14) * (y - 14) < 10
                        mask[x, y] = hole
                        pixels += [
                            hole ? 240 : inside ? 60 + noise : 200 + noise, inside ? 90 + noise : 190, 120 + noise,
                        ]
                    }
                }
                return (Image(width: width, height: height, channels: 3, pixels: pixels), mask)
            }
            func write(_ image: Image, _ path: String) throws {
                try DurableFile.write(Data(image.png()), to: folder.appendingPathComponent(path))
            }
            for number in 0..<3 { try write(picture(damaged: false).0, "train/good/00\(number).png") }
            for number in 0..<2 {
                try write(picture(damaged: false).0, "test/good/00\(number).png")
                let (image, mask) = picture(damaged: true)
                try write(image, "test/hole/00\(number).png")
                try write(mask.image, "ground_truth/hole/00\(number)_mask.png")
            }
        }
    }
}
