import Foundation
import ParameterKit
import StageKit
import Testing

/// Identities as a diff, and what no run uses any more.
@Suite struct WhyTests {
    let place: TemporaryStore
    init() throws { place = try TemporaryStore() }

    private func runner(_ words: String, name: String = "demo") throws -> Runner {
        let jobs = [
            Job(JobKey("base", "a"), version: 1, asked: ["words": .string(words), "sizes": [1, 2]]) { context in
                try DurableFile.write(words, to: context.object.data.child("result.txt"))
                return .complete
            },
            Job(JobKey("list", "a"), version: 1, asked: [:], inputs: ["base": JobKey("base", "a")]) { context in
                let id = Digest.sha256(words).prefix(24)
                try DurableFile.write("picture", to: place.store.unit(String(id)).recordFile)
                try DurableFile.write("{\"unit\":\"\(id)\"}\n", to: context.object.data.child("list.jsonl"))
                return .complete
            },
        ]
        return Runner(
            graph: try JobGraph(jobs), store: place.store, run: RunFolder(store: place.store, name: name, asked: name),
            stages: ["base", "list"])
    }

    private func run(_ words: String, name: String = "demo") throws -> Runner.Summary {
        let runner = try runner(words, name: name)
        try runner.run.begin(resolved: "")
        let summary = runner.execute(events: Recorder())
        try runner.run.record(summary.objects)
        return summary
    }

    private func why(_ words: String, _ wanted: String? = nil) throws -> WhyReport {
        let runner = try runner(words)
        return try WhyReport(runner.plan(), wanted: wanted, run: runner.run, store: place.store)
    }

    @Test func changedJobsAreADiffOfTheirIdentities() throws {
        #expect(try why("scratched").text.contains("no earlier run of this name made it"))
        _ = try run("scratched")
        #expect(try why("scratched").text == "everything is up to date\n")
        #expect(try why("scratched", "base").text == "base/a: up to date\n")
        let report = try why("dented")
        #expect(report.entries.map(\.key.description) == ["base/a", "list/a"])
        #expect(report.text.contains("  - asked.words: \"scratched\"\n  + asked.words: \"dented\"\n"))
        #expect(report.entries[1].differences.map(\.path) == ["inputs.base"])
        #expect(try why("dented", "list/a").entries.count == 1)
        #expect(report.json["jobs"]?.array?.first?["differences"]?.array?.first?["new"] == "\"dented\"")
        let failure = #expect(throws: Failure.self) { try why("dented", "lisp") }
        #expect(failure?.status == .usage && failure?.remedy?.contains("base, list") == true)
    }

