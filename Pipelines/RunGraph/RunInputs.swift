import AnomalyDatasets
import DetectorEvaluation
import Foundation
import Generators
import GenerationStage
import ManifestSections
import MethodKit
import ParameterKit
import StageKit

/// The outside inputs of a run other than its data sets: weights, materials, files that methods name. Each is checked
/// and hashed once.
struct RunInputs {
    /// The needed folders by role, including those needed only for the report or for reconstruction.
    private let folders: [ModelRole: ModelFolder]
    let detectors: [(name: String, fitted: FittedDetector)]
    /// The generators' folders of pictures, by the generator's name.
    let materials: [String: TextureFolder]
    /// Places of damage, by the absolute path of their mask.
    let places: [String: DamagePlace]
    /// By category; empty unless the generator takes its pictures from elsewhere.
    let external: [String: ExternalCategory]
    /// Pictures to leave out; nil: nothing was reviewed.
    let rejected: RejectedPictures?
    let lpips: LPIPSWeights
    /// The CLIP that the report compares pictures with; nil: they are not assessed.
    let features: ModelFolder?

    init(
        _ manifest: Manifest, categories: [String], auxiliary: AuxiliaryData?, store: ArtifactStore,
        digests: DigestCache,
        notice: (String) -> Void
    ) throws {
        let generator = manifest.generation.generator
        let judges = manifest.namedDetectors
        let generators = manifest.generation.generators.map(\.generator)
        var wanted = Set(generators.flatMap { type(of: $0).models })
        for judge in judges { wanted.insert(judge.detector.role) }
        // Reconstructed normals need the diffusion model, whichever generator draws the damage.
        if !judges.isEmpty, manifest.training.normals == .reconstructed { wanted.insert(.diffusion) }
        let isAssessed = !judges.isEmpty && manifest.report.features == .clip
        if isAssessed { wanted.insert(.clip) }
        var folders: [ModelRole: ModelFolder] = [:]
        for role in ModelRole.allCases where wanted.contains(role) && role != .lpips {
            guard let path = manifest.models[role] else { continue }
            let folder = try ModelFolder(path.absolute, written: path.written, digests: digests)
            if folder.hasAveragedBeside {
                notice(
                    "\(path.written) holds averaged weights (EMA) beside the trained ones; the trained ones are used, as diffusers does"
                )
            }
            folders[role] = folder
        }
        self.folders = folders
        detectors = try judges.map { name, detector in
            guard let trunk = folders[detector.role] else {
                throw Failure(.badManifest, "the detector \(name) has no weights", at: "models")
            }
            return (name, try Self.fitted(detector, name: name, trunk: trunk, digests: digests))
        }
        materials = try generators.reduce(into: [:]) { found, generator in
            found[generator.methodName] = try generator.materials.map {
                try TextureFolder(URL(fileURLWithPath: $0.absolute), written: $0.written, digests: digests)
            }
        }
        let lists = [manifest.generation.anomalies] + manifest.generation.overrides.values.compactMap(\.anomalies)
        places = try lists.joined().compactMap(\.place).reduce(into: [:]) { found, path in
            guard found[path.absolute] == nil else { return }
            found[path.absolute] = try DamagePlace(
                URL(fileURLWithPath: path.absolute), written: path.written, digests: digests)
        }
        rejected = try manifest.generation.rejected.map { path throws(Failure) in
            try RejectedPictures(contentsOf: URL(fileURLWithPath: path.absolute), written: path.written)
        }
        let strangers = (rejected?.units.keys.filter { !categories.contains($0) } ?? []).sorted()
        if !strangers.isEmpty, let path = manifest.generation.rejected {
            notice(
                "\(path.written) rejects pictures of \(strangers.joined(separator: ", ")), which isn't in the manifest")
        }
        if let source = (generator as? any TakenGenerator)?.source {
            let drawnOn = categories + (auxiliary.map { $0.isDrawnOn ? $0.categories : [] } ?? [])
            let set = try ExternalSet(
                URL(fileURLWithPath: source.absolute), written: source.written, store: store, digests: digests)
            external = Dictionary(try drawnOn.map { ($0, try set.category($0)) }) { first, _ in first }
        } else {
            external = [:]
        }
        lpips =
            try isAssessed
            ? LPIPSWeights(manifest.models.lpips, digests: digests, notice: notice) : LPIPSWeights.none
        features = isAssessed ? folders[.clip] : nil
    }

    /// A detector with its weights and the outside files that its settings name.
    ///
    /// - Throws: `Failure` 66 for a file that isn't there.
    static func fitted(
        _ detector: any Detector, name: String, trunk: ModelFolder, digests: DigestCache
    ) throws -> FittedDetector {
        let files = try detector.files.mapValues { path in
            let file = URL(fileURLWithPath: path.absolute)
            guard try DurableFile.exists(file) else {
                throw Failure(
                    .inputMissing, "no such file", at: path.written, remedy: "A key of detectors.\(name) names it.")
            }
            return (url: file, digest: try digests.sha256(file))
        }
        return FittedDetector(detector, model: (trunk.url, trunk.digest), files: files)
    }

    subscript(role: ModelRole) -> ModelFolder? { folders[role] }

    /// Those of these roles.
    func models(_ roles: [ModelRole]) -> [ModelRole: ModelFolder] { folders.filter { roles.contains($0.key) } }
}
