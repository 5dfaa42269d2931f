package import AnomalyDatasets
package import DetectorEvaluation
package import EngineLink
package import Foundation
import MethodKit
import ParameterKit
package import StageKit

/// Parameters of the fit stage for one detector, shot count and seed.
package struct FitParameters: Sendable {
    /// One category's part: its name, and the words for it in prompts.
    package struct Category: Sendable {
        package var name: String
        package var className: String
        package init(name: String, className: String) { (self.name, self.className) = (name, className) }
    }

    /// The form of the normals that a detector is fitted on.
    package enum Normals: String, Sendable {
        case raw
        /// Decoded from the autoencoder's posterior mean, so that traces of decoding give no clue.
        case reconstructed
    }

    /// A second data set that is learnt from as well.
    package struct Auxiliary: Sendable {
        package enum Use: String, Sendable {
            case normalsAndSynthetic = "normals+synthetic"
            case testSplit = "test-split"
        }
        package var use: Use
        package var categories: [Category]
        package init(use: Use, categories: [Category]) { (self.use, self.categories) = (use, categories) }
    }

    package var detector: FittedDetector
    package var seed: UInt32
    package var normals: Normals
    /// The diffusion model that reconstructs normals, its digest, and the number type it runs in.
    package var decoder: (model: URL, digest: String, dtype: String)?
    /// All categories of the run, or the one that this detector is for.
    package var categories: [Category]
    package var auxiliary: Auxiliary?
    /// What of the run's own data set is not learnt from; nil: nothing is held aside.
    package var aside: HeldAside?
    /// Bytes of frozen features that may be kept on disk; affects only the time.
    package var cacheLimit: Int

    package init(
        detector: FittedDetector, seed: UInt32, normals: Normals, decoder: (model: URL, digest: String, dtype: String)?,
        categories: [Category], auxiliary: Auxiliary?, aside: HeldAside? = nil, cacheLimit: Int
    ) {
        (self.detector, self.seed, self.normals, self.decoder) = (detector, seed, normals, decoder)
        (self.categories, self.auxiliary, self.cacheLimit) = (categories, auxiliary, cacheLimit)
        self.aside = aside
    }

    /// The auxiliary data set, if the detector learns from it; else nil.
    var learntAuxiliary: Auxiliary? { detector.detector.lessons.contains(.auxiliary) ? auxiliary : nil }

    func asked() -> JSONValue {
        var asked = detector.asked([.result])
        asked["seed"] = .int(Int(seed))
        asked["normals"] = .string(normals.rawValue)
        if normals == .reconstructed { asked["decoder"] = .string(decoder?.digest ?? "") }
        asked["categories"] = .array(categories.map(\.asked))
        if let auxiliary = learntAuxiliary {
            asked["auxiliary"] = [
                "use": .string(auxiliary.use.rawValue), "categories": .array(auxiliary.categories.map(\.asked)),
            ]
        }
        if let aside { asked["held_aside"] = .double(aside.share) }
        return .object(asked)
    }
}

extension FitParameters.Category {
    fileprivate var asked: JSONValue { [.string(name), .string(className)] }
}

/// Stage 6: detectors fitted on a synthetic set and the normals it was made from, each on its own.
///
/// An object holds what the detector's engine half left, and `fit.json`: how many pictures there were, and the method's
/// facts about the fitting. Checkpoints are in `work/`.
package enum FitStage {
    package static let name = "fit"
    /// Version of `fit.json` and of the choice of pictures; the result depends on the method's own version.
    package static let version = 1

    /// - Parameter inputs: per category the roles `ingest:<category>`, `sample:<category>` and, for detectors that
    ///   learn from generated pictures, `generate:<category>`; per category of the auxiliary data set the same with the
    ///   prefix `auxiliary `, or only `ingest` if its test split is used.
    package static func job(
        subject: String, category: String? = nil, inputs: [String: JobKey], parameters: FitParameters,
        engines: EnginePool
    ) -> Job {
        var job = Job(
            JobKey(name, subject), version: version, asked: parameters.asked(), inputs: inputs, category: category
        ) { context in
            try engines.borrow { try FitRun(context: context, parameters: parameters, engine: $0).run() }
        }
        // Of the data set itself only normals of the training split are read; what else it holds changes no detector.
        job.reads = { inputs in
            try inputs.sorted { $0.key < $1.key }.map { role, object in
                let digest =
                    role.hasPrefix("ingest:")
                    ? Digest.sha256(try IngestedCategory(folder: object.data).trainingListing)
                    : try object.contentDigest()
                return "\(role) \(digest ?? object.name)\n"
            }.joined()
        }
        return job
    }

    /// Prefix of the roles of the auxiliary data set's inputs.
    package static let auxiliaryRole = "auxiliary "
}
