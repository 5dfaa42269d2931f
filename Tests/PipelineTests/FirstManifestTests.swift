import AnomalyDatasets
import Foundation
import Imaging
import ParameterKit
import StageKit
import Testing

/// From a folder of photos to an archive, as a user goes: new, validate, config, run, status, why, clean.
extension ProgramTests {
    @Suite(.serialized) struct FirstManifestTests {
        let folder: URL

        init() throws {
            folder = FileManager.default.temporaryDirectory.appendingPathComponent(
                "first-\(UInt64.random(in: 0 ... .max))")
            for number in 0..<5 {
                try DurableFile.write(
                    Data(try PartFolder.part(number).png()),
                    to: folder.appendingPathComponent("hazelnut/IMG_\(number).png"))
            }
        }

        private func tool(_ arguments: String...) throws -> Program.Outcome {
            try Program.run(arguments)
        }

        private var photos: String { folder.appendingPathComponent("hazelnut").path }
        private var manifest: String { folder.appendingPathComponent("parts.yaml").path }
        private var output: String { folder.appendingPathComponent("out").path }

        @Test(.timeLimit(.minutes(3)))
        func fromPhotosToAnArchive() throws {
            defer { try? FileManager.default.removeItem(at: folder) }
            let new = try tool("new", photos, "--to", manifest)
            #expect(new.status == 0 && new.output.contains("1 category, 5 normal pictures, 40 synthetic ones"))
            #expect(new.output.contains("flawsmith fetch sd15 --to "))
            #expect(try tool("new", photos, "--to", manifest).status == 73)
            #expect(try tool("new", photos + "s", "--to", manifest).status == 66)
            try DurableFile.write("none", to: folder.appendingPathComponent("bare/readme.txt"))
            let bare = try tool("new", folder.appendingPathComponent("bare").path)
            #expect(bare.status == 65 && bare.errors.contains("holds no pictures (PNG, "), "\(bare.errors)")
            #expect(try tool("sheet", manifest, "--to", "page.gif").status == 64)
            #expect(try tool("validate", manifest, "--keys").status == 0)
            // The model isn't there, and that is said before anything runs.
            let missing = try tool("validate", manifest, "--output", output)
            #expect(missing.status == 66 && missing.errors.contains("models.diffusion"))
            #expect(missing.errors.contains("Bring it: flawsmith fetch sd15 --to "), "\(missing.errors)")
            #expect(try tool("validate", manifest, "--set", "generation.cut.stepz=1").status == 78)

            let paste = ["--set", "generation.method=cutpaste", "--output", output]
            let valid = try Program.run(["validate", manifest] + paste)
            #expect(valid.status == 0 && valid.output.contains("in order: 1 category, 1 data set, 6 jobs"))
            let run = try Program.run(["run", manifest] + paste)
            #expect(run.status == 0, "\(run.errors)")
            #expect(run.errors.contains("hazelnut is called as a category of MVTec AD"))
            let archive = folder.appendingPathComponent("out/exports/hazelnut-full-s0-mvtec.tar.gz")
            #expect(FileManager.default.fileExists(atPath: archive.path))
            #expect(run.output.hasPrefix("Data set: \(archive.path)\nReport:   "), "\(run.output)")
            // 20 of each kind, on all five pictures alike.
            let object = try #require(try lock()["generate/hazelnut/full-s0"]?.string)
            let units: [ListedUnit] = try JSONLines.read(
                from: ArtifactStore(root: URL(fileURLWithPath: output)).object(named: object).data
                    .appendingPathComponent(
                        "list.jsonl"))
            #expect(Dictionary(grouping: units, by: \.anomaly).mapValues(\.count) == ["scratch": 20, "stain": 20])
            #expect(Set(Dictionary(grouping: units) { $0.source ?? "" }.values.map(\.count)) == [8])

            let status = try Program.run(["status", manifest] + paste)
            #expect(status.output.contains("6 of 6 objects are done"))
            let more = try Program.run(
                ["status", manifest] + paste + [
                    "--set", "generation.anomalies=[{name: scratch, words: scratched, count: 50}]",
                ])
            #expect(more.output.contains("20 of 50 pictures"), "\(more.output)")
            let why = try Program.run(["why", manifest, "generate"] + paste + ["--set", "generation.seed=4"])
            #expect(why.status == 0 && why.output.contains("- asked.seed: 0\n  + asked.seed: 4"), "\(why.output)")
            #expect(try Program.run(["why", manifest, "generat"] + paste).status == 64)
            let clean = try tool("clean", "--output", output, "--dry-run", "--days", "0")
            #expect(clean.status == 0 && clean.output.contains("would remove 0 of"), "\(clean.output)")

            // Another seed's pictures stay where the first run's go, with the run's folder.
            let other = paste + ["--set", "generation.seed=4"]
            let runs = URL(fileURLWithPath: output).appendingPathComponent("runs")
            let first = try #require(try FolderListing.entries(of: runs).first).name
            #expect(try Program.run(["run", manifest] + other).status == 0)
            try DurableFile.remove(runs.child(first))
            let removed = try tool("clean", "--output", output, "--days", "0")
            // The generate, export and report objects and 40 pictures; ingest, foreground and sample are the other run's, too.
            #expect(removed.status == 0 && removed.output.contains("removed 43 of"), "\(removed.output)")
            #expect(!FileManager.default.fileExists(atPath: output + "/objects/\(object)"))
            let left = try tool("verify", "--output", output)
            #expect(left.status == 0, "\(left.output)")
            #expect(try Program.run(["run", manifest] + other).errors.contains("nothing to do"))
        }

