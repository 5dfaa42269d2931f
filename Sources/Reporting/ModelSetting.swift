/// For what a detector is trained.
package enum ModelSetting: String, Sendable {
    case perClass = "per-class"
    case multiClass = "multi-class"

    /// - Parameter isShared: whether one model serves all categories of a run. A run of one category is always
    ///   per-class.
    package init(categories: Int, isShared: Bool) { self = categories == 1 || !isShared ? .perClass : .multiClass }

    package var words: String { self == .perClass ? "one model for each category" : "one model for all categories" }
}
