import AnomalyAnnotation
import AnomalyDatasets
import EngineLink
import Generators
import MethodKit
import ParameterKit
import PictureGate
import StageKit

extension [Range<Int>] {
    /// A list of pairs.
    fileprivate var json: JSONValue { .array(map { [.int($0.lowerBound), .int($0.upperBound)] }) }
}

/// One source image and one prompt: the group of pictures that are computed together and the units they become.
struct UnitGroup {
    let source: ImageRecord
    let mask: ForegroundRecord?
    let request: GenerationParameters.Request
    /// Indices [g·batch, (g+1)·batch): a group is always computed at full width, even if only some of it is listed.
    let indices: Range<Int>
    /// How many of them, from the first, were asked for.
    let listed: Int
    /// The sample's normals, where the generator takes pieces of them.
    let donors: DonorShelf?
    /// How often its pictures were drawn before, because one didn't pass the gate.
    var attempt = 0

    /// The same pictures once more, with other noise.
    func again(_ attempt: Int) -> UnitGroup {
        var group = self
        group.attempt = attempt
        return group
    }
}

extension GenerationParameters {
    /// The layout of a unit's record and of its identity; methods have versions of their own.
    static let unitVersion = 1

    /// The identity of a unit: everything that can change one of its pixels.
    ///
    /// This includes `batch`, since a batch's rounding differs from a single picture's.
    func identity(_ group: UnitGroup, category: String, index: Int) -> [String: JSONValue] {
        var members = drawing(of: group.request)
        members["unit_version"] = .int(Self.unitVersion)
        members["category"] = .string(category)
        members["source"] = ["id": .string(group.source.id), "sha256": .string(group.source.sha256)]
        members["mask"] = group.mask.map { .string($0.sha256) } ?? .null
        members["anomaly"] = .string(group.request.anomaly)
        if let place = group.request.place { members["place"] = .string(place.digest) }
        if let size = group.request.size {
            members["size"] = ["share": .double(size), "version": .int(DamageSpot.version)]
        }
        if let strength = group.request.strength { members["strength"] = .double(strength) }
        if let donors = group.donors { members["donors"] = .string(donors.digest) }
        members["index"] = .int(index)
        members["seed"] = .int(Int(unitSeed(group, category: category, index: index)))
        members["batch"] = .int(batch)
        if group.attempt > 0 { members["try"] = .int(group.attempt + 1) }
        if type(of: drawer(of: group.request).generator).readsWords {
            members["prompt"] = .string(group.request.prompt)
            members["words"] = .array(group.request.phrases.map { .string($0) })
            members["places"] = group.request.places.json
        }
        return members
    }

    /// The first four bytes of SHA-256 over canonical (seed, category, source image, prompt, index); of a further try
    /// those over (that seed, "try", its number).
    func unitSeed(_ group: UnitGroup, category: String, index: Int) -> UInt32 {
        let name: JSONValue = [
            .int(Int(seed)), .string(category), .string(group.source.sha256), .string(group.request.prompt),
            .int(index),
        ]
        let first = Digest.seed(name.canonicalText)
        guard group.attempt > 0 else { return first }
        let again: JSONValue = [.int(Int(first)), "try", .int(group.attempt + 1)]
        return Digest.seed(again.canonicalText)
    }

    /// All groups of one source image, in the order in which their pictures are listed.
    ///
    /// - Parameter counts: for each request.
    func groups(source: ImageRecord, mask: ForegroundRecord?, counts: [Int], donors: DonorShelf?) -> [UnitGroup] {
        zip(requests, counts).flatMap { request, count in
            let donors = drawer(of: request).generator is any DonorGenerator ? donors : nil
            return stride(from: 0, to: count, by: batch).map { first in
                UnitGroup(
                    source: source, mask: mask, request: request, indices: first..<(first + batch),
                    listed: min(batch, count - first), donors: donors)
            }
        }
    }

    /// nil: none. Part of the list's identity, not of any picture's.
    var rejections: JSONValue? { rejected.isEmpty ? nil : .array(rejected.map { .string($0) }) }

    /// The request of the generate object as a whole.
    func asked() -> JSONValue {
        if let external { return asked(external) }
        var members = drawing
        members["images_per_normal"] = .int(imagesPerNormal)
        members["batch"] = .int(batch)
        members["seed"] = .int(Int(seed))
        members["anomalies"] = .array(
            requests.map { request in
                var own: [String: JSONValue] = [
                    "name": .string(request.anomaly), "words": .array(request.phrases.map { .string($0) }),
                    "prompt": .string(request.prompt), "places": request.places.json, "share": .int(request.share),
                ]
                if let count = request.count { own["count"] = .int(count) }
                if let place = request.place { own["place"] = .string(place.digest) }
                if let size = request.size { own["size"] = .double(size) }
                if let strength = request.strength { own["strength"] = .double(strength) }
                if let method = request.method { own["method"] = .string(method) }
                return .object(own)
            })
        if labelsFromEvidence {
            members["annotation"] = [
                "source": .string(annotation.source.rawValue), "threshold": .double(annotation.threshold),
            ]
            members["composite"] = composite
        }
        members["rejected"] = rejections
        if let gate {
            members["quality"] = gate.identity
            if !gate.keepRejected { members["keep_rejected"] = false }
        }
        return .object(members)
    }
}
