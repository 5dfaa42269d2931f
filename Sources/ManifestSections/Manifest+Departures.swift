import Generators
import MethodKit
import ParameterKit
import PictureGate

extension Manifest {
    /// A key that affects results and differs from the paper.
    package struct Departure: Sendable, Equatable {
        /// "generation.cut.steps"
        package var key: String
        package var value: String
        package var paper: String
    }

    /// The keys in which this manifest differs from the paper, in the schema's order.
    ///
    /// Defaults are the paper's values unless their key says otherwise, as VLAD's input does (512; CLIP's patches want
    /// a multiple of 14); the paper also trains on the other of MVTec AD and VisA. Left out are paths, seeds, keys that
    /// change no result, and the tables of unused generators. *Source*: paper, sections 4, 5.1 and A.1.
    package var departures: [Departure] {
        let members = keys.json.object ?? [:]
        var found =
            keys.auxiliary == nil && !keys.detectors.isEmpty
            ? [Departure(key: "auxiliary", value: "none", paper: "the other data set")] : []
        if keys.dataset.tiles != nil, let tiles = members["dataset"]?["tiles"]?.object {
            let text = tiles.sorted { $0.key > $1.key }.map { "\($0.key) \($0.value.canonicalText)" }
            found.append(Departure(key: "dataset.tiles", value: text.joined(separator: ", "), paper: "none"))
        }
        for section in ManifestKeys.section.keys
        where ["sampling", "generation", "annotation", "quality", "training", "detectors", "evaluation"].contains(
            section.name)
        {
            guard let value = members[section.name] else { continue }
            found += section.type.departures(value, at: section.name).filter { decides($0.key) }
        }
        return found.map {
            Departure(key: $0.key, value: Self.shortened($0.value), paper: Self.shortened($0.paper))
        }
    }

    private func decides(_ key: String) -> Bool {
        let neutral: Set = ["generation.batch", "generation.seed", "training.seed", "sampling.shots", "sampling.seeds"]
        if neutral.contains(key) { return false }
        // Thresholds of a gate that is not used decide nothing.
        if key.hasPrefix("quality.") { return keys.quality.enabled && key != "quality.keep_rejected" }
        // A generator's key such as `generation.nsa.width` counts only if that generator is used.
        let steps = key.split(separator: ".")
        if steps.count > 2, steps[0] == "detectors" {
            // The paper says nothing of other detectors than its own.
            let judges = namedDetectors.filter { $0.name == steps[1] }
            if judges.contains(where: { !type(of: $0.detector).isThePapers }) { return false }
        }
        let isTable =
            steps.count > 2 && steps[0] == "generation" && keys.generation.tables.method(String(steps[1])) != nil
        return !isTable || keys.generation.generators.contains { $0.generator.methodName == steps[1] }
    }

    private static func shortened(_ text: String) -> String { text.count > 60 ? text.prefix(59) + "…" : text }
}

extension ValueType {
    /// The leaves that differ from the paper; a list is one leaf.
    fileprivate func departures(_ value: JSONValue, at path: String) -> [Manifest.Departure] {
        switch self {
        case .section(let section):
            return section.departures(value.object ?? [:], at: path)
        case .methods(let choices):
            return choices.methods.flatMap { method in
                (value.object ?? [:]).sorted { $0.key < $1.key }.filter {
                    choices.method(of: $0.key, $0.value)?.name == method.name
                }
                .flatMap { method.settings.departures($0.value.object ?? [:], at: path + "." + $0.key) }
            }
        default: return []
        }
    }
}

extension SectionType {
    fileprivate func departures(_ members: [String: JSONValue], at path: String) -> [Manifest.Departure] {
        return keys.flatMap { key -> [Manifest.Departure] in
            let place = path + "." + key.name
            guard key.effect != .nothing, let value = members[key.name] else { return [] }
            if case .section = key.type { return key.type.departures(value, at: place) }
            let paper = key.paper ?? key.plain
            guard value != paper else { return [] }
            return [Manifest.Departure(key: place, value: key.type.text(of: value), paper: key.type.text(of: paper))]
        }
    }
}
