import AnomalyDatasets
import Foundation
import IngestStage
import ManifestSections
import ParameterKit
import Reporting
import StageKit
import FitStage

/// The data set that is trained on besides the manifest's own: one and the same for all shot counts and seeds.
package struct AuxiliaryData {
    /// Before its categories in the subjects of jobs: both data sets may have one of the same name.
    package static let prefix = "auxiliary/"

    let survey: IngestStage.Survey
    let categories: [String]
    /// Whether damage is drawn on its normals; if not, its test split is used.
    let isDrawnOn: Bool
    /// How many of its normals, chosen with which seed.
    let model: SampledModel
    private let written: String

    /// Nil where the manifest has none.
    ///
    /// - Throws: `Failure` 66 when nothing stands there, `ArchiveError` and `DatasetError` for what can't be read or
    ///   understood.
    init?(_ manifest: Manifest, store: ArtifactStore, digests: DigestCache) throws {
        guard let section = manifest.auxiliary else { return nil }
        survey = try IngestStage.survey(section.source, store: store, digests: digests)
        categories = section.categories ?? survey.categories
        isDrawnOn = section.use == .normalsAndSynthetic
        model = .init(shots: section.shots.description, seed: manifest.sampling.seeds.first ?? 0)
        written = section.path.written
    }

    /// The part of it that is trained on, for the report's protocol.
    var phrase: String {
        guard isDrawnOn else { return "its labelled test split" }
        return model.shots == "full"
            ? "all its normals, and damage drawn on them"
            : "\(model.shots) normal\(model.shots == "1" ? "" : "s") a category, seed \(model.seed), and damage drawn on them"
    }

    /// What training needs of it.
    var inputs: [String: JobKey] {
        var inputs: [String: JobKey] = [:]
        for category in categories {
            let role = FitStage.auxiliaryRole, place = Self.prefix + category
            inputs["\(role)ingest:\(category)"] = JobKey("ingest", place)
            guard isDrawnOn else { continue }
            for stage in ["sample", "generate"] {
                inputs["\(role)\(stage):\(category)"] = JobKey(stage, model.subject(category, prefix: Self.prefix))
            }
        }
        return inputs
    }

    /// - Throws: `Failure` 78 when a category has the same bytes as one of the run's own, so that a detector would be
    ///   trained on its test pictures.
    func checkApart(_ own: [Job], from others: [Job]) throws(Failure) {
        // Cut into other tiles they are the same pictures.
        func pictures(_ job: Job) -> [JSONValue?] { [job.asked["category"], job.asked["source"]] }
        for job in own where others.contains(where: { pictures($0) == pictures(job) }) {
            throw Failure(
                .badManifest,
                "\(job.category ?? "") is a category of the data set itself, whose test pictures would be trained on",
                at: written, remedy: "Name another data set under auxiliary.path.")
        }
    }
}
