/// One metric over the seeds of a run.
package struct SeedStatistics: Sendable, Equatable {
    /// One entry a seed, in the seeds' order.
    package var values: [Double?]
    /// nil when no seed has a value.
    package var mean: Double?
    /// *Population* standard deviation (divided by n, as `numpy.std` does by default and as papers report it); 0 for
    /// one seed.
    package var standardDeviation: Double?

    package init(_ values: [Double?]) {
        self.values = values
        let defined = values.compactMap { $0 }
        guard !defined.isEmpty else { return }
        let mean = defined.reduce(0, +) / Double(defined.count)
        self.mean = mean
        standardDeviation = (defined.reduce(0) { $0 + ($1 - mean) * ($1 - mean) } / Double(defined.count)).squareRoot()
    }
}
