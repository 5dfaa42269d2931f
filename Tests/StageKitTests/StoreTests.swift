import Foundation
import ParameterKit
import StageKit
import Testing

@Suite struct StoreTests {
    let place: TemporaryStore
    init() throws { place = try TemporaryStore() }

    @Test func anObjectIsDoneOnlyAfterFinishAndKnowsItsDamage() throws {
        let identity = ObjectIdentity(stage: "ingest", version: 1, asked: ["archive": "abc"])
        let object = place.store.object(identity)
        try object.begin(identity)
        try DurableFile.write("one", to: object.data.appendingPathComponent("folder/a.txt"))
        try DurableFile.write("left by a killed run", to: object.work.appendingPathComponent("scratch"))
        #expect(object.exists && !object.isDone)
        try object.finish()
        #expect(object.isDone && object.damage(contents: true).isEmpty)
        #expect(!FileManager.default.fileExists(atPath: object.work.path))
        #expect(object.identity == identity)

        try Data("two".utf8).write(to: object.data.appendingPathComponent("folder/a.txt"))
        #expect(object.damage().isEmpty)  // same size: seen only when contents are read
        #expect(object.damage(contents: true) == ["folder/a.txt has another SHA-256"])
        try FileManager.default.removeItem(at: object.data.appendingPathComponent("folder/a.txt"))
        #expect(object.damage() == ["folder/a.txt is missing"])
    }

    @Test func temporaryFilesOfAKilledWriterDoNotBecomePartOfAnObject() throws {
        let identity = ObjectIdentity(stage: "ingest", version: 1, asked: [:])
        let object = place.store.object(identity)
        try object.begin(identity)
        let final = object.data.appendingPathComponent("a.png")
        try DurableFile.write("whole", to: final)
        let torn = DurableFile.temporaryName(beside: final)
        try Data("ha".utf8).write(to: torn)
        try object.finish()
        #expect(!FileManager.default.fileExists(atPath: torn.path))
        #expect(try StoredObject.files(under: object.data) == ["a.png"])
    }

    @Test func onlyWhatADeadProcessOfThisMachineLeftIsSweptAway() throws {
        let final = place.folder.appendingPathComponent("record.json")
        let own = DurableFile.temporaryName(beside: final)
        // No process has the largest number that the kernel gives out (4194304) plus one.
        let dead = place.folder.appendingPathComponent(
            own.lastPathComponent.replacingOccurrences(
                of: "-\(ProcessInfo.processInfo.processIdentifier)-", with: "-4194305-"))
        let foreign = place.folder.appendingPathComponent(".record.json.ffffff-4194305-abc.tmp")
        for url in [own, dead, foreign, final] { try Data("x".utf8).write(to: url) }
        DurableFile.sweep(place.folder)
        let left = try FileManager.default.contentsOfDirectory(atPath: place.folder.path).sorted()
        #expect(left == [foreign, own, final].map(\.lastPathComponent).sorted())
    }

    private func scratch(_ text: String) throws -> URL {
        let folder = place.folder.appendingPathComponent("scratch-\(text)")
        try DurableFile.write(text, to: folder.appendingPathComponent("image.png"))
        return folder
    }

    @Test func aPooledUnitIsWrittenOnceAndComparedAfterwards() throws {
        let unit = place.store.unit("0123abcd")
        #expect(unit.folder.path.hasSuffix("units/01/0123abcd"))
        try unit.fail("out of memory")
        let digest = try unit.commit(["seed": 7], files: ["image.png"], from: try scratch("one"))
        #expect(!FileManager.default.fileExists(atPath: unit.failureFile.path))
        #expect(try unit.record()["files"]?["image.png"]?.string == Digest.sha256("one"))
        let written = try FileManager.default.attributesOfItem(atPath: unit.recordFile.path)[.systemFileNumber] as? Int

        #expect(try unit.commit(["seed": 7], files: ["image.png"], from: try scratch("one")) == digest)
        let again = try FileManager.default.attributesOfItem(atPath: unit.recordFile.path)[.systemFileNumber] as? Int
        #expect(written == again && written != nil)

        let error = #expect(throws: Failure.self) {
            try unit.commit(["seed": 7], files: ["image.png"], from: try scratch("two"))
        }
        #expect(error?.status == .internalError)
        #expect(try place.text(unit.file("image.png")) == "one")

        #expect(unit.damage().isEmpty)
        try Data("two".utf8).write(to: unit.file("image.png"))
        #expect(unit.damage() == ["image.png has another SHA-256"])
        #expect(throws: Failure.self) { try unit.check() }
        // Making it again mends it.
        #expect(try unit.commit(["seed": 7], files: ["image.png"], from: try scratch("one")) == digest)
        #expect(unit.damage().isEmpty)
    }

    @Test func digestsAreRememberedUntilTheFileChanges() throws {
        let file = place.folder.appendingPathComponent("archive.tar")
        try Data("first".utf8).write(to: file)
        #expect(try DigestCache(store: place.store).sha256(file) == Digest.sha256("first"))
        // What is remembered is used: a line that claims otherwise for the same face of the file is believed.
        let cache = place.store.cache.appendingPathComponent("digests.jsonl")
        let forged = try place.text(cache).replacingOccurrences(
            of: Digest.sha256("first"), with: String(repeating: "0", count: 64))
        try Data((forged + "{\"key\":\"torn").utf8).write(to: cache)
        #expect(try DigestCache(store: place.store).sha256(file) == String(repeating: "0", count: 64))
        try Data("second!".utf8).write(to: file)
        #expect(try DigestCache(store: place.store).sha256(file) == Digest.sha256("second!"))
    }

    @Test func aLivingProcessIsRespectedAndADeadOneTakenOver() throws {
        let file = place.folder.appendingPathComponent("lock.json")
        var notices: [String] = []
        let lock = try CourtesyLock(file) { notices.append($0) }
        var holder = try JSONValue(parsing: try DurableFile.read(file))
        lock.release()
        #expect(!FileManager.default.fileExists(atPath: file.path))

        // The same process number with another start time: the number was given out again.
        holder = .object((holder.object ?? [:]).merging(["started": "1"]) { $1 })
        try DurableFile.write(holder.prettyText, to: file)
        try CourtesyLock(file) { notices.append($0) }.release()
        #expect(notices.count == 1)

        // Process 1 lives as long as the machine.
        let stat = try place.text(URL(fileURLWithPath: "/proc/1/stat"))
        let fields = stat[(stat.lastIndex(of: ")") ?? stat.startIndex)...].split(separator: " ")
        holder = .object((holder.object ?? [:]).merging(["process": 1, "started": .string(String(fields[20]))]) { $1 })
        try DurableFile.write(holder.prettyText, to: file)
        let error = #expect(throws: Failure.self) { try CourtesyLock(file) { _ in } }
        #expect(error?.status == .busy)
    }

    @Test func filesThatCannotBeWrittenAreNamed() throws {
        let blocker = place.folder.appendingPathComponent("file")
        try Data().write(to: blocker)
        let error = #expect(throws: Failure.self) {
            try DurableFile.write("x", to: blocker.appendingPathComponent("below"))
        }
        #expect(error?.status == .cannotCreate)
        #expect(error?.description.contains(blocker.path) == true)
    }
}
