/// Why a training can't begin or go on.
package enum TrainingError: Error, Equatable, CustomStringConvertible {
    case settings(String, String)
    case missing(String, String)
    case checkpoint(String, String)
    /// The loss or the gradients aren't numbers any more.
    case notFinite(step: Int)

    package var description: String {
        switch self {
        case .settings(let path, let reason), .missing(let path, let reason), .checkpoint(let path, let reason):
            "\(path): \(reason)"
        case .notFinite(let step):
            "loss or gradients are not finite at step \(step); go on from the last checkpoint with a lower learning rate"
        }
    }
}
