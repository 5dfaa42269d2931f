import Foundation
import ParameterKit
import StageKit
import Testing

/// A stage that reads only some of its input keeps its result when the rest changes.
@Suite struct FormerResultTests {
    let place: TemporaryStore
    let recorder = Recorder()
    init() throws { place = try TemporaryStore() }

    /// `data` writes two lines, of which `train` reads the first.
    private func run(_ lines: String, rate: Int = 1, forced: Set<String> = []) throws -> Runner.Summary {
        let summary = try runner(lines, rate: rate, forced: forced).execute(events: recorder)
        #expect(summary.failures.isEmpty && summary.waiting.isEmpty)
        return summary
    }

    private func runner(_ lines: String, rate: Int = 1, forced: Set<String> = []) throws -> Runner {
        let recorder = recorder
        let data = Job(JobKey("data", "a"), version: 1, asked: ["lines": .string(lines)]) { context in
            try DurableFile.write(lines, to: context.object.data.appendingPathComponent("lines.txt"))
            return .complete
        }
        @Sendable func first(_ object: StoredObject) throws -> String {
            let text = String(
                decoding: try DurableFile.read(object.data.appendingPathComponent("lines.txt")), as: UTF8.self)
            return String(text.prefix { $0 != "\n" })
        }
        var train = Job(
            JobKey("train", "a"), version: 1, asked: ["rate": .int(rate)], inputs: ["data": JobKey("data", "a")]
        ) { context in
            recorder.count("train")
            let learnt = "\(try first(context.input("data"))) at \(rate)"
            try DurableFile.write(learnt, to: context.object.data.appendingPathComponent("deep/weights"))
            return .complete
        }
        train.reads = { inputs in try inputs["data"].map(first) ?? "" }
        var options = Runner.Options()
        options.forced = forced
        return Runner(
            graph: try JobGraph([data, train]), store: place.store,
            run: RunFolder(store: place.store, name: "n", asked: ""), stages: ["data", "train"], options: options)
    }

    private func weights(_ summary: Runner.Summary) throws -> String {
        let object = place.store.object(named: try #require(summary.objects[JobKey("train", "a")]))
        #expect(object.isDone)
        #expect(try object.damage(contents: true).isEmpty)
        return String(decoding: try DurableFile.read(object.data.appendingPathComponent("deep/weights")), as: UTF8.self)
    }

    @Test func whatReadsTheSameIsTakenOver() throws {
        let one = try run("red\nbig"), two = try run("red\nsmall")
        #expect(one.objects != two.objects && recorder.calls("train") == 1)
        #expect(try weights(two) == "red at 1" && weights(one) == "red at 1")
        // It is a result of its own: nothing is left to do, and what comes after it may take it over, too.
        #expect(try run("red\nsmall").ran == 0)
        let object = place.store.object(named: try #require(one.objects[JobKey("train", "a")]))
        try DurableFile.remove(object.folder)
        #expect(try weights(run("red\ntiny")) == "red at 1")
        #expect(recorder.calls("train") == 2, "the first object was removed; the second isn't in the cache's file")
        #expect(try weights(run("red\nvast")) == "red at 1")
        #expect(recorder.calls("train") == 2)
    }

    @Test func whatReadsAnythingElseIsMadeAnew() throws {
        _ = try run("red\nbig")
        #expect(try weights(run("blue\nbig")) == "blue at 1")
        #expect(try weights(run("red\nbig", rate: 2)) == "red at 2")
        #expect(recorder.calls("train") == 3)
        // Forced, it is made though it would be taken over.
        #expect(try weights(run("red\nsmall", forced: ["train"])) == "red at 1")
        #expect(recorder.calls("train") == 4)
    }

    /// What an interrupted attempt left is no part of a result that is taken over.
    @Test func theObjectHoldsWhatWasTakenOverAlone() throws {
        let one = try run("red\nbig")
        let step = try #require(try runner("red\nsmall").plan().last)
        try step.object.begin(step.identity)
        try DurableFile.write("half", to: step.object.data.appendingPathComponent("stray"))
        let two = try run("red\nsmall")
        #expect(try weights(two) == "red at 1" && recorder.calls("train") == 1)
        let object = place.store.object(named: try #require(two.objects[JobKey("train", "a")]))
        #expect(object == step.object && !FileManager.default.fileExists(atPath: object.data.path + "/stray"))
        let former = place.store.object(named: try #require(one.objects[JobKey("train", "a")]))
        #expect(try object.contentDigest() == former.contentDigest())
    }

    @Test func onlyWholeResultsAreTakenOver() throws {
        let one = try run("red\nbig")
        let object = place.store.object(named: try #require(one.objects[JobKey("train", "a")]))
        // The same size, other bytes.
        try DurableFile.write("rad at 1", to: object.data.appendingPathComponent("deep/weights"))
        #expect(try weights(run("red\nsmall")) == "red at 1")
        #expect(recorder.calls("train") == 2)
        let why = "notice made anew, though \(object.name) reads the same: deep/weights has another SHA-256"
        #expect(recorder.said.contains(why), "\(recorder.said)")
        // The cache may go at any time.
        try DurableFile.remove(place.store.cache)
        #expect(try weights(run("red\ntiny")) == "red at 1")
        #expect(recorder.calls("train") == 3)
    }
}