    /// Two prompts that begin alike for longer than a line is wide.
    @Test func longValuesShowWhereTheyDiffer() throws {
        let start = String(repeating: "a photo of a part ", count: 8),
            end = String(repeating: " on plain ground", count: 8)
        func identity(_ word: String) -> ObjectIdentity {
            ObjectIdentity(stage: "generate", version: 1, asked: ["prompt": .string(start + word + end)])
        }
        let found = IdentityDifference.between(identity("scratched"), identity("dented"))
        let difference = try #require(found.first)
        #expect(found.count == 1)
        #expect(
            difference.lines == [
                "- asked.prompt: …photo of a part scratched on plain grou…",
                "+ asked.prompt: …photo of a part dented on plain grou…",
            ])
        let (before, after) = IdentityDifference.windows(start, start + String(repeating: "x", count: 300))
        #expect(before != after && before.count < 90 && after.count < 90)
        _ = try run(start + "scratched")
        let reason = try runner(start + "dented").plan()[0].reason.description
        #expect(reason.contains("scratched") && reason.contains("dented"))
    }

    /// A manifest inside an identity.
    @Test func ofTextsTheLinesThatDifferAreShown() throws {
        func identity(_ lines: [String]) -> ObjectIdentity {
            ObjectIdentity(stage: "export", version: 1, asked: ["manifest": .string(lines.joined(separator: "\n"))])
        }
        let start = (0..<40).map { "key\($0): value" }
        let found = IdentityDifference.between(
            identity(start + ["seed: 0", "end: 1"]), identity(start + ["seed: 4", "end: 1", "more: 2"]))
        #expect(
            found.flatMap(\.lines) == [
                "- asked.manifest: seed: 0", "+ asked.manifest: seed: 4", "+ asked.manifest: more: 2",
            ])
        let all = IdentityDifference.between(identity(start), identity(start.map { $0 + "s" }))
        #expect(all[0].lines.count == 21 && all[0].lines.last == "  asked.manifest: and 60 lines more")
    }

    // MARK: - What no run uses

    @Test func whatNoRunNamesIsLeftOver() throws {
        let first = try run("scratched"), second = try run("dented")
        let leftovers = try Leftovers(in: place.store, age: -60)
        #expect(Set(leftovers.items.filter { $0.kind == .object }.map(\.name)) == Set(first.objects.values))
        #expect(leftovers.items.count { $0.kind == .unit } == 1 && leftovers.kept == 3)
        #expect(leftovers.bytes > 0)
        // Looking removes nothing, and what is young stays.
        #expect(try Leftovers(in: place.store, age: 3600).items.isEmpty)
        #expect(try leftovers.remove(from: place.store).count == 3)
        for name in first.objects.values { #expect(!place.store.object(named: name).exists) }
        for name in second.objects.values { #expect(place.store.object(named: name).isDone) }
        #expect(try run("dented").ran == 0)
        #expect(try Leftovers(in: place.store, age: -60).items.isEmpty)
    }

    @Test func anotherRunsResultsStay() throws {
        _ = try run("scratched", name: "one")
        _ = try run("dented", name: "two")
        #expect(try Leftovers(in: place.store, age: -60).items.isEmpty)
    }

    @Test func whatIsBeingBuiltStays() throws {
        let first = try run("scratched")
        _ = try run("dented")
        let leftovers = try Leftovers(in: place.store, age: -60)
        let name = try #require(first.objects[JobKey("base", "a")])
        let file = place.store.object(named: name).folder.child("lock.json")
        let lock = try CourtesyLock(file) { _ in }
        let removed = try leftovers.remove(from: place.store)
        lock.release()
        #expect(removed.count == leftovers.items.count - 1 && !removed.contains { $0.name == name })
        #expect(place.store.object(named: name).isDone)
    }

    /// What lists a picture stays: so does the picture.
    @Test func picturesOfAnObjectInUseStay() throws {
        let first = try run("scratched")
        _ = try run("dented")
        let leftovers = try Leftovers(in: place.store, age: -60)
        let name = try #require(first.objects[JobKey("list", "a")])
        let lock = try CourtesyLock(place.store.object(named: name).folder.child("lock.json")) { _ in }
        let removed = try leftovers.remove(from: place.store)
        lock.release()
        #expect(removed.map(\.name) == [first.objects[JobKey("base", "a")]])
        let unit = try #require(leftovers.items.first { $0.kind == .unit })
        #expect(place.store.unit(unit.name).isDone)
    }

    /// A run that was killed has recorded nothing, and comes back for what it made.
    @Test func whatAKilledRunMadeStays() throws {
        let runner = try runner("scratched")
        try runner.run.begin(resolved: "", planned: runner.planned())
        let summary = runner.execute(events: Recorder())
        let list = place.store.object(named: try #require(summary.objects[JobKey("list", "a")]))
        try DurableFile.remove(list.doneFile)
        try DurableFile.remove(list.data.child("list.jsonl"))
        let leftovers = try Leftovers(in: place.store, age: -60)
        #expect(leftovers.items.isEmpty && leftovers.kept == 3 && leftovers.unfinished == [list.name])
        // Another manifest's run changes nothing about it; its own end does.
        _ = try run("dented", name: "two")
        #expect(try Leftovers(in: place.store, age: -60).items.isEmpty)
        #expect(try run("scratched").ran == 1)
        #expect(try !DurableFile.exists(runner.run.begunFile))
        #expect(try Leftovers(in: place.store, age: -60).unfinished.isEmpty)
    }

    @Test func nothingIsRemovedWhileARunIsUnderWay() throws {
        _ = try run("scratched")
        _ = try run("dented")
        let leftovers = try Leftovers(in: place.store, age: -60)
        let one = try StoreUse.building(in: place.store), two = try StoreUse.building(in: place.store)
        one.release()
        let failure = #expect(throws: Failure.self) { try leftovers.remove(from: place.store) }
        #expect(failure?.status == .busy)
        two.release()
        #expect(try leftovers.remove(from: place.store).count == 3)
    }

    /// Nothing is unused because a file can't be understood.
    @Test func aTornLockFileStopsTheCleaning() throws {
        _ = try run("scratched")
        try DurableFile.write("{", to: RunFolder(store: place.store, name: "demo", asked: "demo").lockFile)
        let failure = #expect(throws: Failure.self) { try Leftovers(in: place.store, age: -60) }
        #expect(failure?.status == .badData)
    }

    // MARK: - Events for programs

    @Test func eventsAreOneLineOfJSONEach() throws {
        let key = JobKey("generate", "nut/1shot-s0")
        let lines = [
            EventLine.started(key, reason: .neverBuilt, position: 1, of: 3),
            EventLine.progress(key, done: 1.5, total: 4, note: "a \"note\"\n"), EventLine.notice(nil, "text"),
            EventLine.finished(key, object: "generate-v1-0", seconds: 2), EventLine.failed(key, "broken"),
            EventLine.summary("done"), EventLine.error("no such file", status: .inputMissing),
        ]
        let events = try lines.map { line in
            #expect(!line.contains("\n"))
            let json = try JSONValue(parsing: Data(line.utf8))
            #expect(json["time"]?.string?.isEmpty == false)
            return json
        }
        #expect(
            events.map { $0["event"]?.string } == [
                "started", "progress", "notice", "finished", "failed", "summary", "error",
            ])
        #expect(events[0]["job"] == "generate/nut/1shot-s0" && events[0]["total"] == 3)
        #expect(events[1]["done"] == 1.5 && events[2]["job"] == nil && events[6]["exit_code"] == 66)
    }
}