        private func lock() throws -> [String: JSONValue] {
            let runs = URL(fileURLWithPath: output).appendingPathComponent("runs")
            let name = try #require(try FileManager.default.contentsOfDirectory(atPath: runs.path).first)
            let json = try JSONValue(parsing: try DurableFile.read(runs.appendingPathComponent("\(name)/lock.json")))
            return json["jobs"]?.object ?? [:]
        }

        /// Damage of a kind that has a place stays in it; of another size or beside the part it is an error.
        @Test(.timeLimit(.minutes(5)))
        func damageStaysInItsPlace() throws {
            let parts = try PartFolder(
                "method: cutpaste, images_per_normal: 2, anomalies: [{ words: bent, place: left.png }, { words: torn, count: 3 }]"
            )
            var left = Image(width: PartFolder.width, height: PartFolder.height, colour: [0])
            for y in 0..<PartFolder.height { for x in 0..<20 { left[x, y] = 255 } }
            try parts.write(left, "left.png")
            let outcome = try parts.run()
            #expect(outcome.status == 0, "\(outcome.errors)")
            let units = try parts.units("bolt/2shot-s3")
            #expect(units.count == 2 * 2 + 3)
            for unit in units where unit.anomaly == "bent" {
                let mask = try unit.mask
                #expect(!mask.isEmpty && mask.intersection(Mask(left, above: 127)) == mask)
                #expect(try unit.record["place"]?.string?.count == 64)
            }
            try parts.write(Image(width: 8, height: 8, colour: [255]), "left.png")
            let small = try parts.run()
            #expect(small.status == 65 && small.errors.contains("left.png: is 8×8"), "\(small.errors)")
            try FileManager.default.removeItem(at: parts.url("left.png"))
            #expect(try parts.run().status == 66)
        }

        /// Damage of a kind that has a size takes that much of the part at most, at another spot in each picture.
        @Test(.timeLimit(.minutes(5)))
        func sizeAndStrengthAreAKindsOwn() throws {
            let parts = try PartFolder(
                "method: cutpaste, images_per_normal: 4, cutpaste: { area: [0.3, 0.4] }, anomalies: [{ words: bent, size: 0.02, strength: 0.8 }, { words: torn }]"
            )
            let outcome = try parts.run()
            #expect(outcome.status == 0, "\(outcome.errors)")
            let units = try parts.units("bolt/2shot-s3")
            let bent = units.filter { $0.anomaly == "bent" }, torn = units.filter { $0.anomaly == "torn" }
            let most = Int((0.02 * Double(PartFolder.width * PartFolder.height)).rounded())
            #expect(try !bent.isEmpty && bent.allSatisfy { try (1...most).contains($0.mask.count) })
            #expect(try !torn.isEmpty && torn.allSatisfy { try $0.mask.count > most })
            #expect(try Set(bent.map { try $0.mask.values }).count == bent.count)
            #expect(
                try bent.allSatisfy { try $0.record["size"]?["share"] == 0.02 && $0.record["strength"] == 0.8 })
            #expect(try torn.allSatisfy { try $0.record["size"] == nil && $0.record["strength"] == nil })
        }

