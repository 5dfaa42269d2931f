import Foundation
import ParameterKit
import StageKit
import Testing

/// A small protocol: `base` per category, `list` per category on it, `all` over both lists.
@Suite struct RunnerTests {
    let place: TemporaryStore
    let recorder = Recorder()
    init() throws { place = try TemporaryStore() }

    private func run(
        width: Int = 1, depth: Int = 1, options: Runner.Options = .init(), outcome: Job.Outcome = .complete,
        failing: String? = nil, name: String = "demo"
    ) throws -> Runner.Summary {
        let runner = try runner(
            width: width, depth: depth, options: options, outcome: outcome, failing: failing, name: name)
        try runner.run.begin(resolved: "\(width) \(depth)")
        let summary = runner.execute(events: recorder)
        try runner.run.record(summary.objects)
        return summary
    }

    private func runner(
        width: Int = 1, depth: Int = 1, options: Runner.Options = .init(), outcome: Job.Outcome = .complete,
        failing: String? = nil, name: String = "demo"
    ) throws -> Runner {
        let recorder = recorder
        @Sendable func writing(_ text: String, _ outcome: Job.Outcome = .complete)
            -> @Sendable (JobContext) throws -> Job.Outcome
        {
            { context in
                recorder.count(context.key.description)
                if context.key.subject == failing { throw Failure(.badData, "broken", at: "a file") }
                try DurableFile.write(text, to: context.object.data.appendingPathComponent("result.txt"))
                return outcome
            }
        }
        var jobs: [Job] = []
        for category in ["a", "b"] {
            jobs.append(
                Job(
                    JobKey("base", category), version: 1, asked: ["category": .string(category), "width": .int(width)],
                    category: category, group: "pass",
                    jointly: { contexts in
                        recorder.count("pass")
                        return try contexts.map(writing("base \(width)"))
                    }))
            jobs.append(
                Job(
                    JobKey("list", category), version: 1, asked: ["depth": .int(depth)],
                    inputs: ["base": JobKey("base", category)], category: category,
                    body: writing("list \(depth)", category == "a" ? outcome : .complete)))
            jobs[jobs.count - 1].marks = ["seed": category == "a" ? "0" : "1"]
        }
        jobs.append(
            Job(
                JobKey("all", "set"), version: 1, asked: [:],
                inputs: ["a": JobKey("list", "a"), "b": JobKey("list", "b")], body: writing("all")))
        let folder = RunFolder(store: place.store, name: name, asked: "\(width) \(depth)")
        return Runner(
            graph: try JobGraph(jobs), store: place.store, run: folder, stages: ["base", "list", "all"],
            options: options)
    }

    @Test func aRerunDoesNothing() throws {
        let first = try run()
        #expect(first.ran == 5 && first.failures.isEmpty)
        #expect(recorder.calls("pass") == 1)  // both categories in one pass
        let second = try run()
        #expect(second.ran == 0 && second.upToDate == 5)
        #expect(recorder.calls("list/a") == 1)
        #expect(try runner().plan().map(\.reason) == Array(repeating: .upToDate, count: 5))
    }

