import Foundation
import Glibc
import ParameterKit
import StageKit
import Synchronization
import Testing

@Suite("Shards")
struct ShardTests {
    let place: TemporaryStore
    init() throws { place = try TemporaryStore() }

    @Test("shares of all shards are everything, each thing once, and differ by one at the most")
    func shares() throws {
        for total in [0, 1, 7, 100, 18_001] {
            for count in [1, 2, 4, 7, 200] {
                let shares = try (0..<count).map { try #require(Shard(index: $0, count: count)).share(of: total) }
                #expect(shares.flatMap(Array.init) == Array(0..<total))
                let sizes = shares.map(\.count)
                #expect((sizes.max() ?? 0) - (sizes.min() ?? 0) <= 1)
            }
        }
        for (index, count) in [(4, 4), (-1, 4), (0, 0)] { #expect(Shard(index: index, count: count) == nil) }
    }

    @Test("the number may come from a scheduler, the count never does")
    func requests() throws {
        for text in ["4/4", "-1/4", "1", "1/0", "/4", "1/4/2", "auto/", "x/4", "0/1000001"] {
            #expect(ShardRequest(text) == nil, "\(text)")
        }
        func shard(_ text: String, _ environment: [String: String] = [:]) throws -> Shard {
            try #require(ShardRequest(text)).shard(in: environment)
        }
        #expect(try shard("3/8", ["SLURM_ARRAY_TASK_ID": "5"]).index == 3)
        let slurm = ["SLURM_ARRAY_TASK_ID": "5", "SLURM_ARRAY_TASK_COUNT": "2"]
        #expect(try shard("auto/8", slurm) == Shard(index: 5, count: 8))
        #expect(try shard("auto/8", ["JOB_COMPLETION_INDEX": "0"]).index == 0)
        #expect(try shard("auto/8", ["SGE_TASK_ID": "8"]).index == 7)
        for environment in [[:], ["SLURM_ARRAY_TASK_ID": "8"], ["SGE_TASK_ID": "0"], ["SGE_TASK_ID": "undefined"]] {
            let error = #expect(throws: Failure.self) { try shard("auto/8", environment) }
            #expect(error?.status == .usage)
        }
    }

    @Test("an attempt's name tells a restarted task from its first attempt")
    func attempts() {
        let task = [
            "SLURM_ARRAY_JOB_ID": "12", "SLURM_ARRAY_TASK_ID": "3", "SLURM_JOB_ID": "14", "SLURMD_NODENAME": "n-2.gpu",
        ]
        #expect(Attempt.name(task, host: "h", process: 7) == "n_2_gpu-12_3-0-7")
        #expect(
            Attempt.name(task.merging(["SLURM_RESTART_COUNT": "1"]) { $1 }, host: "h", process: 7)
                == "n_2_gpu-12_3-1-7")
        #expect(Attempt.name([:], host: "pod/1", process: 7) == "pod_1-7")
    }

    @Test("of many writers one is the first, and the others are told")
    func firstWriter() throws {
        let file = place.folder.appendingPathComponent("below/plan.json")
        let outcomes = try sideBySide(Array(0..<32), width: 16) { number in
            (number, try DurableFile.writeFirst(Data("writer \(number)".utf8), to: file))
        }
        let first = outcomes.filter(\.1).map(\.0)
        #expect(first.count == 1)
        #expect(try place.text(file) == "writer \(first.first ?? -1)")
        #expect(try FolderListing.files(under: file.deletingLastPathComponent()) == ["plan.json"])
    }

    // MARK: - Parts of a job that writes a letter for each unit

    /// A job with twelve units in parts of two; `letter` is what they hold.
    private func job(letter: String = "a", failing: Set<Int> = [], calls: Calls = Calls()) -> Job {
        var job = Job(JobKey("generate", "nut"), version: 1, asked: ["q": "x"]) { _ in .complete }
        job.parts = { _, _ in
            (0..<6).map { number in
                let ids = [2 * number, 2 * number + 1].map { "\(10 + $0)unit" }
                return JobPart(name: ids[0], units: ids, pictures: 2) { context, progress in
                    calls.add(number)
                    if failing.contains(number) { return ids }
                    for id in ids where !context.store.unit(id).isDone {
                        let folder = context.work.appendingPathComponent(id)
                        try DurableFile.write(letter, to: folder.appendingPathComponent("image.png"))
                        _ = try context.store.unit(id).commit(["unit": .string(id)], files: ["image.png"], from: folder)
                    }
                    progress(1)
                    return []
                }
            }
        }
        return job
    }

    private final class Calls: Sendable {
        private let numbers = Mutex<[Int]>([])
        func add(_ number: Int) { numbers.withLock { $0.append(number) } }
        var all: [Int] { numbers.withLock { $0 } }
    }

    private func work(_ job: Job) throws -> (work: ShardWork, plan: ShardPlan, folder: RunFolder) {
        let folder = RunFolder(store: place.store, name: "n", asked: "")
        let runner = Runner(graph: try JobGraph([job]), store: place.store, run: folder, stages: ["generate"])
        let work = try ShardWork(runner.plan(), store: place.store)
        return (work, ShardPlan(work, run: folder, store: place.store), folder)
    }

    private func run(_ index: Int, of count: Int, _ job: Job) throws -> ShardRun.Summary {
        let (work, plan, _) = try work(job)
        try plan.fix(count, resolved: "m")
        let shard = try #require(Shard(index: index, count: count))
        return try ShardRun(shard, of: work, plan: plan, store: place.store).execute(width: 2, events: Recorder())
    }

    @Test("a shard makes its part and nothing else; another number of shards is refused while some are open")
    func oneShard() throws {
        let calls = Calls()
        let summary = try run(1, of: 3, job(calls: calls))
        #expect(summary.total == 4 && summary.missing.isEmpty)
        #expect(calls.all.sorted() == [2, 3])
        let (work, plan, folder) = try work(job())
        #expect(try plan.count() == 3)
        let error = #expect(throws: Failure.self) { try plan.fix(2, resolved: "m") }
        #expect(error?.status == .usage && error?.message.contains("among 3 shards") == true)
        #expect(!work.isThere(in: place.store))
        let tally = try ShardTally(work, plan: plan, count: 3, store: place.store)
        #expect(tally.entries.map(\.found) == [0, 4, 0] && tally.complete == 1 && tally.pictures == 12)
        #expect(tally.entries[1].last?.event == "done" && tally.entries[0].last == nil)
        // Nothing of it is a leftover for `clean`: it is set out to be made.
        #expect(try !DurableFile.read(folder.begunFile).isEmpty)
        #expect(try Leftovers(in: place.store, age: -10).items.isEmpty)

        for index in [0, 2] { #expect(try run(index, of: 3, job()).missing.isEmpty) }
        #expect(work.isThere(in: place.store))
        // When all is there the number means nothing any more.
        try plan.fix(2, resolved: "m")
        #expect(try plan.count() == 2)
    }

    @Test("a unit that comes out different on a second attempt is an error, and the first one's stays")
    func secondAttempt() throws {
        _ = try run(0, of: 2, job(letter: "a"))
        let calls = Calls()
        var again = job(letter: "b", calls: calls)
        // Without a look at what is there, as an attempt that began at the same time.
        again.parts = { _, _ in
            [
                JobPart(name: "10unit", units: ["10unit"], pictures: 1) { context, _ in
                    let folder = context.work.appendingPathComponent("10unit")
                    try DurableFile.write("b", to: folder.appendingPathComponent("image.png"))
                    _ = try context.store.unit("10unit").commit([:], files: ["image.png"], from: folder)
                    return []
                }
            ]
        }
        let error = #expect(throws: Failure.self) { try run(0, of: 1, again) }
        #expect(error?.status == .internalError)
        #expect(try place.text(place.store.unit("10unit").file("image.png")) == "a")
    }

    @Test("units that can't be made are told, and tried again")
    func failures() throws {
        #expect(try run(0, of: 2, job(failing: [1])).missing == ["12unit", "13unit"])
        let (work, plan, _) = try work(job())
        #expect(try ShardTally(work, plan: plan, count: 2, store: place.store).entries[0].last?.event == "incomplete")
        #expect(try run(0, of: 2, job()).missing.isEmpty)
    }
}
