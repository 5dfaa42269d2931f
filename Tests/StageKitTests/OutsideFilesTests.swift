import Foundation
import ParameterKit
import StageKit
import Testing

/// Inputs are hashed when a run is planned and read later: a file that changes in between must not leave a result under
/// its old name.
@Suite struct OutsideFilesTests {
    let place: TemporaryStore
    let recorder = Recorder()
    let weights: URL
    init() throws {
        place = try TemporaryStore()
        weights = place.folder.appendingPathComponent("model/weights.safetensors")
        try DurableFile.write("weights \(UInt64.random(in: 0 ... .max))", to: weights)
    }

    private func digest() throws -> String {
        try DigestCache(store: place.store).sha256(folder: weights.deletingLastPathComponent())
    }

    private func run(_ digest: String, during: @escaping @Sendable () throws -> Void) throws -> Runner.Summary {
        let job = Job(JobKey("train", "a"), version: 1, asked: ["model": .string(digest)]) { context in
            try during()
            try DurableFile.write("adapters", to: context.object.data.appendingPathComponent("adapters"))
            return .complete
        }
        return Runner(
            graph: try JobGraph([job]), store: place.store, run: RunFolder(store: place.store, name: "n", asked: ""),
            stages: ["train"]
        ).execute(events: recorder)
    }

    @Test func anObjectMadeOfAChangedInputIsNotKept() throws {
        let before = try digest(), weights = weights
        let changed = try run(before) { try DurableFile.write("other weights", to: weights) }
        let failure = try #require(changed.failures.first?.1 as? Failure)
        #expect(failure.status == .badData && failure.place == weights.path)
        #expect(place.store.object(named: changed.objects.values.first ?? "none").isDone == false)
        // Planned anew, it has another name.
        let after = try digest()
        #expect(after != before)
        #expect(try run(after) {}.ran == 1)
    }

    @Test func anInputThatWasOnlyTouchedIsTheSame() throws {
        let weights = weights
        let summary = try run(try digest()) {
            try FileManager.default.setAttributes([.modificationDate: Date()], ofItemAtPath: weights.path)
        }
        #expect(summary.ran == 1 && summary.failures.isEmpty)
    }

    /// A digest that is taken while others read the file.
    @Test func whatIsReadBesideADigestIsOfTheSameFile() throws {
        let cache = DigestCache(store: place.store), weights = weights
        let first = try cache.sha256(weights) { digest in
            while digest() == nil { Thread.sleep(forTimeInterval: 0.001) }
            return digest()
        }
        #expect(try first.sha256 == Digest.sha256(file: weights) && first.found == first.sha256)
        // Known now: nothing is read.
        let second = try cache.sha256(weights) { _ in 7 }
        #expect(second.sha256 == first.sha256 && second.found == nil)

        try DurableFile.write("second weights", to: weights)
        let changed = try cache.sha256(weights) { _ in try DurableFile.write("third weights", to: weights) }
        #expect(changed.sha256 == Digest.sha256("third weights") && changed.found == nil)

        try DurableFile.write("fourth weights", to: weights)
        #expect(throws: CancellationError.self) { try cache.sha256(weights) { _ in throw CancellationError() } }
        let absent = weights.appendingPathExtension("none")
        let failure = #expect(throws: Failure.self) { try cache.sha256(absent) { _ in 7 } }
        #expect(failure?.status == .inputMissing)
    }

    @Test func noUnitIsMadeOfAChangedInput() throws {
        let record: JSONValue = ["model": .string(try digest()), "seed": 7]
        let scratch = place.folder.appendingPathComponent("scratch")
        try DurableFile.write("picture", to: scratch.appendingPathComponent("image.png"))
        try FileManager.default.removeItem(at: weights)
        let unit = place.store.unit("0123abcd")
        let error = #expect(throws: Failure.self) { try unit.commit(record, files: ["image.png"], from: scratch) }
        #expect(error?.status == .badData)
        #expect(!unit.isDone)
    }
}