        /// What waits for a category that is left out is told by the exit code; what is finished of it is used.
        @Test(.timeLimit(.minutes(5)))
        func whatOnlyLeavesOutIsTold() throws {
            let parts = try PartFolder("method: cutpaste, images_per_normal: 2")
            let bolts = try parts.run("--only", "bolt")
            #expect(bolts.status == 75, "\(bolts.errors)")
            #expect(
                bolts.errors.contains("waits: generate/nut/1shot-s3 isn't done, and --only leaves it out"),
                "\(bolts.errors)")
            #expect(try parts.run("--only", "bolt", "--until", "generate").status == 0)
            let nuts = try parts.run("--only", "nut")
            #expect(nuts.status == 0 && !nuts.errors.contains("waits"), "\(nuts.errors)")
            #expect(try parts.run().errors.contains("nothing to do"))

            let more = ["--set", "sampling={shots: [1, 2], seeds: [3, 4]}", "--until", "export"]
            let one = try parts.run(more + ["--only", "shots=1", "--only", "seed=4"])
            #expect(one.status == 0 && one.errors.contains("export/1shot-s4"), "\(one.errors)")
            #expect(!one.errors.contains("2shot") && !one.errors.contains("-s3"), "\(one.errors)")
            let none = try parts.run(more + ["--only", "seed=5"])
            #expect(none.status == 64 && none.errors.contains("It asks for 3, 4."), "\(none.errors)")
        }

        @Test func originsArePrinted() throws {
            defer { try? FileManager.default.removeItem(at: folder) }
            _ = try tool("new", photos, "--to", manifest)
            let config = try tool("config", manifest, "--set", "generation.cut.gamma=0.3")
            #expect(config.status == 0)
            #expect(config.output.contains("# --set") && config.output.contains("# preset fast"))
            let json = try tool("config", manifest, "--format", "json")
            #expect(try JSONValue(parsing: Data(json.output.utf8))["name"]?["origin"] == "line")
        }

        @Test(.timeLimit(.minutes(5)))
        func theDoctorLooksBeforeTheFirstJob() throws {
            defer { try? FileManager.default.removeItem(at: folder) }
            let well = try tool("doctor", "--output", output, "--device", "cpu", "--format", "json")
            let json = try JSONValue(parsing: Data(well.output.utf8))
            #expect(well.status == 0 && json["exit_code"] == 0, "\(well.output)")
            _ = try tool("new", photos, "--to", manifest)
            #expect(try tool("doctor", manifest, "--output", output, "--device", "cpu").status == 66)
            #expect(try tool("doctor", "--output", output, "--device", "cuda:99").status == 69)
        }

        @Test func eventsForProgramsAndSilence() throws {
            defer { try? FileManager.default.removeItem(at: folder) }
            _ = try tool("new", photos, "--to", manifest)
            let paste = ["--set", "generation.method=cutpaste", "--output", output]
            let events = try Program.run(["run", manifest, "--log-format", "json", "--until", "sample"] + paste)
            let kinds = try events.errors.split(separator: "\n").map {
                try JSONValue(parsing: Data($0.utf8))["event"]?.string ?? ""
            }
            #expect(Set(kinds).isSuperset(of: ["started", "progress", "notice", "finished", "summary"]))
            let quiet = try Program.run(["run", manifest, "--quiet", "--until", "sample"] + paste)
            #expect(quiet.status == 0 && quiet.errors.isEmpty, "\(quiet.errors)")
            let failed = try Program.run(["run", manifest + "x", "--log-format", "json"])
            #expect(failed.status == 66)
        }

        /// Every command's help says how it is used.
        @Test(arguments: [
            "new", "validate", "config", "doctor", "run", "status", "why", "clean", "plan", "compare", "verify",
            "synthesize", "schema", "evaluate", "sheet", "bench",
        ])
        func helpHasAnExample(command: String) throws {
            defer { try? FileManager.default.removeItem(at: folder) }
            let help = try tool("help", command)
            #expect(help.status == 0 && help.output.contains("Example:"), "\(command)")
            #expect(help.output.contains("flawsmith \(command)"))
        }
    }
}
