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

    /// Totals spread evenly over places: for each total what each place gets. What is left over of one goes to the
    /// places behind those that got the one before's, so that none stays empty while another gets two.
    package static func spread(_ totals: [Int], over places: Int) -> [[Int]] {
        guard places > 0 else { return totals.map { _ in [] } }
        var first = 0
        return totals.map { total in
            let rest = total % places
            let each = (0..<places).map { place in
                total / places + ((place - first + places) % places < rest ? 1 : 0)
            }
            first = (first + rest) % places
            return each
        }
    }
}
