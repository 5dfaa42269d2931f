import DetectorEvaluation

/// A column of a comparison.
package struct ComparisonMetric: Sendable, Equatable {
    package enum Better: Sendable { case higher, lower, neither }

    /// Its name in `metrics.json`.
    package var key: String
    package var title: String
    package var unit: FigureUnit
    /// Which direction is better; `neither` where a larger number is neither better nor worse. Only better values are
    /// marked.
    package var better: Better

    /// With a sign where it is a difference and not 0.
    package func text(_ value: Double, signed: Bool = false) -> String { unit.text(value, signed: signed) }
}

/// The tables of a comparison.
package enum ComparisonPart: String, Sendable, CaseIterable {
    /// The five metrics of the detector on the real test split.
    case detector
    /// Figures on the generated pictures and their labels.
    case pictures
    /// Figures that papers on generation report.
    case quality
    /// How far the pictures are from the first row's.
    case pairs

    package var title: String {
        switch self {
        case .detector: "Detector"
        case .pictures: "Generated pictures"
        case .quality: "Generated pictures as a set"
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
                ComparisonMetric(
                    key: "change_inside", title: "change inside the label", unit: .greyLevels, better: .neither),
                ComparisonMetric(
                    key: "change_outside", title: "change outside the label", unit: .greyLevels, better: .lower),
                // The autoencoder's own error: the difference of a picture in which nothing was changed.
                ComparisonMetric(
                    key: "reconstruction_error", title: "reconstruction error", unit: .greyLevels, better: .neither),
                ComparisonMetric(key: "label_iou", title: "IoU of label and change", unit: .percent, better: .higher),
                ComparisonMetric(
                    key: "label_area", title: "label's share of the foreground", unit: .percent, better: .neither),
                ComparisonMetric(key: "recognised", title: "word recognised", unit: .percent, better: .higher),
                ComparisonMetric(key: "chance", title: "chance", unit: .percent, better: .neither),
            ]
        case .quality:
            [
                ComparisonMetric(key: "kid", title: "KID ×10³", unit: .thousandths, better: .lower),
                ComparisonMetric(
                    key: "kid_good", title: "KID of good pictures ×10³", unit: .thousandths, better: .neither),
                ComparisonMetric(
                    key: "ic_lpips_inside", title: "IC-LPIPS inside the label", unit: .plain, better: .higher),
                // Larger isn't better, because any change of the background increases it.
                ComparisonMetric(key: "ic_lpips", title: "IC-LPIPS", unit: .plain, better: .neither),
                ComparisonMetric(
                    key: "psnr_outside", title: "PSNR outside the label", unit: .decibels, better: .higher),
            ]
        case .pairs:
            [
                ComparisonMetric(
                    key: "picture_distance", title: "mean distance of the pictures", unit: .greyLevels, better: .lower),
                ComparisonMetric(key: "label_overlap", title: "IoU of the labels", unit: .percent, better: .higher),
            ]
        }
    }

    /// The unit of all columns; nil where they differ.
    var commonUnit: FigureUnit? {
        let units = Set(metrics.map(\.unit))
        return units.count == 1 ? units.first : nil
    }
}
