import Foundation
import Glibc
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
        #expect(try object.isDone && object.damage(contents: true).isEmpty)
        #expect(!FileManager.default.fileExists(atPath: object.work.path))
        #expect(object.identity == identity)

        try Data("two".utf8).write(to: object.data.appendingPathComponent("folder/a.txt"))
        #expect(try object.damage().isEmpty)  // same size: seen only when contents are read
        #expect(try object.damage(contents: true) == ["folder/a.txt has another SHA-256"])
        try FileManager.default.removeItem(at: object.data.appendingPathComponent("folder/a.txt"))
        #expect(try object.damage() == ["folder/a.txt is missing"])
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

    @Test func onlyWhatIsNobodysIsSweptAway() throws {
        let final = place.folder.appendingPathComponent("record.json")
        let (own, dead) = (DurableFile.temporaryName(beside: final), DurableFile.temporaryName(beside: final))
        let foreign = place.folder.appendingPathComponent(".record.json.ffffff-4194305-abc.tmp")
        let old = place.folder.appendingPathComponent(".record.json.ffffff-4194305-old.tmp")
        for url in [own, dead, foreign, old, final] { try Data("x".utf8).write(to: url) }
        try FileManager.default.setAttributes(
            [.modificationDate: Date(timeIntervalSinceNow: -200_000)], ofItemAtPath: old.path)
        // Whoever writes a file has it open and locked, whatever its process is called in whatever namespace.
        let writer = open(own.path, O_RDONLY)
        #expect(flock(writer, LOCK_EX | LOCK_NB) == 0)
        defer { close(writer) }
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

        #expect(try unit.damage().isEmpty)
        try Data("two".utf8).write(to: unit.file("image.png"))
        #expect(try unit.damage() == ["image.png has another SHA-256"])
        #expect(throws: Failure.self) { try unit.check() }
        // Making it again mends it.
        #expect(try unit.commit(["seed": 7], files: ["image.png"], from: try scratch("one")) == digest)
        #expect(try unit.damage().isEmpty)
    }

    @Test func digestsAreRememberedUntilTheFileChanges() throws {
        let file = place.folder.appendingPathComponent("archive.tar")
        try Data("first".utf8).write(to: file)
        #expect(try DigestCache(store: place.store).sha256(file) == Digest.sha256("first"))
        let cache = place.store.cache.appendingPathComponent("digests.jsonl")
        let line = try place.text(cache)
        #expect(try DigestCache(store: place.store).sha256(file) == Digest.sha256("first"))
        #expect(try place.text(cache) == line)  // what is known is not taken again
        try Data("second!".utf8).write(to: file)
        #expect(try DigestCache(store: place.store).sha256(file) == Digest.sha256("second!"))
    }

    @Test func aChangedOrTornLineOfTheDigestCacheIsNotBelieved() throws {
        let file = place.folder.appendingPathComponent("archive.tar")
        try Data("first".utf8).write(to: file)
        _ = try DigestCache(store: place.store).sha256(file)
        let cache = place.store.cache.appendingPathComponent("digests.jsonl")
        let forged = try place.text(cache).replacingOccurrences(
            of: Digest.sha256("first"), with: String(repeating: "0", count: 64))
        try Data((forged + "{\"key\":\"torn").utf8).write(to: cache)
        #expect(try DigestCache(store: place.store).sha256(file) == Digest.sha256("first"))
    }

    @Test func whatWasChangedInTheCacheIsFoundOutAgain() throws {
        let file = place.store.cache.appendingPathComponent("surveys/a.json")
        #expect(SealedRecord.read(file) == nil)
        try SealedRecord.write(["layout": "mvtec", "categories": ["bottle"]], to: file)
        #expect(SealedRecord.read(file)?["layout"]?.string == "mvtec")
        try Data(try place.text(file).replacingOccurrences(of: "bottle", with: "bottles").utf8).write(to: file)
        #expect(SealedRecord.read(file) == nil)
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

    @Test func aTornRecordIsWrittenAnew() throws {
        let unit = place.store.unit("0123abcd")
        let digest = try unit.commit(["seed": 7], files: ["image.png"], from: try scratch("one"))
        try Data(try place.text(unit.recordFile).dropLast(20).utf8).write(to: unit.recordFile)
        #expect(try unit.damage() == ["record.json isn't whole"])
        #expect(try unit.commit(["seed": 7], files: ["image.png"], from: try scratch("one")) == digest)
        #expect(try unit.damage().isEmpty)
    }

    /// A folder of results may be moved to a larger disk and linked to.
    @Test func dataBehindALinkIsRecordedAndChecked() throws {
        let identity = ObjectIdentity(stage: "ingest", version: 1, asked: [:])
        let object = place.store.object(identity)
        try object.begin(identity)
        let elsewhere = place.folder.appendingPathComponent("elsewhere")
        try FileManager.default.moveItem(at: object.data, to: elsewhere)
        try FileManager.default.createSymbolicLink(at: object.data, withDestinationURL: elsewhere)
        try DurableFile.write("one", to: object.data.appendingPathComponent("a.txt"))
        try object.finish()
        try Data("other".utf8).write(to: elsewhere.appendingPathComponent("a.txt"))
        #expect(try object.damage() == ["a.txt has 5 bytes, not 3"])
    }
}
