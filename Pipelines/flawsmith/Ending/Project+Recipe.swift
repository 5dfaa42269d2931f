import ExportStage
import Foundation
import GenerationStage
import IngestStage
import ManifestSections
import ParameterKit
import Reporting
import StageKit

extension Project {
    /// How the run is done again, from what is on disk.
    func recipe(_ summary: Runner.Summary) -> RunRecipe {
        let objects = summary.objects.sorted { $0.key < $1.key }
        return RunRecipe(
            manifestPath: folder.manifestFile.relativePathFromHere, manifest: manifest.resolvedText,
            versions: [.init("flawsmith", Flawsmith.version)], inputs: inputs(objects), outputs: outputs(objects),
            objects: objects.map { .init($0.key.description, $0.value) })
    }

    /// Data sets and models by the digests that the objects' identities hold.
    private func inputs(_ objects: [(key: JobKey, value: String)]) -> [RunRecipe.Item] {
        var found: [RunRecipe.Item] = []
        func add(_ name: String, _ digest: JSONValue?) {
            guard let digest = digest?.string else { return }
            let item = RunRecipe.Item(name, digest)
            if !found.contains(item) { found.append(item) }
        }
        for (key, name) in objects {
            guard let asked = store.object(named: name).identity?.asked else { continue }
            switch key.stage {
            case "ingest": add("data set", asked["source"])
            case GenerationStage.name:
                for (role, digest) in (asked["models"]?.object ?? [:]).sorted(by: { $0.key < $1.key }) {
                    add("\(role) model", digest)
                }
            case "fit": add("detector's model", asked["model"])
            default: break
            }
        }
        return found
    }

    private func outputs(_ objects: [(key: JobKey, value: String)]) -> [RunRecipe.Item] {
        objects.filter { $0.key.stage == ExportStage.name }.flatMap { _, name -> [RunRecipe.Item] in
            let object = store.object(named: name)
            guard let bytes = try? DurableFile.read(object.doneFile), let done = try? JSONValue(parsing: bytes) else {
                return []
            }
            return (done["files"]?.object ?? [:]).sorted { $0.key < $1.key }.compactMap { path, facts in
                path.hasSuffix(".sha256") ? nil : facts["sha256"]?.string.map { .init(path, $0) }
            }
        }
    }
}
