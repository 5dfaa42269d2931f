import ParameterKit

/// Everything that shards share out: the parts of all jobs that have parts, each once, in the jobs' order. It doesn't
/// depend on what of it is done, nor on how many shards there are.
package struct ShardWork: Sendable {
    package struct Piece: Sendable {
        let step: Runner.Step
        package let part: JobPart
    }

    /// The jobs that have parts.
    package let steps: [Runner.Step]
    package let pieces: [Piece]
    /// SHA-256 over the names and sizes of all pieces.
    package let digest: String

    package var pictures: Int { pieces.reduce(0) { $0 + $1.part.pictures } }

    /// - Parameter steps: of a whole run, up to date or not.
    /// - Throws: `Failure` 66 where something that pictures are made from isn't finished, 64 where no job has parts.
    package init(_ steps: [Runner.Step], store: ArtifactStore) throws {
        let byKey = Dictionary(steps.map { ($0.job.key, $0) }) { first, _ in first }
        self.steps = steps.filter { $0.job.parts != nil }
        guard !self.steps.isEmpty else {
            throw Failure(
                .usage, "this manifest draws no pictures, so that there is nothing to share out",
                remedy: "Run it without --shard.")
        }
        var pieces: [Piece] = [], places: [String: Int] = [:]
        for step in self.steps {
            for key in step.job.inputs.values.sorted() { try Self.check(key, byKey[key]) }
            let inputs = step.identity.inputs.mapValues { store.object(named: $0) }
            for part in try step.job.parts?(inputs, store) ?? [] {
                guard let place = places[part.name] else {
                    places[part.name] = pieces.count
                    pieces.append(Piece(step: step, part: part))
                    continue
                }
                // Another job may ask for more of it.
                if part.units.count > pieces[place].part.units.count { pieces[place] = Piece(step: step, part: part) }
            }
        }
        self.pieces = pieces
        digest = Digest.sha256(pieces.map { "\($0.part.name) \($0.part.units.count)\n" }.joined())
    }

    private static func check(_ key: JobKey, _ step: Runner.Step?) throws(Failure) {
        if case .unreadable(let failure)? = step?.reason { throw failure }
        guard step?.reason != .upToDate else { return }
        throw Failure(
            .inputMissing, "\(key) isn't finished\(step.map { ": \($0.reason)" } ?? "")",
            remedy: "Make what pictures are made from first: flawsmith run MANIFEST --until sample")
    }

    package func pieces(of shard: Shard) -> ArraySlice<Piece> { pieces[shard.share(of: pieces.count)] }

    /// Whether every unit is recorded.
    package func isThere(in store: ArtifactStore) -> Bool { pieces.allSatisfy { $0.part.isThere(in: store) } }
}
