import Foundation
import ParameterKit
import StageKit
import Synchronization
import Testing

/// How many are in a place at once, now and at most.
private final class Crowd: Sendable {
    private let counts = Mutex((now: 0, most: 0))
    var most: Int { counts.withLock { $0.most } }

    func enter() { counts.withLock { $0 = ($0.now + 1, max($0.most, $0.now + 1)) } }
    func leave() { counts.withLock { $0.now -= 1 } }
}

@Suite struct SideBySideTests {
    @Test func resultsStandInTheElementsOrder() throws {
        let crowd = Crowd()
        let squares = try sideBySide(Array(0..<40), width: 4) { number in
            crowd.enter()
            defer { crowd.leave() }
            usleep(number % 3 == 0 ? 3000 : 100)
            return number * number
        }
        #expect(squares == (0..<40).map { $0 * $0 })
        #expect((1...4).contains(crowd.most))
    }

    @Test func theFirstFailureInOrderIsThrownAndNothingIsBegunAfterIt() {
        let begun = Mutex<[Int]>([])
        let failure = #expect(throws: Failure.self) {
            try sideBySide(Array(0..<100), width: 2) { number in
                begun.withLock { $0.append(number) }
                if number >= 3 { throw Failure(.failed, "number \(number)") }
            }
        }
        #expect(failure.map { "\($0)".contains("number 3") } == true)
        // The other one of the two may have begun one more before it heard.
        #expect(begun.withLock { $0.count } <= 6)
    }

    @Test func whoClaimsAUnitHasItAlone() throws {
        let claims = UnitClaims()
        let crowds = [Crowd(), Crowd()]
        _ = try sideBySide(Array(0..<16), width: 8) { number in
            claims.holding("unit \(number % 2)") {
                crowds[number % 2].enter()
                usleep(500)
                crowds[number % 2].leave()
            }
        }
        #expect(crowds.allSatisfy { $0.most == 1 })
    }
}

/// Jobs that don't wait for one another, run side by side.
@Suite struct ConcurrentRunTests {
    let place: TemporaryStore
    init() throws { place = try TemporaryStore() }

    /// `part` a and b meet in the middle: each waits for the other, which only jobs that run at the same time survive.
    /// `whole` is built on both.
    private func run(atOnce: Int, failing: String? = nil) throws -> (summary: Runner.Summary, recorder: Recorder) {
        let meeting = Crowd()
        let recorder = Recorder()
        var jobs = ["a", "b"].map { name in
            Job(JobKey("part", name), version: 1, asked: ["name": .string(name)]) { context in
                meeting.enter()
                let patience = Date() + 5
                while meeting.most < atOnce, Date() < patience { usleep(200) }
                meeting.leave()
                if name == failing { throw Failure(.badData, "broken") }
                try DurableFile.write(name, to: context.object.data.appendingPathComponent("result.txt"))
                return .complete
            }
        }
        jobs.append(
            Job(
                JobKey("whole", "all"), version: 1, asked: [:],
                inputs: ["a": JobKey("part", "a"), "b": JobKey("part", "b")]
            ) { context in
                let parts = try ["a", "b"].map { try context.input($0).data.appendingPathComponent("result.txt") }
                try DurableFile.write(
                    try parts.map { try place.text($0) }.joined(),
                    to: context.object.data.appendingPathComponent("result.txt"))
                return .complete
            })
        var options = Runner.Options()
        options.atOnce = atOnce
        let runner = Runner(
            graph: try JobGraph(jobs), store: place.store,
            run: RunFolder(store: place.store, name: "demo", asked: "x"),
            stages: ["part", "whole"], options: options)
        try runner.run.begin(resolved: "x")
        return (runner.execute(events: recorder), recorder)
    }

    @Test func jobsRunSideBySideAndWhatIsBuiltOnThemWaits() throws {
        let (summary, recorder) = try run(atOnce: 2)
        #expect(summary.ran == 3 && summary.failures.isEmpty)
        #expect(recorder.said.prefix(2).count { $0.hasPrefix("start part/") } == 2)
        #expect(recorder.said.last == "done whole/all")
        let whole = try #require(summary.objects[JobKey("whole", "all")])
        #expect(try place.text(place.store.object(named: whole).data.appendingPathComponent("result.txt")) == "ab")
        #expect(try run(atOnce: 1).summary.upToDate == 3)
    }

    @Test func aFailureStopsOnlyWhatIsBuiltOnIt() throws {
        let (summary, _) = try run(atOnce: 2, failing: "a")
        #expect(summary.failures.map(\.0.description) == ["part/a"])
        #expect(summary.ran == 1)
        #expect(summary.waiting.map(\.0.description) == ["whole/all"])
        #expect(try run(atOnce: 2).summary.ran == 2)
    }
}
