// Requests for any method: fit it, draw with it, score with it. No message is specific to one method.

package import ParameterKit

/// A method with its settings, as a message has it.
package struct MethodCall: Codable, Sendable, Equatable {
    package var name: String
    /// An engine with another version of the method refuses the call.
    package var version: Int
    /// Every setting, including defaults. The engine's half reads them with the same struct as the manifest.
    package var parameters: JSONValue
    /// Role → folder or file of weights.
    package var models: [String: String]
    /// Outside files that the settings name, by key.
    package var files: [String: String]

    package init(
        name: String, version: Int, parameters: JSONValue, models: [String: String] = [:], files: [String: String] = [:]
    ) {
        (self.name, self.version, self.parameters) = (name, version, parameters)
        (self.models, self.files) = (models, files)
    }
}

/// Where the engine keeps frozen features.
package struct FeatureCacheRequest: Codable, Sendable, Equatable {
    /// May be emptied at any time.
    package var folder: String
    /// Bytes.
    package var limit: Int
    package init(folder: String, limit: Int) { (self.folder, self.limit) = (folder, limit) }
}

// MARK: - fit

package struct FitSample: Codable, Sendable, Equatable {
    package var image: String
    /// 16-bit PNG, value / 65535; nil: all zero.
    package var softLabel: String?
    /// A category, e.g. "metal_nut", or the words for it.
    package var className: String
    package var anomalous: Bool
    package init(image: String, softLabel: String?, className: String, anomalous: Bool) {
        (self.image, self.softLabel, self.className, self.anomalous) = (image, softLabel, className, anomalous)
    }
}

package struct FitRequest: Codable, Sendable {
    package var call: MethodCall
    package var samples: [FitSample]
    package var seed: UInt32
    /// Folder of checkpoints. Work resumes from a checkpoint there if it is intact and belongs to this work.
    package var work: String
    /// Folder, empty at first, for the fitted detector.
    package var output: String
    package var cache: FeatureCacheRequest?
    package init(
        call: MethodCall, samples: [FitSample], seed: UInt32, work: String, output: String, cache: FeatureCacheRequest?
    ) {
        (self.call, self.samples, self.seed) = (call, samples, seed)
        (self.work, self.output, self.cache) = (work, output, cache)
    }
}

package struct FitResult: Codable, Sendable, Equatable {
    /// The method's facts about the fitting, for the record, e.g. the losses of each epoch.
    package var facts: JSONValue
    package init(facts: JSONValue) { self.facts = facts }
}

// MARK: - draw and score

package struct ApplyItem: Codable, Sendable, Equatable {
    /// PNG or JPEG, any size, 1, 3 or 4 channels.
    package var image: String
    /// Foreground where > 127, the image's size; nil: the whole image.
    package var mask: String?
    package var seed: UInt32?
    /// Drawing: a folder for the picture's files. Scoring: the anomaly map, `.npy`, float32, [height, width], before
    /// upsampling.
    package var output: String
    /// Safetensors file for a trace, when one is asked for.
    package var trace: String?
    /// Folder for pictures of the way there, when they are asked for.
    package var traceImages: String?
    package init(
        image: String, mask: String? = nil, seed: UInt32? = nil, output: String, trace: String? = nil,
        traceImages: String? = nil
    ) {
        (self.image, self.mask, self.seed, self.output) = (image, mask, seed, output)
        (self.trace, self.traceImages) = (trace, traceImages)
    }
}

package struct ApplyRequest: Codable, Sendable {
    package var call: MethodCall
    /// Folder of what was fitted or prepared; nil where the method needs none.
    package var artefact: String?
    /// The k normals of the category.
    package var references: [String]
    /// A category, or the words for it.
    package var className: String
    package var prompt: String
    /// Phrases; every one stands in the prompt.
    package var words: [String]
    /// Where they stand, in bytes of the prompt's UTF-8; nil: they are searched for as whole words.
    package var places: [Range<Int>]?
    package var items: [ApplyItem]
    package var cache: FeatureCacheRequest?
    package init(
        call: MethodCall, artefact: String? = nil, references: [String] = [], className: String = "",
        prompt: String = "",
        words: [String] = [], places: [Range<Int>]? = nil, items: [ApplyItem], cache: FeatureCacheRequest? = nil
    ) {
        (self.call, self.artefact, self.references) = (call, artefact, references)
        (self.className, self.prompt, self.words, self.places) = (className, prompt, words, places)
        (self.items, self.cache) = (items, cache)
    }
}

/// The result of one item.
package struct AppliedItem: Codable, Sendable, Equatable {
    /// Scoring: higher is more anomalous.
    package var score: Double?
    /// The named parts of the score.
    package var parts: [String: Double]
    /// The method's facts about the item, recorded unchanged.
    package var facts: JSONValue
    /// Conditions that may change the last bits, e.g. smaller batches when memory was short. Not part of results.
    package var provenance: [String: JSONValue]
    /// Sentences for the user.
    package var warnings: [String]
    /// If set, no files were written for this item; the others are complete.
    package var failure: EngineFailure?
    package init(
        score: Double? = nil, parts: [String: Double] = [:], facts: JSONValue = .object([:]),
        provenance: [String: JSONValue] = [:], warnings: [String] = [], failure: EngineFailure? = nil
    ) {
        (self.score, self.parts, self.facts) = (score, parts, facts)
        (self.provenance, self.warnings, self.failure) = (provenance, warnings, failure)
    }
}
