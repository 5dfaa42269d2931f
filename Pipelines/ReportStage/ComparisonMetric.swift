/// A column of a comparison.
package struct ComparisonMetric: Sendable, Equatable {
    package enum Unit: Sendable {
        /// A fraction of 1, shown in percent.
        case percent
        /// Of 255, shown as it is.
        case greyLevels
    }
    package enum Better: Sendable { case higher, lower, neither }

    /// Its name in `metrics.json`.
    package var key: String
    package var title: String
    package var unit: Unit
    /// Which way is better; `neither` where a larger number is only another one. Only better ones are marked.
    package var better: Better

    /// One decimal; with a sign where it is a difference and not 0.
    package func text(_ value: Double, signed: Bool = false) -> String {
        let shown = unit == .percent ? value * 100 : value
        guard abs(shown) < 1e12 else { return "\(shown)" }
        let tenths = Int((shown * 10).rounded())
        let sign = tenths < 0 ? "-" : signed && tenths > 0 ? "+" : ""
        return "\(sign)\(abs(tenths) / 10).\(abs(tenths) % 10)"
    }
}

/// The tables of a comparison.
package enum ComparisonPart: String, Sendable, CaseIterable {
    /// The five metrics of the detector on the real test split.
    case detector
    /// What the generated pictures and their labels are like.
    case pictures
    /// How far they are from the first row's.
    case pairs

    package var title: String {
        switch self {
        case .detector: "Detector"
        case .pictures: "Generated pictures"
        case .pairs: "Against the first row's pictures, one by one"
        }
    }

    package var metrics: [ComparisonMetric] {
        switch self {
        case .detector:
            DetectionMetric.reported.map {
                ComparisonMetric(key: $0.rawValue, title: $0.title, unit: .percent, better: .higher)
            }
        case .pictures:
            [
                ComparisonMetric(key: "changed", title: "pictures visibly changed", unit: .percent, better: .higher),
                ComparisonMetric(key: "change_inside", title: "change inside the label", unit: .greyLevels, better: .neither),
                ComparisonMetric(key: "change_outside", title: "change outside the label", unit: .greyLevels, better: .lower),
                // The autoencoder's own error: what a picture differs by although nothing was changed.
                ComparisonMetric(key: "reconstruction_error", title: "reconstruction error", unit: .greyLevels, better: .neither),
                ComparisonMetric(key: "label_iou", title: "IoU of label and change", unit: .percent, better: .higher),
                ComparisonMetric(key: "label_area", title: "label's share of the foreground", unit: .percent, better: .neither),
                ComparisonMetric(key: "recognised", title: "word recognised", unit: .percent, better: .higher),
                ComparisonMetric(key: "chance", title: "chance", unit: .percent, better: .neither),
            ]
        case .pairs:
            [
                ComparisonMetric(key: "picture_distance", title: "mean distance of the pictures", unit: .greyLevels, better: .lower),
                ComparisonMetric(key: "label_overlap", title: "IoU of the labels", unit: .percent, better: .higher),
            ]
        }
    }

    /// The unit of all columns; nil where they differ.
    var commonUnit: ComparisonMetric.Unit? {
        let units = Set(metrics.map(\.unit))
        return units.count == 1 ? units.first : nil
    }
}
