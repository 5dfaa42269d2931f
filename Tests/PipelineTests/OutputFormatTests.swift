import Foundation
import ParameterKit
import StageKit
import Testing

/// What commands write for programs, with `--format json`; the keys are those of Pipelines/flawsmith/README.md.
extension ProgramTests {
    @Suite(.serialized) struct OutputFormatTests {
        let parts: PartFolder
        init() throws { parts = try PartFolder("method: cutpaste, images_per_normal: 2") }

        private func json(_ command: String, _ arguments: String...) throws -> JSONValue {
            let outcome = try Program.run(
                [command] + arguments + ["--output", parts.url("out").path, "--format", "json"])
            #expect(outcome.status == 0, "\(outcome.errors)")
            return try JSONValue(parsing: Data(outcome.output.utf8))
        }

        @Test func planForPrograms() throws {
            let plan = try json("plan", parts.url("parts.yaml").path)
            #expect(Set((plan.object ?? [:]).keys) == ["missing", "due", "total", "jobs", "price", "warning"])
            let jobs = try #require(plan["jobs"]?.array)
            #expect(plan["total"]?.int == jobs.count && plan["due"]?.int == jobs.count && plan["missing"] == [])
            let generate = try #require(jobs.first { $0["job"] == "generate/bolt/2shot-s3" })
            #expect(generate["stage"] == "generate" && generate["category"] == "bolt" && generate["runs"] == true)
            #expect(generate["reason"] == "never built")
            #expect(generate["work"]?.string?.hasPrefix("up to 4 pictures") == true)
            let set = plan["price"]?["data_sets"]?.array?.last
            #expect(set?["shots"] == "2" && set?["pictures"] == 8 && set?["normals"] == 4)
            #expect(plan["price"]?["lines"]?.array?.first?["name"] == "generate")

            let without = try json(
                "plan", parts.url("parts.yaml").path, "--set", "generation.method=cut", "--set", "models.diffusion=sd",
                "--set", "dataset.path=mvtec_anomaly_detection.tar.xz")
            #expect(without["jobs"] == [] && without["due"] == .null)
            #expect(without["missing"]?.array?.map { $0["key"]?.string } == ["dataset.path", "models.diffusion"])
            #expect(
                without["missing"]?.array?.last?["command"]?.string?.hasPrefix("flawsmith fetch sd15 --to ") == true)
        }

        @Test func statusForPrograms() throws {
            #expect(try parts.run("--only", "bolt", "--until", "generate").status == 0)
            let status = try json("status", parts.url("parts.yaml").path)
            let jobs = try #require(status["jobs"]?.array)
            #expect(status["total"]?.int == jobs.count && status["done"] == 7 && status["shards"] == .null)
            #expect(jobs.filter { $0["state"] == "done" }.allSatisfy { $0["category"] == "bolt" })
            let made = try #require(jobs.first { $0["job"] == "generate/bolt/2shot-s3" })
            #expect(made["pictures"] == ["done": 4, "total": 4] && made["reason"] == "up to date")
            #expect(made["pictures_unreadable"] == 0 && made["message"] == .null)
            let next = try #require(jobs.first { $0["stage"] == "export" })
            #expect(next["state"] == "missing" && next["pictures"] == .null && next["category"] == .null)
        }

        @Test func verifyForPrograms() throws {
            #expect(try parts.run().status == 0)
            let whole = try json("verify")
            #expect(whole["damaged"] == 0 && whole["exit_code"] == 0 && whole["findings"] == [])
            #expect((whole["checked"]?.int ?? 0) > 20)
            let objects = parts.url("out/objects")
            let name = try #require(
                try FolderListing.entries(of: objects).map(\.name).first { $0.hasPrefix("export-") })
            let file = try #require(try StoredObject.files(under: objects.child(name).child("data")).first)
            let url = objects.child("\(name)/data/\(file)")
            var bytes = try DurableFile.read(url)
            bytes[bytes.count / 2] ^= 1
            try DurableFile.write(bytes, to: url)
            let outcome = try Program.run(["verify", "--output", parts.url("out").path, "--format", "json"])
            let found = try JSONValue(parsing: Data(outcome.output.utf8))
            #expect(outcome.status == 65 && found["exit_code"] == 65 && found["damaged"] == 1)
            let finding = try #require(found["findings"]?.array?.first)
            #expect(finding["kind"] == "damaged" && finding["name"] == .string("objects/\(name)"))
            #expect(finding["message"]?.string?.contains(file) == true)
        }
    }
}
