import AnomalyDatasets
import Foundation
import Generators
import Imaging
import ParameterKit
import StageKit
import Synchronization

/// The normals of a sample, for generators that take pieces of one for another.
final class DonorShelf: Sendable {
    /// SHA-256 over the ids, pictures and masks of all of them: each may have decided any picture.
    let digest: String
    private let members: [(source: ImageRecord, mask: ForegroundRecord?)]
    private let pictures: URL
    private let masks: URL
    /// Found once, by whichever group draws first.
    private let ready = Mutex<(any DonorGenerator)?>(nil)

    /// - Parameters:
    ///   - pictures: where the records' files are; likewise `masks`.
    init(_ members: [(source: ImageRecord, mask: ForegroundRecord?)], pictures: URL, masks: URL) {
        (self.members, self.pictures, self.masks) = (members, pictures, masks)
        digest = Digest.sha256(
            members.map { "\($0.source.sha256)  \($0.mask?.sha256 ?? "-")  \($0.source.id)\n" }.joined())
    }

    /// Whether there is no other normal than the one that is drawn on.
    var isAlone: Bool { members.count == 1 }

    /// Another normal than this one, chosen by the seed; nil: there is none.
    ///
    /// - Throws: `ImageError` for files that can't be read.
    func donor(for source: ImageRecord, seed: UInt32) throws -> NormalPart? {
        let others = members.indices.filter { members[$0].source.id != source.id }
        guard !others.isEmpty else { return nil }
        var stream = RandomStream(seed: UInt64(seed), purpose: "donor")
        return try normal(stream.element(others))
    }

    /// The generator with what it has to know of the category, found from at most 16 normals.
    func prepared(_ generator: any DonorGenerator, for category: String) throws -> any DonorGenerator {
        try ready.withLock { ready in
            if let ready { return ready }
            let count = min(members.count, 16)
            let made = try generator.prepared(
                for: category, trials: (0..<count).map { try normal($0 * members.count / count) })
            ready = made
            return made
        }
    }

    private func normal(_ place: Int) throws -> NormalPart {
        let (source, mask) = members[place]
        return NormalPart(
            name: source.id, image: try Image(contentsOf: pictures.appendingPathComponent(source.file).path),
            foreground: try mask.map { try Mask(contentsOf: masks.appendingPathComponent($0.file).path, above: 127) })
    }
}
