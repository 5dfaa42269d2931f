enum Ranking {
    /// The chance that a positive scores above a negative, ties counting half; nil when only one kind occurs.
    static func auroc(_ scores: [Double], _ positive: [Bool]) -> Double? {
        let order = scores.indices.sorted { scores[$0] < scores[$1] }
        var (rankSum, start) = (0.0, 0)
        while start < order.count {
            var end = start
            while end < order.count, scores[order[end]] == scores[order[start]] { end += 1 }
            let rank = Double(start + end + 1) / 2
            for place in start..<end where positive[order[place]] { rankSum += rank }
            start = end
        }
        let positives = positive.count(where: { $0 }), negatives = positive.count - positives
        guard positives > 0, negatives > 0 else { return nil }
        return (rankSum - Double(positives * (positives + 1)) / 2) / Double(positives * negatives)
    }
}
