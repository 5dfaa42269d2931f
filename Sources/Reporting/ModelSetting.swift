/// For what a detector is trained.
package enum ModelSetting: String, Sendable {
    case perClass = "per-class"
    case multiClass = "multi-class"

    /// One model is trained for all categories of a run, so that a run of one category is per-class.
    package init(categories: Int) { self = categories == 1 ? .perClass : .multiClass }

    package var words: String { self == .perClass ? "one model for its one category" : "one model for all categories" }
}
