/// Why a metric refuses its input.
package enum MetricError: Error, Equatable, CustomStringConvertible {
    /// A score is NaN or infinite: a ranking can't hold it.
    case notFinite(where: String)
    /// Map, mask and the stated size don't agree.
    case sizeMismatch(String)
    /// A library that the metric needs can't be used.
    case unavailable(String)

    package var description: String {
        switch self {
        case .notFinite(let place):
            "\(place): a score is NaN or infinite; metrics rank scores and need finite numbers"
        case .sizeMismatch(let text), .unavailable(let text):
            text
        }
    }
}
