import AnomalyDatasets
import EvaluationMetrics
import Foundation
import Imaging
import StageKit

extension Detection {
    /// The metrics of one category under one model, from its records and maps; every test picture counts, the good
    /// ones included. All PRO variants are computed, so that another choice of the report detects nothing anew.
    ///
    /// Maps are resized from the detector's grid straight to the mask's own size (bilinear, half-pixel centres) and smoothed
    /// there if asked.
    static func metrics(_ records: [DetectionRecord], data: URL, of category: IngestedCategory, smoothing: Double) throws
        -> (image: RankingMetrics, pixel: PixelMetrics)
    {
        var images = ImageEvaluation()
        var pixels = PixelEvaluation(variants: PROVariant.allCases)
        for record in records {
            guard let picture = category[record.id] else {
                throw Failure(.internalError, "no test picture is called \(record.id)", at: category.folder.path)
            }
            try images.add(score: record.score, anomalous: picture.anomalous, name: record.id)
            let map = try anomalyMap(record, data: data, picture: picture, smoothing: smoothing)
            let mask = try picture.mask.map { try Mask(contentsOf: category.url($0).path, above: 127).values }
            try pixels.add(
                map: map.values, mask: mask, width: picture.width, height: picture.height, name: record.id)
        }
        return (images.results(), pixels.results())
    }

    /// The anomaly map of a record at the picture's own size.
    static func anomalyMap(_ record: DetectionRecord, data: URL, picture: ImageRecord, smoothing: Double) throws -> Plane {
        let grid = try NumpyFile(try DurableFile.read(data.appendingPathComponent(record.map)), name: record.map)
        let plane = Plane(width: grid.width, height: grid.height, values: grid.values)
        let map = plane.resizedBilinear(width: picture.width, height: picture.height)
        return smoothing > 0 ? map.gaussianSmoothed(sigma: Float(smoothing)) : map
    }
}
