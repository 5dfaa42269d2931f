extension Manifest {
    /// A key that decides results and is not what the paper says.
    package struct Departure: Sendable, Equatable {
        /// "training.epochs"
        package var key: String
        package var value: String
        package var paper: String
    }

    /// Where this manifest asks for something else than the paper did, in the schema's order.
    ///
    /// Defaults are the paper's values, but for two: auxiliary data (the other of MVTec AD and VisA) and VLAD's input
    /// (512; CLIP's patches want a multiple of 14). Paths, seeds and what changes no result are left out. *Source*:
    /// paper, sections 4, 5.1 and A.1.
    package var departures: [Departure] {
        let paper = Dictionary(Self.leaves(of: Self.papersText), uniquingKeysWith: { first, _ in first })
        var found = auxiliary == nil ? [Departure(key: "auxiliary", value: "none", paper: "the other data set")] : []
        for (key, value) in Self.leaves(of: resolvedText) where Self.decides(key) {
            let expected = key == "training.image_size" ? "512" : paper[key] ?? "–"
            if value != expected {
                found.append(Departure(key: key, value: Self.shortened(value), paper: Self.shortened(expected)))
            }
        }
        return found
    }

    private static func decides(_ key: String) -> Bool {
        let neutral: Set = [
            "generation.model", "generation.textures", "generation.external", "generation.batch", "generation.seed",
            "training.model", "training.seed",
        ]
        let sections = ["generation.", "annotation.", "training.", "evaluation."]
        return key == "sampling.order" || sections.contains { key.hasPrefix($0) } && !neutral.contains(key)
    }

    /// A manifest that names nothing but what it must.
    private static let papersText =
        "version: 1\nname: paper\ndataset: { path: d }\ngeneration: { model: m }\ntraining: { model: m }\n"

    /// Key path → value of everything that a manifest's text says or leaves to its defaults; a list is one value.
    private static func leaves(of text: String) -> [(String, String)] {
        // A manifest's resolved text can be read again.
        (try? settings(Array(text.utf8), file: "")).map { leaves(of: $0, below: "") } ?? []
    }

    private static func leaves(of setting: Setting, below path: String) -> [(String, String)] {
        guard case .table(let entries) = setting else { return [(path, setting.inline)] }
        return entries.flatMap { leaves(of: $0.value, below: path.isEmpty ? $0.key : "\(path).\($0.key)") }
    }

    private static func shortened(_ text: String) -> String { text.count > 60 ? text.prefix(59) + "…" : text }
}
