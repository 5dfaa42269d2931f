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
}
