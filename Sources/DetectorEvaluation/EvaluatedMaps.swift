package import Imaging

/// What ``MapEvaluation`` found.
package struct EvaluatedMaps: Sendable {
    package struct Category: Sendable {
        package let name: String
        package let values: MetricValues
    }

    package let evaluation: MapEvaluation
    /// Ascending by name.
    package let categories: [Category]
    /// Pictures per category.
    package let testImages: [String: Int]
    /// How many maps had another size than their mask and were resized to it.
    package let resized: Int
    /// Ids of defective pictures whose mask marks no pixel; all their pixels count as good.
    package let emptyMasks: [String]
    /// What is odd about masks, with how many it is true of.
    package let oddities: [MaskReader.Oddity: Int]
    /// What numbers the maps hold.
    package let ranges: [MapKind: MapRange]

    /// What should be said of maps and masks, a line each.
    package var remarks: [String] {
        var lines = MaskReader.Oddity.allCases.compactMap { oddity in
            oddities[oddity].map { "masks that \(oddity.rawValue): \($0)" }
        }
        for kind in MapKind.allCases where kind.isCoarse {
            guard let range = ranges[kind] else { continue }
            lines.append("maps of \(kind.phrase): \(range.maps), values from \(range.lowest) to \(range.highest)")
        }
        if let first = emptyMasks.first {
            lines.append("defective pictures with an empty mask: \(emptyMasks.count), \(first) among them")
        }
        return lines
    }
}
