/// Whole pictures shared out by weights.
package enum Apportionment {
    /// How many of `total` each weight gets. Shares are rounded down, and the rest goes to the largest remainders, the
    /// earlier first among equals. The counts add up to `total`, or are all 0 if the weights are.
    package static func counts(of total: Int, among weights: [Int]) -> [Int] {
        let sum = weights.reduce(0, +)
        guard sum > 0 else { return weights.map { _ in 0 } }
        var counts = weights.map { total * $0 / sum }
        let byRemainder = weights.indices.sorted { left, right in
            let remainders = (total * weights[left] % sum, total * weights[right] % sum)
            return remainders.0 == remainders.1 ? left < right : remainders.0 > remainders.1
        }
        for index in byRemainder.prefix(total - counts.reduce(0, +)) { counts[index] += 1 }
        return counts
    }
}
