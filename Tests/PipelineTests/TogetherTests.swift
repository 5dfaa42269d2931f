import Foundation
import Glibc
import Imaging
import ParameterKit
import StageKit
import Testing

/// Two programs at once, and programs whose output nobody reads.
extension ProgramTests {
    @Suite(.serialized) struct TogetherTests {
        /// One of two runs on one folder always finishes; the other does, too, or says 75.
        @Test(.timeLimit(.minutes(5)), arguments: [0, 60])
        func ofTwoRunsOnOneFolderOneFinishes(wait: Int) throws {
            let parts = try PartFolder("method: cutpaste, images_per_normal: 3")
            let reference = try parts.run(output: "reference")
            try #require(reference.status == 0, "\(reference.errors)")
            for round in 0..<4 {
                let output = "out\(round)"
                let arguments = [
                    "run", parts.url("parts.yaml").path, "--output", parts.url(output).path, "--wait", "\(wait)",
                ]
                let (one, other) = (try Program.start(arguments), try Program.start(arguments))
                let outcomes = [try one.wait(), try other.wait()]
                let statuses = outcomes.map(\.status).sorted()
                #expect(
                    statuses == [0, 0] || wait == 0 && statuses == [0, 75], "\(outcomes.map(\.errors))")
                let last = try parts.run(output: output)
                #expect(last.status == 0 && last.errors.contains("nothing to do"), "\(last.errors)")
                #expect(try Program.run(["verify", "--output", parts.url(output).path]).status == 0)
                let (made, expected) = (try Tree(parts.url(output)), try Tree(parts.url("reference")))
                #expect(made.files.keys.sorted() == expected.files.keys.sorted())
                #expect(made.files == expected.files)
            }
        }

        /// A forced run moves files away; it does so only while nobody reads them. One of the two always finishes.
        @Test(
            .timeLimit(.minutes(5)),
            arguments: [
                ("--force generate", "--force export"), ("--force ingest", "--force export"),
                ("--force generate", "--force ingest --force export"), ("--force foreground", "--force generate"),
                ("--force generate", ""),
            ])
        func ofTwoForcedRunsOneFinishes(one: String, other: String) throws {
            let parts = try PartFolder("method: cutpaste, images_per_normal: 6")
            try #require(try parts.run().status == 0)
            let before = try Tree(parts.url("out"))
            for wait in ["0", "60"] {
                let runs = try [one, other].map { forced in
                    try Program.start(
                        ["run", parts.url("parts.yaml").path, "--output", parts.url("out").path, "--wait", wait]
                            + forced.split(separator: " ").map(String.init))
                }
                let outcomes = try runs.map { try $0.wait() }
                let statuses = outcomes.map(\.status).sorted()
                #expect(statuses == [0, 0] || wait == "0" && statuses == [0, 75], "\(outcomes.map(\.errors))")
                let last = try parts.run()
                #expect(last.status == 0, "\(last.errors)")
                #expect(try Tree(parts.url("out")).files == before.files)
            }
        }

        /// Standard error may be a pipe that nobody reads, full to the brim.
        @Test(.timeLimit(.minutes(5)), arguments: [SIGTERM, SIGINT, SIGHUP])
        func signalsAreAnsweredWhileNobodyReadsStandardError(_ number: Int32) throws {
            let parts = try PartFolder("method: cutpaste, images_per_normal: 3")
            let pipe = Pipe()
            let end = pipe.fileHandleForWriting.fileDescriptor
            let flags = fcntl(end, F_GETFL)
            _ = fcntl(end, F_SETFL, flags | O_NONBLOCK)
            let page = [UInt8](repeating: 10, count: 4096)
            for size in [4096, 1] { while write(end, page, size) > 0 {} }
            _ = fcntl(end, F_SETFL, flags)

            let process = Process()
            process.executableURL = Program.tool
            process.arguments = ["run", parts.url("parts.yaml").path, "--output", parts.url("out").path]
            process.standardError = pipe
            process.standardOutput = FileHandle.nullDevice
            try process.run()
            // Its first word is about the first object, whose folder stands by then.
            let objects = parts.url("out/objects").path
            while process.isRunning, (try? FileManager.default.contentsOfDirectory(atPath: objects))?.isEmpty ?? true {
                usleep(10_000)
            }
            usleep(200_000)
            #expect(process.isRunning, "it did not wait for its reader")
            kill(process.processIdentifier, number)
            var looks = 0
            while process.isRunning, looks < 1000 {
                usleep(10_000)
                looks += 1
            }
            let isOver = !process.isRunning
            if !isOver { kill(process.processIdentifier, SIGKILL) }
            process.waitUntilExit()
            #expect(isOver && process.terminationReason == .exit && process.terminationStatus == 128 + number)
        }

        /// Remains of a killed run are removed; of two runs into one folder, one fills it completely.
        @Test(.timeLimit(.minutes(5))) func twoSynthesesIntoOneFolder() throws {
            let place = try Workplace()
            let picture = place.folder.appendingPathComponent("part.png")
            try Data(PartFolder.part(1).png()).write(to: picture)
            let output = place.folder.appendingPathComponent("out")
            try DurableFile.write("half", to: output.appendingPathComponent(".work-17-abc/image.png"))
            func start(_ seed: Int, to folder: URL) throws -> Program.Running {
                try Program.start([
                    "synthesize", "--model", "\(place.starter.path)/diffusion", "--image", picture.path, "--object",
                    "nut",
                    "--anomaly", "damaged", "--set", "generation.cut.steps=8", "--device", "cpu", "--seed", "\(seed)",
                    "--to", folder.path,
                ])
            }
            let together = [try start(1, to: output), try start(2, to: output)]
            for running in together {
                let outcome = try running.wait()
                #expect(outcome.status == 0, "\(outcome.errors)")
            }
            let record = try JSONValue(parsing: try DurableFile.read(output.appendingPathComponent("record.json")))
            let seed = try #require(record["seed"]?.int)
            let alone = place.folder.appendingPathComponent("alone")
            #expect(try start(seed, to: alone).wait().status == 0)
            let names = try FileManager.default.contentsOfDirectory(atPath: alone.path).sorted()
            #expect(try FileManager.default.contentsOfDirectory(atPath: output.path).sorted() == names)
            #expect(names.contains("image.png") && names.contains("mask.png"))
            for name in names {
                #expect(
                    try Data(contentsOf: output.appendingPathComponent(name))
                        == Data(contentsOf: alone.appendingPathComponent(name)), "\(name) is the other's")
            }
        }
    }
}
