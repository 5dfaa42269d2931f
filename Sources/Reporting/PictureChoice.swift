/// Chooses the test pictures of a category that a page shows: a few typical and informative ones, always the same.
package enum PictureChoice {
    package struct Candidate: Sendable, Equatable {
        package var id: String
        package var defect: String
        package var anomalous: Bool
        package var score: Double
        package init(id: String, defect: String, anomalous: Bool, score: Double) {
            (self.id, self.defect, self.anomalous, self.score) = (id, defect, anomalous, score)
        }
    }

    package struct Chosen: Sendable, Equatable {
        package var id: String
        /// Why it is shown.
        package var reason: String
    }

    /// The defect that scores lowest, the good picture that scores highest, the defect that scores highest, one of
    /// middle score of each kind of defect and of the good ones; at most `limit`. Equal scores: the smaller id.
    package static func choose(_ candidates: [Candidate], limit: Int = 8) -> [Chosen] {
        let rising = candidates.sorted { ($0.score, $0.id) < ($1.score, $1.id) }
        var chosen: [Chosen] = []
        func add(_ candidate: Candidate?, _ reason: String) {
            guard let candidate, chosen.count < limit, !chosen.contains(where: { $0.id == candidate.id }) else {
                return
            }
            chosen.append(Chosen(id: candidate.id, reason: reason))
        }
        let good = rising.filter { !$0.anomalous }
        add(rising.first { $0.anomalous }, "lowest score of all defects")
        add(good.last, "highest score of all good pictures")
        add(rising.last { $0.anomalous }, "highest score of all defects")
        for defect in Set(candidates.filter(\.anomalous).map(\.defect)).sorted() {
            let kind = rising.filter { $0.anomalous && $0.defect == defect }
            add(kind[kind.count / 2], "middle score of its kind")
        }
        if !good.isEmpty { add(good[good.count / 2], "middle score of the good pictures") }
        return chosen
    }
}
