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

    /// A second data set that is trained on as well.
    package struct Auxiliary: Sendable {
        package enum Use: String, Sendable {
            case normalsAndSynthetic = "normals+synthetic"
            case testSplit = "test-split"
        }
        package var use: Use
        package var categories: [Category]
        package init(use: Use, categories: [Category]) { (self.use, self.categories) = (use, categories) }
    }

    package var model: URL
    package var modelDigest: String
    package var vlad: VLADParameters
    /// A file of sentences and its digest; nil: the engine's own.
    package var prompts: (file: URL, digest: String)?
    package var seed: UInt32
    package var normals: Normals
    /// The diffusion model that reconstructs normals, and its digest.
    package var decoder: (model: URL, digest: String, dtype: String)?
    package var categories: [Category]
    package var auxiliary: Auxiliary?
    /// Bytes of frozen tokens that may be kept on disk; decides nothing but the time.
    package var cacheLimit: Int

    package init(
        model: URL, modelDigest: String, vlad: VLADParameters, prompts: (file: URL, digest: String)?, seed: UInt32,
        normals: Normals,
        decoder: (model: URL, digest: String, dtype: String)?, categories: [Category], auxiliary: Auxiliary?,
        cacheLimit: Int
    ) {
        (self.model, self.modelDigest, self.vlad, self.prompts, self.seed) = (model, modelDigest, vlad, prompts, seed)
        (self.normals, self.decoder, self.categories, self.auxiliary) = (normals, decoder, categories, auxiliary)
        self.cacheLimit = cacheLimit
    }

    func asked() throws -> JSONValue {
        var parameters = try JSONValue(encoding: vlad).object ?? [:]
        // of scoring, not of training
        for key in ["weights", "mapWeights", "bank", "coreset"] { parameters[key] = nil }
        var asked: [String: JSONValue] = [
            "model": .string(modelDigest), "parameters": .object(parameters), "seed": .int(Int(seed)),
            "normals": .string(normals.rawValue),
            "decoder": normals == .reconstructed ? .string(decoder?.digest ?? "") : .null,
            "categories": .array(categories.map(\.asked)),
        ]
        if let prompts { asked["prompts"] = .string(prompts.digest) }
        if let auxiliary {
            asked["auxiliary"] = [
                "use": .string(auxiliary.use.rawValue), "categories": .array(auxiliary.categories.map(\.asked)),
            ]
        }
        return .object(asked)
    }
}

extension TrainingParameters.Category {
    fileprivate var asked: JSONValue { [.string(name), .string(className)] }
}

/// Stage 6: VLAD's adapters, one model for all categories of a shot count and seed.
///
/// The object holds `adapters.safetensors` and `training.json` (mean loss of each epoch). Checkpoints live in `work/`.
package enum TrainingStage {
    package static let name = "train"
    package static let version = 4

    /// - Parameter inputs: per category the roles `ingest:<category>`, `sample:<category>`, `generate:<category>`; per
    ///   category of the auxiliary data set the same behind `auxiliary `, of its test split `ingest` alone.
    package static func job(
        subject: String, inputs: [String: JobKey], parameters: TrainingParameters, engines: EnginePool
    ) throws -> Job {
        Job(JobKey(name, subject), version: version, asked: try parameters.asked(), inputs: inputs) { context in
            try engines.borrow { try TrainingRun(context: context, parameters: parameters, engine: $0).run() }
        }
    }

    /// What stands before the roles of inputs of the auxiliary data set.
    package static let auxiliaryRole = "auxiliary "

    package static func adapters(of object: StoredObject) -> URL {
        object.data.appendingPathComponent("adapters.safetensors")
    }
}
