/// What no detector is fitted on, so that it can be found out from which score on a picture is defective.
///
/// Of the generated pictures it is a share, of each kind alike. Of the normals it is those outside the sample; where the
/// sample is all of them (full shot), it is that share of the sample, and the generated pictures are then those that
/// were made from them: nothing of a held-aside picture is ever fitted on. At fewer shots a held-aside generated picture
/// shows one of the few normals that were fitted on; only its damage is new.
package struct HeldAside: Sendable, Equatable {
    /// Above 0, below 1.
    package let share: Double

    /// Most normals, and most generated pictures, of a category that are scored for the threshold (own choice: a rate of
    /// false alarms is then known to a few percent, at a price below that of the test split).
    package static let most = 64

    /// - Returns: nil unless 0 < share < 1.
    package init?(share: Double) {
        guard share > 0, share < 1 else { return nil }
        self.share = share
    }

    /// How many of `count` are held aside: at least one, and at least one is left.
    private func number(of count: Int) -> Int {
        count < 2 ? 0 : min(count - 1, max(1, Int((share * Double(count)).rounded())))
    }

    /// `number` of these names, each as likely as any other and the same on every machine.
    private static func choice(_ names: some Sequence<String>, _ number: Int, _ sample: SampleRecord) -> Set<String> {
        Set(ranked(names, sample).prefix(number))
    }

    private static func ranked(_ names: some Sequence<String>, _ sample: SampleRecord) -> [String] {
        // Not the order by which shots are chosen, in which the sample's come first.
        let keyed = names.map { (ShotChoice.rank($0, category: "aside/\(sample.category)", seed: sample.seed), $0) }
        return keyed.sorted { ($0.0, $0.1) < ($1.0, $1.1) }.map(\.1)
    }

    // MARK: - Normals

    /// A sample's normals: those that detectors are fitted on, and those that are held aside.
    ///
    /// - Parameter chosen: the sample's, pictures or tiles; tiles of one picture stay together.
    package func normals(_ chosen: [ImageRecord], of sample: SampleRecord) -> (kept: [ImageRecord], held: [ImageRecord])
    {
        guard sample.shots == "full" else { return (chosen, []) }
        let pictures = Set(chosen.map(\.picture))
        let held = Self.choice(pictures, number(of: pictures.count), sample)
        return (chosen.filter { !held.contains($0.picture) }, chosen.filter { held.contains($0.picture) })
    }

    /// Normals of the training split that no detector of this sample was fitted on: pictures, each with its tiles or
    /// alone, at most ``most``.
    package func unseen(of sample: SampleRecord, in ingest: IngestedCategory) throws -> [[ImageRecord]] {
        let chosen = try ingest.images(of: sample)
        let seen = Set(normals(chosen, of: sample).kept.map(\.picture))
        let others = Dictionary(grouping: ingest.trainingNormals.filter { !seen.contains($0.picture) }, by: \.picture)
        return Self.ranked(others.keys, sample).prefix(Self.most).compactMap { others[$0] }
    }

    // MARK: - Generated pictures

    /// A list of generated pictures: those that detectors are fitted on, and those that are held aside, each in the
    /// list's order.
    ///
    /// - Parameter normals: those of the sample that are held aside.
    package func pictures(
        _ units: [ListedUnit], of sample: SampleRecord, normals: [ImageRecord]
    ) -> (kept: [ListedUnit], held: [ListedUnit]) {
        let sources = Set(normals.map(\.id))
        var held: Set<String> = []
        // Pictures made elsewhere have no source here.
        let free = sources.isEmpty ? units : units.filter { $0.source == nil }
        for (_, kind) in Dictionary(grouping: free, by: \.anomaly) {
            held.formUnion(Self.choice(kind.map(\.unit), number(of: kind.count), sample))
        }
        func isHeld(_ unit: ListedUnit) -> Bool {
            held.contains(unit.unit) || unit.source.map(sources.contains) ?? false
        }
        return (units.filter { !isHeld($0) }, units.filter(isHeld))
    }

    /// Those of the held-aside pictures that are scored: at most ``most``, about equally many of each kind.
    package func scored(_ held: [ListedUnit], of sample: SampleRecord) -> [ListedUnit] {
        guard held.count > Self.most else { return held }
        var kinds = Dictionary(grouping: held, by: \.anomaly).sorted { $0.key < $1.key }.map { kind in
            Self.ranked(kind.value.map(\.unit), sample)[...]
        }
        var chosen: Set<String> = []
        while chosen.count < Self.most {
            for index in kinds.indices where chosen.count < Self.most {
                if let next = kinds[index].popFirst() { chosen.insert(next) }
            }
        }
        return held.filter { chosen.contains($0.unit) }
    }
}
