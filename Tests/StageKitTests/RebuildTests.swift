import Foundation
import ParameterKit
import StageKit
import Testing

/// Stages that are made again: forced, damaged, or with a changed input; and two runs at once.
@Suite struct RebuildTests {
    let place: TemporaryStore
    let recorder = Recorder()
    init() throws { place = try TemporaryStore() }

    /// `base` writes two files that it passes over where they are there; `top` copies the first of them.
    private func runner(
        _ text: String = "one", failing: Bool = false, forced: Set<String> = [], patience: Duration = .zero,
        subjects: [String] = ["a"], pause: useconds_t = 0
    ) throws -> Runner {
        let recorder = recorder
        let jobs = subjects.flatMap { subject in
            [
                Job(JobKey("base", subject), version: 1, asked: ["subject": .string(subject)]) { context in
                    recorder.count("base")
                    usleep(pause)
                    for name in ["first", "second"] {
                        let file = context.object.data.appendingPathComponent(name)
                        if !FileManager.default.fileExists(atPath: file.path) { try DurableFile.write(text, to: file) }
                        if failing { throw Failure(.unavailable, "no engine") }
                    }
                    return .complete
                },
                Job(
                    JobKey("top", subject), version: 1, asked: [:], inputs: ["base": JobKey("base", subject)]
                ) { context in
                    recorder.count("top")
                    let bytes = try DurableFile.read(try context.input("base").data.appendingPathComponent("first"))
                    try DurableFile.write(bytes, to: context.object.data.appendingPathComponent("copy"))
                    return .complete
                },
            ]
        }
        var options = Runner.Options()
        (options.forced, options.patience) = (forced, patience)
        return Runner(
            graph: try JobGraph(jobs), store: place.store, run: RunFolder(store: place.store, name: "n", asked: ""),
            stages: ["base", "top"], options: options)
    }

    private func object(_ stage: String) throws -> StoredObject {
        try #require(try runner().plan().first { $0.job.key.stage == stage }).object
    }

    private func text(_ stage: String, _ name: String) throws -> String {
        try place.text(try object(stage).data.appendingPathComponent(name))
    }

    @Test func forceMakesEverythingAnew() throws {
        #expect(try runner().execute(events: recorder).ran == 2)
        // Nothing changed: what is built on it stays.
        #expect(try runner(forced: ["base"]).execute(events: recorder).ran == 1)
        #expect(recorder.calls("base") == 2 && recorder.calls("top") == 1)
        // The result changed, so the objects built on it are made again.
        #expect(try runner("two", forced: ["base"]).execute(events: recorder).ran == 2)
        #expect(try text("base", "second") == "two" && text("top", "copy") == "two")
        #expect(try runner("two").execute(events: recorder).upToDate == 2)
    }

    /// The next run finds out even when the one that forced was killed in between.
    @Test func aChangedInputIsFoundOutLater() throws {
        _ = try runner().execute(events: recorder)
        var only = try runner("two", forced: ["base"])
        var options = only.options
        options.until = "base"
        only = Runner(graph: only.graph, store: only.store, run: only.run, stages: only.stages, options: options)
        #expect(only.execute(events: recorder).ran == 1)
        let reason = try #require(try runner().plan().last).reason
        #expect(reason == .changed(["its input base was made again and came out different"]))
        #expect(try runner().execute(events: recorder).ran == 1)
        #expect(try text("top", "copy") == "two")
    }

    @Test func aForcedRunThatFailsCostsNothing() throws {
        _ = try runner().execute(events: recorder)
        let summary = try runner("two", failing: true, forced: ["base"]).execute(events: recorder)
        #expect(summary.failures.count == 1)
        #expect(try runner().execute(events: recorder).upToDate == 2)
        #expect(try text("base", "first") == "one")
        #expect(
            try FileManager.default.contentsOfDirectory(atPath: object("base").folder.path).sorted() == [
                "data", "done.json", "identity.json", "log.jsonl",
            ])
    }

    /// A stage assumes that existing files are intact, so damaged ones are removed before it runs.
    @Test func whatIsDamagedIsMadeAgain() throws {
        _ = try runner().execute(events: recorder)
        let base = try object("base")
        try Data("cut".dropLast().utf8).write(to: base.data.appendingPathComponent("first"))
        try Data("two".utf8).write(to: base.data.appendingPathComponent("second"))  // of the same size
        #expect(try runner().execute(events: recorder).ran == 1)
        #expect(try text("base", "first") == "one" && text("base", "second") == "one")

        try Data("{\"files\": ".utf8).write(to: base.doneFile)
        try Data("two".utf8).write(to: base.data.appendingPathComponent("first"))
        #expect(try runner().execute(events: recorder).ran == 1)
        #expect(try text("base", "first") == "one")
        #expect(try base.damage(contents: true).isEmpty)
    }

    @Test func anIdentityThatWasChangedIsWrittenAgain() throws {
        _ = try runner().execute(events: recorder)
        let base = try object("base")
        let whole = try place.text(base.identityFile)
        try Data(whole.replacingOccurrences(of: "\"a\"", with: "\"b\"").utf8).write(to: base.identityFile)
        #expect(try runner().execute(events: recorder).upToDate == 2)
        #expect(try place.text(base.identityFile) == whole)
        #expect(recorder.said.contains { $0.contains("identity.json") })
    }

    /// Each in its own thread, with a lock of its own for every object: as two processes.
    @Test(arguments: [0, 30]) func ofTwoRunsAtOnceOneAlwaysFinishes(wait: Int) throws {
        let subjects = (0..<6).map { "part \($0)" }
        for round in 0..<4 {
            try? FileManager.default.removeItem(at: place.store.root)
            let runners = try (0..<2).map { _ in
                try runner(patience: .seconds(wait), subjects: subjects, pause: useconds_t(1000 * (round + 1)))
            }
            let recorder = recorder
            let summaries = try sideBySide(runners, width: 2) { $0.execute(events: recorder) }
            #expect(summaries.contains { $0.failures.isEmpty && $0.waiting.isEmpty })
            for summary in summaries {
                for (_, error) in summary.failures { #expect((error as? Failure)?.status == .busy, "\(error)") }
            }
            if wait > 0 { #expect(summaries.allSatisfy { $0.failures.isEmpty && $0.waiting.isEmpty }) }
            // Each object was made by one of them.
            #expect(summaries.reduce(0) { $0 + $1.ran } == 2 * subjects.count)
        }
    }
}
