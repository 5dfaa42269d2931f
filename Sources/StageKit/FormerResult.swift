import Foundation
import ParameterKit

/// A result that was made from other inputs, of which the body read just what it would read of these: a photo that joins
/// the test split trains nothing again.
///
/// It is known by a small file in the cache, so that at worst a result is made again.
struct FormerResult {
    private let file: URL

    /// nil for a job that reads all of its inputs.
    ///
    /// - Throws: what reading the inputs throws.
    init?(_ job: Job, inputs: [String: StoredObject], store: ArtifactStore) throws {
        guard let reads = try job.reads?(inputs) else { return nil }
        let key: JSONValue = [
            "stage": .string(job.key.stage), "version": .int(job.version), "asked": job.asked, "reads": .string(reads),
        ]
        file = store.cache.child("results/\(Digest.sha256(key.canonicalText)).json")
    }

    /// Copies its files into the job's object, whose own files give way to them.
    ///
    /// - Returns: the object that they are from; nil where there is none. Where one is there and can't be taken over, a
    ///   notice says why.
    /// - Throws: `Failure` 73 or 74 for a copy that can't be read or written.
    func takeOver(into context: JobContext) throws -> String? {
        guard let name = SealedRecord.read(file)?["object"]?.string, name != context.object.name else { return nil }
        let object = context.store.object(named: name)
        // It may have been cleaned away.
        guard object.exists, object.isDone else { return nil }
        let use: ObjectUse, files: [String]
        do throws(Failure) {
            use = try .reading(object)
            let damage = try object.damage(contents: true)
            guard damage.isEmpty, let done = try object.done() else {
                context.notice("made anew, though \(name) reads the same: \(damage.first ?? StoredObject.torn)")
                use.release()
                return nil
            }
            files = done.files.keys.sorted()
        } catch {
            context.notice("made anew, though \(name) reads the same: \(error.message)")
            return nil
        }
        defer { use.release() }
        try DurableFile.remove(context.object.data)
        try DurableFile.makeFolder(context.object.data)
        let batch = DurableBatch()
        for path in files {
            try batch.write(try DurableFile.read(object.data.child(path)), to: context.object.data.child(path))
        }
        try batch.flush()
        return name
    }

    func remember(_ object: String) throws(Failure) { try SealedRecord.write(["object": .string(object)], to: file) }
}

extension Job {
    /// Runs the body, unless it would read only what gave a result before.
    func outcomes(_ contexts: [JobContext], mayTakeOver: Bool) throws -> [Outcome] {
        guard contexts.count == 1, let context = contexts.first,
            let former = try FormerResult(self, inputs: context.inputs, store: context.store)
        else { return try body(contexts) }
        if mayTakeOver, let name = try former.takeOver(into: context) {
            context.notice("taken over from \(name): of its inputs nothing changed that it reads")
            return [.complete]
        }
        let outcomes = try body(contexts)
        // A wish: without it the next run does the work again.
        if outcomes == [.complete] { try? former.remember(context.object.name) }
        return outcomes
    }
}
