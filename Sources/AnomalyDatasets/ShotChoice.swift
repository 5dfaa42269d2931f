/// Which normal pictures a run with k shots may see.
///
/// The choice is nested: the pictures of k shots are the first ones of any larger choice of the same seed.
package struct ShotChoice: Sendable, Equatable {
    package enum Order: String, Sendable, Codable, CaseIterable {
        /// Ascending by ``rank(_:category:seed:)``.
        case random
        /// Neighbours in the sorted list, from number 4·seed on, continuing at the front after its end.
        /// *Source*: AnomalyGPT's few-shot test scripts, which take the files from 4·round on whatever k is.
        case consecutive
    }

    /// nil: all normal pictures, whatever the seed.
    package var shots: Int?
    package var seed: Int
    package var order: Order

    package init(shots: Int?, seed: Int, order: Order) { (self.shots, self.seed, self.order) = (shots, seed, order) }

    func choose(_ ids: [String], category: String) throws(DatasetError) -> [String] {
        try Self.choose(ids, category: category, shots: shots, seed: seed, order: order)
    }

    /// *Source*: AnomalyGPT, `4 * round`; seeds don't overlap up to four shots.
    private static let stride = 4

    /// - Parameters:
    ///   - ids: the normal training pictures.
    ///   - shots: nil for all pictures, in the order of their names.
    /// - Throws: when there are fewer pictures than shots.
    package static func choose(
        _ ids: [String], category: String, shots: Int?, seed: Int, order: Order
    ) throws(DatasetError) -> [String] {
        let sorted = ids.sorted { $0.utf8.lexicographicallyPrecedes($1.utf8) }
        guard let shots else { return sorted }
        guard shots >= 1, shots <= sorted.count else {
            throw DatasetError(
                "has \(sorted.count) normal training pictures, \(shots) shots are asked for", at: category)
        }
        switch order {
        case .random:
            let ranked = sorted.map { (rank: rank($0, category: category, seed: seed), id: $0) }
            // The sort is stable, so equal ranks (one in 2^64) stay in the order of their names.
            return ranked.sorted { $0.rank < $1.rank }.prefix(shots).map(\.id)
        case .consecutive:
            let start = (seed % sorted.count) * stride % sorted.count
            return (0..<shots).map { sorted[(start + $0) % sorted.count] }
        }
    }

    /// A number that looks random and is the same on every machine: FNV-1a over "seed/category/id", then SplitMix64's
    /// finaliser. Each picture has its own, so that pictures added to a category don't reshuffle the others.
    ///
    /// *Source*: Fowler, Noll, Vo (64-bit FNV-1a); Steele, Lea, Flood: Fast Splittable Pseudorandom Number Generators,
    /// 2014 (mix64).
    package static func rank(_ id: String, category: String, seed: Int) -> UInt64 {
        var hash: UInt64 = 0xCBF2_9CE4_8422_2325
        for byte in "\(seed)/\(category)/\(id)".utf8 { hash = (hash ^ UInt64(byte)) &* 0x0000_0100_0000_01B3 }
        hash = (hash ^ (hash >> 30)) &* 0xBF58_476D_1CE4_E5B9
        hash = (hash ^ (hash >> 27)) &* 0x94D0_49BB_1331_11EB
        return hash ^ (hash >> 31)
    }
}
