import ManifestSections
import StageKit

/// What `--only` chooses: categories, shot counts (`shots=2`) and seeds (`seed=0`). Of each kind one is enough; a kind
/// that isn't named leaves nothing out.
struct OnlyChoice {
    let categories: [String]
    /// Job's mark → values.
    let marks: [String: Set<String>]

    init(_ words: [String]) {
        var categories: [String] = []
        var marks: [String: Set<String>] = [:]
        for word in words {
            let parts = word.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false).map(String.init)
            if parts.count == 2, ["shots", "seed"].contains(parts[0]) {
                marks[parts[0], default: []].insert(parts[1])
            } else {
                categories.append(word)
            }
        }
        (self.categories, self.marks) = (categories, marks)
    }

    /// - Throws: `Failure` 64 for something that the manifest doesn't ask for.
    func check(categories known: [String], sampling: SamplingSection) throws(Failure) {
        for category in categories where !known.contains(category) {
            throw Failure(
                .usage, "--only \(category): the manifest asks for no such category",
                remedy: "It asks for \(known.sorted().joined(separator: ", ")); for shots=N; for seed=N.")
        }
        let asked = ["shots": sampling.shots.map(\.description), "seed": sampling.seeds.map(String.init)]
        for (name, values) in marks.sorted(by: { $0.key < $1.key }) {
            let known = asked[name] ?? []
            for value in values.sorted() where !known.contains(value) {
                throw Failure(
                    .usage, "--only \(name)=\(value): the manifest asks for no such \(name)",
                    remedy: "It asks for \(known.joined(separator: ", ")).")
            }
        }
    }

    func narrowed(_ sampling: SamplingSection) -> SamplingSection {
        var sampling = sampling
        narrow(&sampling)
        return sampling
    }

    /// The choice of shots and seeds, as a manifest would ask for it.
    func narrow(_ sampling: inout SamplingSection) {
        if let shots = marks["shots"] { sampling.shots.removeAll { !shots.contains($0.description) } }
        if let seeds = marks["seed"] { sampling.seeds.removeAll { !seeds.contains(String($0)) } }
    }
}
