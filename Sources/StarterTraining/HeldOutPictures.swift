import StarterWorld

/// What a training knows of a picture's object and damage. All figures are given separately for each case.
package enum Acquaintance: String, CaseIterable, Sendable {
    /// The object occurs in training and, if the picture is damaged, so does this damage on it.
    case seen
    /// The object is seen damaged in training, but not by this damage.
    case unseenPairs = "unseen_pairs"
    /// The object is never seen damaged in training.
    case unseenObjects = "unseen_objects"

    init(category: String, damage: String) {
        self =
            HeldOut.isSeen(category: category, damage: damage)
            ? .seen : HeldOut.neverDamaged.contains(category) ? .unseenObjects : .unseenPairs
    }
}

extension PictureStream {
    /// Pictures for measuring, which no training sees: `parts` parts for each category and damage, before and after the
    /// accident.
    package func measured(_ parts: Int, threads: Int) throws -> [(
        kind: Acquaintance, normal: TrainingExample, damaged: TrainingExample
    )] {
        var all: [(category: String, damage: String)] = []
        for category in StarterWorld.categories {
            for damage in try StarterWorld.damages(of: category) { all.append((category, damage)) }
        }
        let pairs = all
        return map(0..<pairs.count * parts, threads: threads) { index in
            let (category, damage) = pairs[index / parts]
            let twins = twins(index, category: category, damage: damage)
            return (Acquaintance(category: category, damage: damage), twins.normal, twins.damaged)
        }
    }
}

/// Means of figures, by acquaintance.
struct MeasuredMeans {
    private var sums: [String: (sum: Double, count: Int)] = [:]

    mutating func add(_ value: Double, _ name: String, _ kind: Acquaintance) {
        let key = "\(name)_\(kind.rawValue)"
        let old = sums[key] ?? (0, 0)
        sums[key] = (old.sum + value, old.count + 1)
    }

    var figures: [String: Double] { sums.mapValues { $0.sum / Double($0.count) } }
}
