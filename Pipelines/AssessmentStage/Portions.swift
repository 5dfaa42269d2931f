import Algorithms
import EngineLink
import Foundation
import ParameterKit
import StageKit

/// Work on many pictures in portions, each kept in the object's scratch once it is done, so that interrupted work
/// continues after the last one.
///
/// A portion is found again by its request and its engine, so that results of different engines are never mixed.
struct Portions {
    /// The most pictures whose results are lost by a kill.
    static let pictures = 64

    let context: JobContext
    /// Of the folder in `work/`.
    let name: String
    /// Everything besides the pictures that the results depend on.
    let asked: JSONValue

    /// Consecutive parts of at most ``pictures`` elements.
    static func parts<Element>(of elements: [Element]) -> [ArraySlice<Element>] {
        Array(elements.chunks(ofCount: pictures))
    }

    /// The result of `make` for each part, from this or an earlier run.
    ///
    /// - Parameters:
    ///   - pictures: of a part, by names that say which they are.
    ///   - make: gets the part, and a function that calls an engine and reports progress in pictures.
    func results<Element, Result: Codable>(
        _ parts: [ArraySlice<Element>], engines: EnginePool, pictures: (Element) -> String,
        _ make: (ArraySlice<Element>, _ ask: (EngineOperation) throws -> EngineResult) throws -> Result
    ) throws -> [Result] {
        let total = parts.reduce(0) { $0 + $1.count }
        var done = 0
        var results: [Result] = []
        for (number, part) in parts.enumerated() {
            let (begun, count, context) = (done, part.count, context)
            let place = try self.place(number, part.map(pictures), engines)
            if let known: Result = Self.read(place) {
                results.append(known)
            } else {
                let made = try make(part) { operation in
                    try engines.borrow { engine in
                        try engine.answer(operation, context) { context.progress(begun + min($0, count), of: total) }
                    }
                }
                try DurableFile.write(Data(try EngineLine.encode(made)), to: place)
                results.append(made)
            }
            done += part.count
            context.progress(done, of: total)
        }
        return results
    }

    private func place(_ number: Int, _ pictures: [String], _ engines: EnginePool) throws -> URL {
        let ready = try engines.borrow { try $0.ready { context.notice($0) } }
        let question: JSONValue = [
            asked, .array(pictures.map { .string($0) }), .string(ready.engine), .string(ready.device),
            .int(ready.threads),
        ]
        let digest = Digest.sha256(question.canonicalText).prefix(16)
        return context.object.work.child("\(name)/\(number)-\(digest).json")
    }

    /// nil where none is whole.
    private static func read<Result: Decodable>(_ place: URL) -> Result? {
        guard let bytes = try? DurableFile.read(place) else { return nil }
        return try? EngineLine.decode(Result.self, from: Array(bytes))
    }
}

extension EngineRoom {
    /// Calls the engine within a job: notices go to the job, a failure ends it.
    fileprivate func answer(
        _ operation: EngineOperation, _ context: JobContext, progress: @Sendable (Int) -> Void
    ) throws(Failure) -> EngineResult {
        do throws(EngineFailure) {
            return try call(operation, progress: { done, _, _ in progress(done) }, notice: { context.notice($0) })
        } catch {
            throw Failure(
                ExitStatus(code: error.kind.exitCode), error.message, at: context.key.description)
        }
    }
}
