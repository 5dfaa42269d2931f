import AnomalyAnnotation
import AnomalyDatasets
import EngineLink
import StageKit

/// One source image and one prompt: the group of pictures that are computed together and the units they become.
struct UnitGroup {
    let source: ImageRecord
    let mask: ForegroundRecord?
    let request: GenerationParameters.Request
    /// Indices [g·batch, (g+1)·batch): a group is always computed at full width, whatever is listed of it.
    let indices: Range<Int>
    /// How many of them, from the first, were asked for.
    let listed: Int
}

extension GenerationParameters {
    /// What makes a unit what it is, besides its picture's seed: everything that can change one of its pixels.
    ///
    /// `batch` belongs to it, since a batch's rounding differs from a single picture's.
    func identity(_ group: UnitGroup, category: String, index: Int) throws -> JSONValue {
        var members: [String: JSONValue] = [
            "version": .int(GenerationStage.version), "method": .string(method.rawValue), "category": .string(category),
            "source": .object(["id": .string(group.source.id), "sha256": .string(group.source.sha256)]),
            "mask": group.mask.map { .string($0.sha256) } ?? .null,
            "anomaly": .string(group.request.anomaly), "index": .int(index),
            "seed": .int(Int(unitSeed(group, category: category, index: index))),
            "batch": .int(batch),
        ]
        if method == .cut {
            members["model"] = modelDigest.map { .string($0) } ?? .null
            members["prompt"] = .string(group.request.prompt)
            members["words"] = .array(group.request.phrases.map { .string($0) })
            members["preset"] = .string(preset)
            members["parameters"] = try JSONValue(encoding: cut)
        }
        if let textures { members["textures"] = .string(textures.digest) }
        return .object(members)
    }

    /// The first four bytes of SHA-256 over canonical (seed, category, source image, prompt, index).
    func unitSeed(_ group: UnitGroup, category: String, index: Int) -> UInt32 {
        let name: JSONValue = [
            .int(Int(seed)), .string(category), .string(group.source.sha256), .string(group.request.prompt),
            .int(index),
        ]
        return Digest.seed(name.canonicalText)
    }

    /// All groups of one source image, in the order in which their pictures are listed.
    func groups(source: ImageRecord, mask: ForegroundRecord?) -> [UnitGroup] {
        zip(requests, counts()).flatMap { request, count in
            stride(from: 0, to: count, by: batch).map { first in
                UnitGroup(
                    source: source, mask: mask, request: request, indices: first..<(first + batch),
                    listed: min(batch, count - first))
            }
        }
    }

    /// What the generate object as a whole is asked.
    func asked() throws -> JSONValue {
        if let external { return asked(external) }
        var members: [String: JSONValue] = [
            "method": .string(method.rawValue), "images_per_normal": .int(imagesPerNormal), "batch": .int(batch),
            "seed": .int(Int(seed)),
            "anomalies": .array(
                requests.map {
                    [
                        "name": .string($0.anomaly), "words": .array($0.phrases.map { .string($0) }),
                        "prompt": .string($0.prompt), "share": .int($0.share),
                    ]
                }),
        ]
        if method == .cut {
            members["model"] = modelDigest.map { .string($0) } ?? .null
            members["preset"] = .string(preset)
            members["parameters"] = try JSONValue(encoding: cut)
            members["annotation"] = [
                "source": .string(annotation.source.rawValue), "threshold": .double(annotation.threshold),
            ]
        }
        if let textures { members["textures"] = .string(textures.digest) }
        return .object(members)
    }
}
