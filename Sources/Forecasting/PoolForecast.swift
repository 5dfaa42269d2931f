package import ManifestSections
import MethodKit

/// How many pictures a manifest needs of each category, and how many of them are distinct.
package struct PoolForecast: Sendable {
    private let manifest: Manifest

    package init(_ manifest: Manifest) { self.manifest = manifest }

    /// Whether pictures are made elsewhere: their number is not known before they are read.
    var isTaken: Bool { manifest.generation.generator is any TakenGenerator }

    /// Number of pictures listed in one data set, whether or not it shares them with others; nil for full shot of a
    /// category of unknown size.
    package func pictures(_ category: CategorySize, _ shots: Shots) -> Int? {
        guard !isTaken else { return nil }
        return normals(category, shots).map {
            manifest.generation.pictures(of: category.name, normals: $0, shots)
        }
    }

    /// Normals of one data set: pictures, or all tiles of as many; at most this where tiles of pictures differ in
    /// number. nil: not known.
    package func normals(_ category: CategorySize, _ shots: Shots) -> Int? {
        switch shots {
        case .count(let count): category.tilesEach.map { count * $0 }
        case .full: category.train
        }
    }

    /// Normals that pictures are made from, and pictures that are computed and kept, over all shot counts and seeds.
    /// Smaller choices are part of larger ones; the last batch is filled up. With a fixed noise seed the choices of
    /// several seeds may overlap; then these numbers are upper limits.
    package func distinct(_ category: CategorySize, _ shots: [Shots], seeds: Int) -> (normals: Int, pictures: Int)? {
        let shotsOfFew = shots.compactMap { if case .count(let count) = $0 { count } else { nil } }.max() ?? 0
        let isFull = shots.contains(.full)
        guard !isFull || category.train != nil, let tilesEach = shotsOfFew == 0 ? 1 : category.tilesEach else {
            return nil
        }
        let few = shotsOfFew * tilesEach
        let all = category.train.flatMap { isFull ? $0 : nil } ?? 0
        let inFew = min(few, category.train ?? few)
        let section = manifest.generation
        let anomalies = section.anomalies(for: category.name),
            shares = anomalies.filter { $0.count == nil }.map(\.share)
        func width(_ count: Int) -> Int { (count + section.batch - 1) / section.batch * section.batch }
        let fewCounts = Apportionment.counts(of: section.imagesPerNormal.few, among: shares)
        let fullCounts = Apportionment.counts(of: isFull ? section.imagesPerNormal.full : 0, among: shares)
        let ofChosen = zip(fewCounts, fullCounts).reduce(0) { $0 + width(max($1.0, $1.1)) }
        let ofOthers = fullCounts.reduce(0) { $0 + width($1) }
        let counted = Self.counted(
            anomalies.compactMap(\.count), sources: shots.compactMap { normals(category, $0) }, width)
        func made(chosen: Int) -> (Int, Int) {
            (max(chosen, all), chosen * ofChosen + max(0, all - chosen) * ofOthers + counted)
        }
        guard case .fixed = section.seed else {
            let once = made(chosen: inFew)
            return (once.0 * seeds, once.1 * seeds)
        }
        return made(chosen: min(inFew * seeds, category.train ?? inFew * seeds))
    }

    /// Different pictures of counted anomalies over several shot counts: each source image is asked for the most that
    /// any of them wants of it.
    private static func counted(_ counts: [Int], sources: [Int], _ width: (Int) -> Int) -> Int {
        let spreads = sources.map { Apportionment.spread(counts, over: $0) }
        return counts.indices.reduce(0) { sum, anomaly in
            (0..<(sources.max() ?? 0)).reduce(sum) { sum, place in
                let most = spreads.compactMap { place < $0[anomaly].count ? $0[anomaly][place] : nil }.max() ?? 0
                return sum + width(most)
            }
        }
    }
}