    @Test func aChangedKeyRerunsWhatItAffectsAndPlanSaysWhy() throws {
        _ = try run()
        let reasons = try runner(depth: 2).plan().map { "\($0.job.key): \($0.reason)" }
        #expect(
            reasons == [
                "base/a: up to date", "list/a: depth: 1 → 2", "base/b: up to date", "list/b: depth: 1 → 2",
                "all/set: its input a changed; its input b changed",
            ])
        _ = try run(depth: 2)
        #expect(recorder.calls("base/a") == 1 && recorder.calls("list/a") == 2 && recorder.calls("all/set") == 2)
        #expect(try run().ran == 0)  // the first manifest's objects are still there
    }

    @Test func whatIsBuiltOnAFailedJobWaitsAndTheRestGoesOn() throws {
        let summary = try run(failing: "a")
        // The joint pass over the base fails for both.
        #expect(summary.failures.map(\.0.description) == ["base/a", "base/b"])
        #expect(summary.waiting.map(\.0.description) == ["list/a", "list/b", "all/set"])
        #expect(try run().ran == 5)
        #expect(recorder.said.contains("start base/a 1/5: begun, not finished"))
    }

    @Test func aGapIsNotBuiltOnUnlessToldTo() throws {
        let gap = Job.Outcome.incomplete(missing: ["u2", "u1"])
        let refused = try run(outcome: gap)
        #expect(refused.waiting.map(\.0.description) == ["all/set"])
        #expect(refused.missingUnits == ["u2", "u1"])

        var options = Runner.Options()
        options.keepGoing = true
        let kept = try run(options: options, outcome: gap)
        let object = try #require(kept.objects[JobKey("list", "a")])
        #expect(place.store.object(named: object).identity?.missing == ["u1", "u2"])
        #expect(try place.text(place.store.object(named: object).data.appendingPathComponent("result.txt")) == "list 1")
        let onGap = try #require(kept.objects[JobKey("all", "set")])

        // Once the gap closes, what is built on the whole is another object.
        let whole = try run()
        #expect(whole.failures.isEmpty)
        #expect(whole.objects[JobKey("list", "a")] != object)
        #expect(whole.objects[JobKey("all", "set")] != onGap)
    }

    @Test func damageIsFoundAndMended() throws {
        _ = try run()
        let object = try #require(try runner().plan().first { $0.job.key.stage == "all" }).object
        try FileManager.default.removeItem(at: object.data.appendingPathComponent("result.txt"))
        #expect(try runner().plan().last?.reason == .damaged("result.txt is missing"))
        #expect(try run().ran == 1)
        #expect(try object.damage(contents: true).isEmpty)
    }

    @Test func untilOnlyAndForce() throws {
        var options = Runner.Options()
        options.until = "list"
        options.only = ["b"]
        #expect(try run(options: options).objects.keys.map(\.description).sorted() == ["base/b", "list/b"])
        options.until = nil
        let missing = "list/a isn't done, and --only leaves it out"
        #expect(try runner(options: options).plan().last?.reason == .blocked(missing))
        let part = try run(options: options)
        #expect(part.waiting.map(\.0.description) == ["all/set"] && part.waiting.first?.1 == missing)

        _ = try run()
        options = Runner.Options()
        options.forced = ["list"]
        #expect(try run(options: options).ran == 2)
        #expect(recorder.calls("list/b") == 2 && recorder.calls("all/set") == 1)
    }

    /// What `only` leaves out isn't made, but used where it is finished.
    @Test func onlyUsesWhatIsFinishedOfOtherCategories() throws {
        var options = Runner.Options()
        options.until = "list"
        _ = try run(options: options)
        options.until = nil
        options.only = ["b"]
        #expect(try runner(options: options).plan().map(\.reason) == [.upToDate, .upToDate, .neverBuilt])
        // The left-out stage is forced as little as it is made.
        options.forced = ["base"]
        let summary = try run(options: options)
        #expect(summary.waiting.isEmpty && summary.objects.count == 5)
        #expect(recorder.calls("base/a") == 1 && recorder.calls("base/b") == 2 && recorder.calls("all/set") == 1)
        // Asked otherwise, the other category's lists are not those that are there.
        options.forced = []
        #expect(try run(depth: 2, options: options).waiting.map(\.0.description) == ["all/set"])
    }

    /// Jobs without the mark serve all its values.
    @Test func onlyChoosesByMarks() throws {
        var options = Runner.Options()
        options.onlyMarks = ["seed": ["1"]]
        let summary = try run(options: options)
        #expect(summary.objects.keys.map(\.description).sorted() == ["base/a", "base/b", "list/b"])
        #expect(summary.waiting.map(\.1) == ["list/a isn't done, and --only leaves it out"])
        options.onlyMarks = ["seed": ["0", "1"], "shots": ["2"]]
        #expect(try run(options: options).waiting.isEmpty)
    }

    @Test func anUnsortedGraphIsRefused() {
        let job = Job(JobKey("x", "1"), version: 1, asked: [:], inputs: ["y": JobKey("y", "1")]) { _ in .complete }
        #expect(throws: Failure.self) { try JobGraph([job]) }
    }
}
