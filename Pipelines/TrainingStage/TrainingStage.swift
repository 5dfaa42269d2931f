import AnomalyDatasets
package import EngineLink
package import Foundation
package import StageKit

/// What the train stage is asked for one shot count and seed, over all categories.
package struct TrainingParameters: Sendable {
    /// One category's part: its name, the words for it in prompts, and its jobs.
    package struct Category: Sendable {
        package var name: String
        package var className: String
        package init(name: String, className: String) { (self.name, self.className) = (name, className) }
    }

    /// Which pictures of the normals the detector is trained on.
    package enum Normals: String, Sendable {
        case raw
        /// Decoded from the autoencoder's posterior mean, so that "was decoded" is no clue.
        case reconstructed
    }

    package var model: URL
    package var modelDigest: String
    package var vlad: VLADParameters
    package var seed: UInt32
    package var normals: Normals
    /// The diffusion model that reconstructs normals, and its digest.
    package var decoder: (model: URL, digest: String, dtype: String)?
    package var categories: [Category]

    package init(
        model: URL, modelDigest: String, vlad: VLADParameters, seed: UInt32, normals: Normals,
        decoder: (model: URL, digest: String, dtype: String)?, categories: [Category]
    ) {
        (self.model, self.modelDigest, self.vlad, self.seed) = (model, modelDigest, vlad, seed)
        (self.normals, self.decoder, self.categories) = (normals, decoder, categories)
    }

    func asked() throws -> JSONValue {
        var parameters = try JSONValue(encoding: vlad).object ?? [:]
        for key in ["weights", "mapWeights", "bank"] { parameters[key] = nil }  // of scoring, not of training
        return [
            "model": .string(modelDigest), "parameters": .object(parameters), "seed": .int(Int(seed)),
            "normals": .string(normals.rawValue),
            "decoder": normals == .reconstructed ? .string(decoder?.digest ?? "") : .null,
            "categories": .array(categories.map { [.string($0.name), .string($0.className)] }),
        ]
    }
}

/// Stage 6: VLAD's adapters, one model for all categories of a shot count and seed.
///
/// The object holds `adapters.safetensors` and `training.json` (mean loss of each epoch). Checkpoints live in `work/`.
package enum TrainingStage {
    package static let name = "train"
    package static let version = 1

    /// - Parameter inputs: per category the roles `ingest:<category>`, `sample:<category>`, `generate:<category>`.
    package static func job(
        subject: String, inputs: [String: JobKey], parameters: TrainingParameters, engines: EnginePool
    ) throws -> Job {
        Job(JobKey(name, subject), version: version, asked: try parameters.asked(), inputs: inputs) { context in
            try engines.borrow { try TrainingRun(context: context, parameters: parameters, engine: $0).run() }
        }
    }

    package static func adapters(of object: StoredObject) -> URL {
        object.data.appendingPathComponent("adapters.safetensors")
    }
}
