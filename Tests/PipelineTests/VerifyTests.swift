import Foundation
import Glibc
import StageKit
import Testing

/// `verify` says what it read, what it found, and what it passed over.
extension ProgramTests {
    @Suite(.serialized) struct VerifyTests {
        let parts: PartFolder
        let store: ArtifactStore
        init() throws {
            parts = try PartFolder("method: cutpaste, images_per_normal: 2")
            store = ArtifactStore(root: parts.url("out"))
            let made = try parts.run()
            try #require(made.status == 0, "\(made.errors)")
        }

        private func verify() throws -> Program.Outcome {
            try Program.run(["verify", "--output", parts.url("out").path])
        }

        private func object(_ stage: String) throws -> StoredObject {
            let names = try FolderListing.entries(of: store.objects).map(\.name).filter { $0.hasPrefix(stage + "-") }
            return store.object(named: try #require(names.first))
        }

        private var unit: PooledUnit {
            get throws {
                let prefix = try #require(try FolderListing.entries(of: store.units).first).name
                return store.unit(try #require(try FolderListing.entries(of: store.units.child(prefix)).first).name)
            }
        }

        @Test func aWholeFolderIsSaidToBe() throws {
            let outcome = try verify()
            #expect(outcome.status == 0)
            let count = try #require(outcome.output.split(separator: " ").first.flatMap { Int($0) })
            #expect(count > 20, "\(outcome.output)")
            #expect(outcome.output.contains("finished results, 0 damaged"))
            #expect(!outcome.output.contains("passed over"), "\(outcome.output)")
        }

        @Test(arguments: ["", "nonsense\n", "{\"unit\":\"a\"}\n"])
        func aListThatCannotBeUnderstoodIsNoEmptyList(_ text: String) throws {
            let list = try object("generate").data.child("list.jsonl")
            try Data(text.utf8).write(to: list)
            let outcome = try verify()
            #expect(outcome.status == 65 && outcome.output.contains("list.jsonl"), "\(outcome.output)")
            if !text.isEmpty { #expect(outcome.output.contains("the list of its units can't be read")) }
        }

        @Test func aRecordThatIsNotTheListedOneIsFound() throws {
            let file = try unit.recordFile
            let text = String(decoding: try DurableFile.read(file), as: UTF8.self)
            try Data(text.replacingOccurrences(of: "\"seed\": ", with: "\"seed\": 1").utf8).write(to: file)
            let outcome = try verify()
            #expect(outcome.status == 65 && outcome.output.contains("has another record"), "\(outcome.output)")
        }

        @Test func anIdentityOfAnotherNameIsFound() throws {
            let file = try object("sample").identityFile
            let text = String(decoding: try DurableFile.read(file), as: UTF8.self)
            try Data(text.replacingOccurrences(of: "\"seed\": 3", with: "\"seed\": 4").utf8).write(to: file)
            #expect(try verify().output.contains("identity.json is not what the folder's name was made of"))
            // The next run writes it again.
            #expect(try parts.run().status == 0)
            #expect(try verify().status == 0)
        }

        @Test func whatIsPassedOverIsSaidAndCounted() throws {
            try FileManager.default.removeItem(at: try object("export").doneFile)
            try FileManager.default.removeItem(at: try unit.recordFile)
            try DurableFile.write("x", to: store.objects.child("notes.txt"))
            try DurableFile.write("x", to: store.objects.child("empty/file"))
            let outcome = try verify()
            #expect(outcome.output.contains("objects/notes.txt: passed over"))
            #expect(outcome.output.contains("objects/empty: passed over"))
            #expect(outcome.output.contains("2 begun and not finished, 2 passed over"), "\(outcome.output)")
        }

        @Test func cachedFilesAreRead() throws {
            let tokens = store.cache.child("tokens")
            let bytes = Data("tokens".utf8), address = String(repeating: "a", count: 64)
            let whole = tokens.child("\(address).\(Digest.sha256(bytes)).safetensors")
            try DurableFile.write(bytes, to: whole)
            let fine = try verify()
            // The run remembers which results may be taken over, too: the masks of two categories at two shot counts.
            #expect(fine.status == 0 && fine.output.contains("5 of them in the cache"), "\(fine.output)")
            try Data("tokems".utf8).write(to: whole)
            let outcome = try verify()
            #expect(outcome.status == 65 && outcome.output.contains("cache/tokens/\(address)"), "\(outcome.output)")
        }

        @Test func anExportUnderItsOwnNameIsRead() throws {
            let tarball = try #require(
                try FolderListing.entries(of: store.exports).map(\.name).first { !$0.hasSuffix(".sha256") })
            let bytes = try DurableFile.read(store.exports.child(tarball))
            try FileManager.default.removeItem(at: store.exports.child(tarball))
            try (bytes.dropLast() + [7]).write(to: store.exports.child(tarball))
            let outcome = try verify()
            #expect(outcome.status == 65 && outcome.output.contains("exports/\(tarball): has another SHA-256"))
        }

        /// A link to itself can be read by nobody.
        @Test func whatCannotBeReadIsNotCalledDamaged() throws {
            let file = try unit.file("image.png")
            try FileManager.default.removeItem(at: file)
            try FileManager.default.createSymbolicLink(atPath: file.path, withDestinationPath: file.path)
            let outcome = try verify()
            #expect(outcome.status == 74 && outcome.output.contains("0 damaged"), "\(outcome.output)")
            #expect(outcome.output.contains("1 that can't be read") && outcome.output.contains("image.png"))
        }

        /// Once everything is done, `run` still sees what is missing in the pool, and makes that alone again.
        @Test(arguments: ["units", "record.json", "image.png", "mask.png", "empty"])
        func theNextRunMakesMissingUnitsAgain(_ lost: String) throws {
            let before = try Tree(store.root)
            switch lost {
            case "units": try FileManager.default.removeItem(at: store.units)
            case "empty": try Data().write(to: try unit.file("image.png"))
            default: try FileManager.default.removeItem(at: try unit.file(lost))
            }
            let plan = try parts.run(command: "plan")
            #expect(plan.output.contains("damaged: ") && !plan.output.contains("run sample"), "\(plan.output)")
            let again = try parts.run()
            #expect(again.status == 0 && !again.errors.contains("nothing to do"), "\(again.errors)")
            let after = try Tree(store.root)
            #expect(after.files.keys.sorted() == before.files.keys.sorted())
            #expect(after.files == before.files)
            #expect(try parts.run().errors.contains("nothing to do"))
        }

        /// A link to itself can be listed by nobody.
        @Test func unitsThatCannotBeListedAreNotCalledMissing() throws {
            let name = try unit.id
            let folder = store.units.child(String(name.prefix(2)))
            try FileManager.default.removeItem(at: folder)
            try FileManager.default.createSymbolicLink(atPath: folder.path, withDestinationPath: folder.path)
            let outcome = try verify()
            #expect(outcome.status == 74 && outcome.output.contains("0 damaged"), "\(outcome.output)")
            let run = try parts.run()
            #expect(run.status == 74 && run.errors.contains(folder.path), "\(run.errors)")
        }

        /// A pipe is not waited for.
        @Test(.timeLimit(.minutes(5)))
        func aPipeInPlaceOfAPictureIsDamage() throws {
            let file = try unit.file("image.png")
            try FileManager.default.removeItem(at: file)
            try #require(mkfifo(file.path, 0o644) == 0)
            let outcome = try verify()
            #expect(outcome.status == 65 && outcome.output.contains("not a plain file"), "\(outcome.output)")
        }

        /// Nothing can be written, removed or renamed below the folder.
        @Test(.enabled(if: SystemFault.library != nil, "needs a C compiler"))
        func aReadOnlyFileSystemIsVerified() throws {
            let counter = parts.url("counter")
            func call(_ arguments: [String]) throws -> Program.Outcome {
                var environment = try SystemFault.none.environment(under: store.root, counter: counter)
                environment["FAULT_CHANGES"] = "\(EROFS)"
                return try Program.run(arguments + ["--output", store.root.path], environment: environment)
            }
            let digests = store.cache.child("digests.jsonl")
            try #require(try DurableFile.exists(digests))
            let whole = try call(["verify"])
            #expect(whole.status == 0 && whole.output.contains(", 0 damaged"), "\(whole.output)\(whole.errors)")
            #expect(whole.output.contains("digests.jsonl: can't remove: Read-only file system"), "\(whole.output)")
            #expect(try DurableFile.exists(digests) && SystemFault.count(counter) > 50)
            let status = try call(["status", parts.url("parts.yaml").path])
            #expect(status.status == 0 && status.output.contains("objects are done"), "\(status.errors)")
            try FileManager.default.removeItem(at: try unit.file("image.png"))
            let damaged = try call(["verify"])
            #expect(damaged.status == 65 && damaged.output.contains("image.png is missing"), "\(damaged.output)")
        }

        @Test func emptyAndAbsentFoldersAreNamed() throws {
            #expect(try Program.run(["verify", "--output", ""]).status == 64)
            #expect(try Program.run(["run", parts.url("parts.yaml").path, "--output", ""]).status == 64)
            for place in ["nowhere", "data", "parts.yaml"] {
                let outcome = try Program.run(["verify", "--output", parts.url(place).path])
                #expect(outcome.status == 66 && outcome.errors.contains(place), "\(outcome.errors)")
            }
        }

        /// Every stage that a forced run names runs again, and nothing else does where it comes out the same.
        @Test(arguments: ["ingest", "foreground", "sample", "generate", "export"])
        func forceRunsTheStageAgain(_ stage: String) throws {
            func finished() throws -> [String: String] {
                var times: [String: String] = [:]
                for entry in try FolderListing.entries(of: store.objects) {
                    times[entry.name] = String(
                        decoding: try DurableFile.read(store.object(named: entry.name).doneFile), as: UTF8.self)
                }
                return times
            }
            let before = try finished()
            let forced = try parts.run("--force", stage)
            #expect(forced.status == 0, "\(forced.errors)")
            let after = try finished()
            #expect(Set(after.keys) == Set(before.keys))
            let again = Set(after.filter { before[$0.key] != $0.value }.keys)
            #expect(again == Set(before.keys.filter { $0.hasPrefix(stage + "-") }) && !again.isEmpty)
            #expect(try verify().status == 0)
        }
    }
}
