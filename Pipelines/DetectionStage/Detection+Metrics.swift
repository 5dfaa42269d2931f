import AnomalyDatasets
import DetectorEvaluation
import EvaluationMetrics
import Foundation
import Imaging
import StageKit

extension Detection {
    /// The metrics of one category under one model, from its records and maps; every test picture counts, the good
    /// ones included. All PRO variants are computed, so that another choice of the report detects nothing anew.
    ///
    /// Scores of pictures have nothing to do with the size at which maps are compared.
    static func metrics(
        _ records: [DetectionRecord], data: URL, of category: IngestedCategory, comparison: MapComparison
    ) throws
        -> (image: RankingMetrics, pixel: PixelMetrics)
    {
        var images = ImageEvaluation()
        var pixels = PixelEvaluation(variants: PROVariant.allCases)
        for record in records {
            guard let picture = category[record.id] else {
                throw Failure(.internalError, "no test picture is called \(record.id)", at: category.folder.path)
            }
            try images.add(score: record.score, anomalous: picture.anomalous, name: record.id)
            // Damaged nobody knows where: neither its pixels nor its background say anything.
            if picture.maskIsUnknown { continue }
            let map = comparison.map(
                try DetectionResults.grid(record, data: data), width: picture.width, height: picture.height)
            let mask = try picture.mask.map { comparison.mask(try Mask(contentsOf: category.url($0).path, above: 127)) }
            try pixels.add(map: map.values, mask: mask?.values, width: map.width, height: map.height, name: record.id)
        }
        return (images.results(), pixels.results())
    }
}
