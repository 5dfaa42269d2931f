import Foundation
package import ManifestSections
import Generators
import MethodKit
import ParameterKit
import StageKit

/// What a manifest names and is not there, all of it at once.
package struct MissingInputs: Sendable {
    package struct Input: Sendable, Equatable {
        /// `models.diffusion`
        package var key: String
        /// The path as the manifest has it.
        package var written: String
        /// The command that brings it; nil for what no command brings.
        package var remedy: String?
    }

    package let inputs: [Input]

    package init(_ manifest: Manifest) {
        let generators = manifest.generation.generators.map(\.generator)
        var named: [(String, ManifestPath?)] = [
            ("dataset.path", manifest.dataset.path), ("auxiliary.path", manifest.auxiliary?.path),
        ]
        var roles = Set(generators.flatMap { type(of: $0).models })
        for (_, detector) in manifest.namedDetectors { roles.insert(detector.role) }
        if !manifest.detectors.isEmpty, manifest.training.normals == .reconstructed { roles.insert(.diffusion) }
        named += ModelRole.allCases.filter(roles.contains).map { ("models.\($0.rawValue)", manifest.models[$0]) }
        named.append(("foreground.masks", manifest.foreground.common.masks))
        named += manifest.foreground.overrides.keys.sorted().map {
            ("foreground.overrides.\($0).masks", manifest.foreground.settings(for: $0).masks)
        }
        let lists = [manifest.generation.anomalies] + manifest.generation.overrides.values.compactMap(\.anomalies)
        named += lists.joined().map { ("generation.anomalies: place of \($0.name)", $0.place) }
        for generator in generators {
            named.append(("generation.\(generator.methodName)", generator.materials))
            named.append(("generation.\(generator.methodName)", (generator as? any TakenGenerator)?.source))
        }
        for (name, detector) in manifest.namedDetectors {
            named += detector.files.sorted { $0.key < $1.key }.map { ("detectors.\(name).\($0.key)", $0.value) }
        }
        var seen: Set<String> = []
        inputs = named.compactMap { key, path in
            guard let path, !FileManager.default.fileExists(atPath: path.absolute),
                seen.insert(path.absolute).inserted
            else { return nil }
            let unset = EnvironmentNames.unset(in: path.written)
            let written =
                unset.isEmpty
                ? path.written
                : "\(path.written) (\(unset.joined(separator: ", ")) isn't set in the environment)"
            return Input(
                key: key, written: written, remedy: unset.isEmpty ? Self.fetching(key, to: path.absolute) : nil)
        }
    }

    /// A line each, and how those come that a command brings.
    package var text: String {
        let width = inputs.map(\.key.count).max() ?? 0
        let lines = inputs.map {
            "missing  \($0.key)\(String(repeating: " ", count: width - $0.key.count))  \($0.written)"
        }
        return (lines + inputs.compactMap { input in input.remedy.map { "Bring it: \($0)" } }).joined(separator: "\n")
    }

    /// `flawsmith fetch` with the folder that the manifest names, as it is typed in a shell here.
    package static func fetching(_ key: String, to path: String) -> String? {
        let known = [ModelRole.diffusion: "sd15", .clip: "clip-vit-l-14"]
        guard let role = known.keys.first(where: { key == "models.\($0.rawValue)" }), let model = known[role],
            !path.hasSuffix(".safetensors")
        else { return nil }
        let folder = URL(fileURLWithPath: path).relativePathFromHere
        let isPlain = folder.allSatisfy { $0.isLetter || $0.isNumber || "/._-+,@".contains($0) }
        let typed = isPlain ? folder : "'" + folder.replacingOccurrences(of: "'", with: "'\\''") + "'"
        return "flawsmith fetch \(model) --to \(typed)"
    }
}
