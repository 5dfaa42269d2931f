package import EvaluationMetrics

/// A detector's metrics, in the order of tables.
package enum DetectionMetric: String, Sendable, CaseIterable, Codable {
    case imageAUROC = "i_auroc"
    case imageF1Max = "i_f1max"
    case imageAP = "i_ap"
    case pixelAUROC = "p_auroc"
    case pixelF1Max = "p_f1max"
    case pixelAP = "p_ap"
    case regionOverlap = "pro"

    /// The five of the paper's tables, which every report shows; average precision appears only in `metrics.json`.
    package static let reported: [DetectionMetric] = [
        .imageAUROC, .imageF1Max, .pixelAUROC, .pixelF1Max, .regionOverlap,
    ]

    /// Column heading.
    package var title: String {
        switch self {
        case .imageAUROC: "I-AUROC"
        case .imageF1Max: "I-F1max"
        case .imageAP: "I-AP"
        case .pixelAUROC: "P-AUROC"
        case .pixelF1Max: "P-F1max"
        case .pixelAP: "P-AP"
        case .regionOverlap: "PRO"
        }
    }
}

/// One detector's metrics on one category: fractions of 1, nil where a metric is not defined (one class only).
package struct MetricValues: Sendable, Equatable {
    private var values: [DetectionMetric: Double] = [:]

    package init() {}

    package init(
        imageAUROC: Double?, imageF1Max: Double?, pixelAUROC: Double?, pixelF1Max: Double?, regionOverlap: Double?
    ) {
        values[.imageAUROC] = imageAUROC
        values[.imageF1Max] = imageF1Max
        values[.pixelAUROC] = pixelAUROC
        values[.pixelF1Max] = pixelF1Max
        values[.regionOverlap] = regionOverlap
    }

    package init(image: RankingMetrics, pixel: PixelMetrics, pro: PROVariant) {
        (values[.imageAUROC], values[.imageF1Max], values[.imageAP]) = (
            image.auroc, image.f1Max, image.averagePrecision
        )
        values[.pixelAUROC] = pixel.ranking.auroc
        values[.pixelF1Max] = pixel.ranking.f1Max
        values[.pixelAP] = pixel.ranking.averagePrecision
        values[.regionOverlap] = pixel.pro[pro]
    }

    package subscript(metric: DetectionMetric) -> Double? {
        get { values[metric] }
        set { values[metric] = newValue }
    }
}
