import Foundation
import ParameterKit
import StageKit
import Testing

/// An unreadable file is not a missing one: nothing is made again, nothing is removed, and the file is named.
///
/// A link to itself can't be read by anyone, not even by root, who ignores permissions.
@Suite struct UnreadableTests {
    let place: TemporaryStore
    let recorder = Recorder()
    init() throws { place = try TemporaryStore() }

    private func hide(_ file: URL) throws {
        try FileManager.default.moveItem(at: file, to: file.appendingPathExtension("hidden"))
        try FileManager.default.createSymbolicLink(atPath: file.path, withDestinationPath: file.path)
    }

    private func show(_ file: URL) throws {
        try FileManager.default.removeItem(at: file)
        try FileManager.default.moveItem(at: file.appendingPathExtension("hidden"), to: file)
    }

    private func runner() throws -> Runner {
        let recorder = recorder
        let job = Job(JobKey("train", "a"), version: 1, asked: [:]) { context in
            recorder.count("train")
            try DurableFile.write("weights", to: context.object.data.appendingPathComponent("weights"))
            return .complete
        }
        return Runner(
            graph: try JobGraph([job]), store: place.store, run: RunFolder(store: place.store, name: "n", asked: ""),
            stages: ["train"])
    }

    @Test(arguments: ["done.json", "data/weights"])
    func aFinishedTrainingThatCannotBeReadIsKept(_ name: String) throws {
        let object = try #require(try runner().plan().first).object
        #expect(try runner().execute(events: recorder).ran == 1)
        try hide(object.folder.appendingPathComponent(name))
        let summary = try runner().execute(events: recorder)
        let failure = try #require(summary.failures.first?.1 as? Failure)
        #expect(failure.status == .io && failure.description.contains(name), "\(failure)")
        #expect(summary.ran == 0 && recorder.calls("train") == 1)
        guard case .unreadable = try #require(try runner().plan().first).reason else {
            return #expect(Bool(false), "the plan doesn't say so")
        }
        try show(object.folder.appendingPathComponent(name))
        #expect(try runner().execute(events: recorder).upToDate == 1)
    }

    @Test(arguments: ["record.json", "image.png"])
    func aUnitThatCannotBeReadIsNoDamage(_ name: String) throws {
        let unit = place.store.unit("0123abcd")
        let scratch = place.folder.appendingPathComponent("scratch")
        func fill() throws { try DurableFile.write("one", to: scratch.appendingPathComponent("image.png")) }
        try fill()
        _ = try unit.commit(["seed": 7], files: ["image.png"], from: scratch)
        try hide(unit.file(name))
        #expect(unit.isDone)
        for body in [{ _ = try unit.damage() }, { try unit.check() }] as [() throws -> Void] {
            let error = #expect(throws: Failure.self) { try body() }
            #expect(error?.status == .io && error?.place?.hasSuffix(name) == true)
        }
        try fill()
        #expect(throws: Failure.self) { try unit.commit(["seed": 7], files: ["image.png"], from: scratch) }
        try show(unit.file(name))
        #expect(try unit.damage().isEmpty)
    }

    @Test func aRunsRecordThatCannotBeReadIsNotWrittenOver() throws {
        let run = RunFolder(store: place.store, name: "n", asked: "")
        try run.record([JobKey("a", "1"): "one"])
        try hide(run.lockFile)
        #expect(throws: Failure.self) { try run.record([JobKey("b", "1"): "two"]) }
        try show(run.lockFile)
        try run.record([JobKey("b", "1"): "two"])
        #expect(run.recorded() == ["a/1": "one", "b/1": "two"])
    }

    @Test func aRunsRecordThatWasChangedIsNotBelieved() throws {
        let run = RunFolder(store: place.store, name: "n", asked: "")
        try run.record([JobKey("ingest", "a"): "one"])
        let whole = try place.text(run.lockFile)
        try Data(whole.replacingOccurrences(of: "ingest", with: "infest").utf8).write(to: run.lockFile)
        try run.record([JobKey("ingest", "a"): "one"])
        #expect(try place.text(run.lockFile) == whole)
    }

    @Test func aFolderThatCannotBeListedIsNotEmpty() throws {
        let folder = place.folder.appendingPathComponent("folder")
        try DurableFile.write("x", to: folder.appendingPathComponent("a"))
        try hide(folder)
        #expect(throws: Failure.self) { try StoredObject.files(under: folder) }
        #expect(try StoredObject.files(under: place.folder.appendingPathComponent("nowhere")).isEmpty)
    }
}
