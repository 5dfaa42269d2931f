package import ParameterKit
package import StageKit

/// The measurements of one row of a comparison, from its report's `metrics.json`.
package struct ComparisonMeasurements: Sendable, Equatable {
    /// Category → metric → one entry a seed, nil where not defined.
    package typealias Values = [String: [String: [Double?]]]

    package struct Shots: Sendable, Equatable {
        /// "1", "2", … or "full".
        package var shots: String
        package var seeds: [Int]
        package var detector: Values
        package var pictures: Values
        /// Set by code that has the pictures; `metrics.json` has no data about other rows.
        package var pairs: Values = [:]

        package subscript(part: ComparisonPart) -> Values {
            switch part {
            case .detector: detector
            case .pictures: pictures
            case .quality: quality
            case .pairs: pairs
            }
        }

        /// Quality figures of categories where any was measured; reports of earlier versions have none.
        private var quality: Values {
            let keys = Set(PictureFigure.ofQuality.map(\.rawValue))
            return pictures.filter { $0.value.contains { keys.contains($0.key) && $0.value.contains { $0 != nil } } }
        }
    }

    /// Ascending, "full" last.
    package var shots: [Shots]
    /// Which models had untrained weights, a phrase each.
    package var untrainedWeights: [String]

    /// Reads `metrics.json`. Missing values are not defined; a missing part has no categories.
    ///
    /// - Parameter detector: whose figures are meant, where there are several; nil: the first's.
    /// - Throws: `Failure` 65 when it names no shot count or no seeds, or has no figures of that detector.
    package init(_ whole: JSONValue, detector: String? = nil) throws(Failure) {
        var json = whole
        // A report of one detector has no list of them.
        if let detector, let all = whole["detectors"] {
            guard let own = all[detector] else {
                throw Failure(.badData, "metrics.json has no figures of the detector \(detector)")
            }
            json = own
        }
        guard let facts = json["protocol"], let first = facts["shots"]?.string, let seeds = facts["seeds"]?.array,
            !seeds.isEmpty, seeds.allSatisfy({ $0.int != nil })
        else { throw Failure(.badData, "metrics.json names no shot count or no seeds") }
        untrainedWeights = (facts["untrained_weights"]?.array ?? []).compactMap(\.string)
        var all = json["shots"]?.object ?? [:]
        if all[first] == nil { all[first] = json }
        shots = all.sorted { Self.rank($0.key) < Self.rank($1.key) }.map { name, members in
            // `pictures` may be at the top level, for the first shot count only.
            let pictures = members["pictures"] ?? (name == first ? json["pictures"] : nil)
            return Shots(
                shots: name, seeds: seeds.compactMap(\.int),
                detector: Self.values(members["categories"], seeds: seeds.count),
                pictures: Self.values(pictures, seeds: seeds.count))
        }
    }

    private static func rank(_ shots: String) -> (Int, String) { (Int(shots) ?? .max, shots) }

    private static func values(_ json: JSONValue?, seeds: Int) -> Values {
        (json?.object ?? [:]).mapValues { category in
            (category.object ?? [:]).mapValues { value in
                guard let list = value["values"]?.array else {
                    // A plain number belongs to the only seed, or is the same for all seeds.
                    return Array(repeating: value.number, count: seeds)
                }
                return (0..<seeds).map { $0 < list.count ? list[$0].number : nil }
            }
        }
    }
}
