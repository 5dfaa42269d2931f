import ManifestKit
import StageKit

extension Manifest {
    /// - Throws: `Failure` 78 for categories that the manifest names and its data sets lack, with the data set that was
    ///   meant.
    func checkCategories(among known: [String], auxiliary others: [String]) throws(Failure) {
        let unknown = unknownCategories(among: known, auxiliary: others)
        guard !unknown.isEmpty else { return }
        let isOther = unknown.allSatisfy { $0.hasPrefix("auxiliary.") }
        throw Failure(
            .badManifest, unknown.joined(separator: "\n"),
            at: (isOther ? auxiliary?.path : nil)?.written ?? dataset.path.written)
    }

    /// The detector as a report's protocol names it, with what would make another of it.
    func detectorPhrase(_ section: TrainingSection) -> String {
        var phrase = "VLAD on \(section.model.written)"
        if let prompts = section.prompts { phrase += ", sentences of \(prompts.written)" }
        if evaluation.coreset < 1 { phrase += ", a coreset of \(evaluation.coreset) of the normals' tokens" }
        return phrase
    }
}
