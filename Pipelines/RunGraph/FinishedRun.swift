import AnomalyDatasets
package import DetectorEvaluation
import DetectionStage
package import Foundation
import Imaging
package import ManifestSections
import MethodKit
import ParameterKit
import Reporting
package import StageKit

/// What a run has finished, by the objects that its folder names: for commands that use its detectors without the data
/// set, the archives or the diffusion model that it needed.
package struct FinishedRun {
    package let manifest: Manifest
    private let store: ArtifactStore
    /// Job → object.
    private let objects: [String: String]
    /// For messages: what `--run` named.
    private let written: String
    private let isFromFolder: Bool

    /// - Parameters:
    ///   - written: as the user named the run.
    ///   - isFromFolder: the manifest is the run's copy of it, which doesn't know where the manifest was.
    /// - Throws: `Failure` 66 where the run has no folder or has finished nothing.
    package init(
        _ manifest: Manifest, folder: RunFolder, store: ArtifactStore, written: String, isFromFolder: Bool = false
    ) throws(Failure) {
        self.isFromFolder = isFromFolder
        objects = folder.recorded()
        guard !objects.isEmpty else {
            throw Failure(
                .inputMissing, "no run of it has finished anything in \(store.root.path)", at: written,
                remedy:
                    "Run it first (`flawsmith run`), with the same --output and --set; a changed manifest is another run."
            )
        }
        (self.manifest, self.store, self.written) = (manifest, store, written)
    }

    /// What the user chose; nil: not said.
    package struct Wish {
        package var detector: String?
        package var category: String?
        package var shots: String?
        package var seed: Int?

        package init(detector: String?, category: String?, shots: String?, seed: Int?) {
            (self.detector, self.category, self.shots, self.seed) = (detector, category, shots, seed)
        }
    }

    /// A fitted detector with all that scoring needs.
    package struct Fit {
        /// In the manifest.
        package let name: String
        package let detector: FittedDetector
        package let category: String
        package let className: String
        package let shots: String
        package let seed: Int
        /// The fit's folder of files.
        package let artefact: URL
        /// Files of the normals that it compares with.
        package let references: [String]
        /// nil where the run held nothing aside.
        package let threshold: DecisionThreshold?
        /// The lowest and the highest value of the detector's maps of the test pictures; nil where there are none.
        package let range: ClosedRange<Float>?
    }

    // MARK: - Choosing

    /// The one fit that the wish leaves.
    ///
    /// - Throws: `Failure` 64 for an unknown name and where several are left, each listed; 66 where it is not fitted yet
    ///   or its weights aren't there; 65 where they are others than it was fitted on.
    package func fit(_ wish: Wish) throws -> Fit {
        let (name, detector) = try chosen(wish.detector)
        let category = try chosenCategory(wish.category)
        let model = try chosenModel(wish)
        let isShared = type(of: detector).scope == .allCategories
        let key = JobKey("fit", model.subject(isShared ? nil : category, detector: name))
        let object = try done(key, "\(name) is not fitted for \(category), \(model.label)")
        let fitted = try weights(of: detector, name: name, fit: object)
        let ingest = try IngestedCategory(folder: try done(JobKey("ingest", category)).data)
        let sample = try SampleRecord(folder: try done(JobKey("sample", model.subject(category))).data)
        let all = try ingest.images(of: sample)
        let kept = manifest.training.aside.map { $0.normals(all, of: sample).kept } ?? all
        let subject = model.subject(category, detector: name)
        return Fit(
            name: name, detector: fitted, category: category,
            className: manifest.dataset.objects[category] ?? category, shots: model.shots, seed: model.seed,
            artefact: object.data, references: kept.map { ingest.url($0.file).path },
            threshold: try finished(JobKey(Calibration.name, subject)).map { try Calibration.threshold(of: $0) },
            range: try finished(JobKey(Detection.name, subject)).flatMap { try range(of: $0) })
    }

    private func chosen(_ name: String?) throws(Failure) -> (name: String, detector: any Detector) {
        let all = manifest.namedDetectors
        guard !all.isEmpty else {
            throw Failure(
                .usage, "it names no detector", at: written,
                remedy: "Add one, as in `detectors: { patchcore: {} }`, and run it again.")
        }
        let names = all.map(\.name).joined(separator: ", ")
        if let name {
            guard let found = all.first(where: { $0.name == name }) else {
                throw Failure(.usage, "--detector \(name): the run has no such detector", remedy: "It has \(names).")
            }
            return found
        }
        guard all.count == 1 else {
            throw Failure(.usage, "the run has \(all.count) detectors", remedy: "Choose one with --detector: \(names).")
        }
        return all[0]
    }

    /// Categories of the run, in the order of their names.
    package var categories: [String] {
        objects.keys.filter { $0.hasPrefix("sample/") }.compactMap { key -> String? in
            let name = key.split(separator: "/").dropFirst().dropLast().joined(separator: "/")
            let isMeant = manifest.dataset.categories?.contains(name) ?? !name.hasPrefix(AuxiliaryData.prefix)
            return isMeant ? name : nil
        }.reduce(into: Set()) { $0.insert($1) }.sorted()
    }

    private func chosenCategory(_ name: String?) throws(Failure) -> String {
        let all = categories
        if let name {
            guard all.contains(name) else {
                throw Failure(
                    .usage, "--category \(name): the run has no such category",
                    remedy: "It has \(all.joined(separator: ", ")).")
            }
            return name
        }
        guard let first = all.first else {
            throw Failure(.inputMissing, "no category of it is finished", at: written, remedy: "Run it to the end.")
        }
        guard all.count == 1 else {
            throw Failure(
                .usage, "the run has \(all.count) categories",
                remedy: "Say what the pictures show with --category: \(all.joined(separator: ", ")).")
        }
        return first
    }

    private func chosenModel(_ wish: Wish) throws(Failure) -> SampledModel {
        let all = manifest.sampling.shots.flatMap { shots in
            manifest.sampling.seeds.map { SampledModel(shots: shots.description, seed: $0) }
        }
        let left = all.filter { model in
            (wish.shots.map { $0 == model.shots } ?? true) && (wish.seed.map { $0 == model.seed } ?? true)
        }
        func list(_ models: [SampledModel]) -> String {
            models.map { "--shots \($0.shots) --seed \($0.seed)" }.joined(separator: "; ")
        }
        guard let first = left.first else {
            let asked = [wish.shots.map { "--shots \($0)" }, wish.seed.map { "--seed \($0)" }].compactMap(\.self)
            throw Failure(
                .usage, "\(asked.joined(separator: " ")): the run has no such fit", remedy: "It has \(list(all)).")
        }
        guard left.count == 1 else {
            throw Failure(.usage, "the run has \(left.count) fits of it", remedy: "Choose one: \(list(left)).")
        }
        return first
    }

    // MARK: - Objects

    /// nil where it isn't recorded or isn't done.
    private func finished(_ key: JobKey) throws(Failure) -> StoredObject? {
        guard let name = objects[key.description] else { return nil }
        let object = store.object(named: name)
        return try DurableFile.exists(object.doneFile) ? object : nil
    }

    private func done(_ key: JobKey, _ message: String? = nil) throws(Failure) -> StoredObject {
        guard let object = try finished(key) else {
            throw Failure(
                .inputMissing, message ?? "\(key) is not finished", at: written,
                remedy: "Run it to the end; `flawsmith status` says what is missing.")
        }
        let damage = try object.damage()
        guard damage.isEmpty else {
            throw Failure(
                .badData, "\(object.name) is damaged: \(damage[0])", at: written,
                remedy: "`flawsmith run` makes it again.")
        }
        return object
    }

    /// The detector with its weights, which must be those that it was fitted on.
    private func weights(of detector: any Detector, name: String, fit: StoredObject) throws -> FittedDetector {
        let role = detector.role
        guard let path = manifest.models[role] else {
            throw Failure(.badManifest, "the detector \(name) has no weights", at: "models.\(role.rawValue)")
        }
        guard try DurableFile.exists(URL(fileURLWithPath: path.absolute)) else {
            throw Failure(
                .inputMissing, "no such weights, which \(name) looks through", at: path.written,
                remedy: isFromFolder
                    ? "The path begins in the current folder: go where it leads to them, or give --run the manifest itself."
                    : "Bring them back: the detector was fitted on them.")
        }
        let digests = DigestCache(store: store)
        let fitted = try RunInputs.fitted(
            detector, name: name, trunk: try ModelFolder(path.absolute, written: path.written, digests: digests),
            digests: digests)
        guard let asked = fit.identity?.asked else {
            throw Failure(.badData, "what it was fitted on can't be read", at: fit.identityFile.path)
        }
        guard asked["model"]?.string == fitted.model.digest else {
            throw Failure(
                .badData, "these are not the weights that \(name) was fitted on", at: path.written,
                remedy: "Bring those back, or run the manifest again with these.")
        }
        let now = JSONValue.object(fitted.asked([.result]))
        guard asked["detector"] == now["detector"], asked["files"] == now["files"] else {
            throw Failure(
                .badData, "\(name) was fitted by another version, or with other files than its keys name now",
                at: written,
                remedy: "Run the manifest again.")
        }
        return fitted
    }

    private func range(of detected: StoredObject) throws -> ClosedRange<Float>? {
        var range: ClosedRange<Float>?
        for record in try DetectionResults.records(of: detected) {
            for value in try DetectionResults.grids(record, data: detected.data).lazy.flatMap(\.values)
            where value.isFinite {
                range = range.map { min($0.lowerBound, value)...max($0.upperBound, value) } ?? value...value
            }
        }
        return range
    }
}
