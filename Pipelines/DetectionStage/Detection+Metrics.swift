import AnomalyDatasets
import DetectorEvaluation
import EvaluationMetrics
import Foundation
import Imaging
import StageKit

extension Detection {
    /// The metrics of one category under one model, from its records and maps; every test picture counts, the good ones
    /// included. All PRO variants are computed, so that detection isn't repeated when the report uses another one.
    ///
    /// The size at which maps are compared doesn't affect pictures' scores. Pictures that were cut count
    /// whole, with their own label, mask and size.
    ///
    /// - Parameter records: one for each of `pictures`, in their order.
    static func metrics(
        _ records: [DetectionRecord], of pictures: [TestedPicture], data: URL, category: IngestedCategory,
        comparison: MapComparison
    ) throws -> (image: RankingMetrics, pixel: PixelMetrics) {
        var images = ImageEvaluation()
        var pixels = PixelEvaluation(variants: PROVariant.allCases)
        for (record, picture) in zip(records, pictures) {
            try images.add(score: record.score, anomalous: picture.anomalous, name: record.id)
            // The picture is damaged at an unknown place, so none of its pixels can be used.
            if picture.maskIsUnknown { continue }
            let map = comparison.map(
                try DetectionResults.map(record, data: data), width: picture.width, height: picture.height)
            let mask = try picture.mask.map { comparison.mask(try Mask(contentsOf: category.url($0).path, above: 127)) }
            try pixels.add(map: map.values, mask: mask?.values, width: map.width, height: map.height, name: record.id)
        }
        return (images.results(), pixels.results())
    }

    /// One record for each picture: its own, or its tiles' together.
    ///
    /// - Parameter records: of pictures and tiles.
    static func whole(_ records: [DetectionRecord], _ pictures: [TestedPicture]) throws -> [DetectionRecord] {
        let known = Dictionary(records.map { ($0.id, $0) }, uniquingKeysWith: { first, _ in first })
        return try pictures.map { picture in
            let parts = picture.parts.compactMap { known[$0.id] }
            guard let first = parts.first, parts.count == picture.parts.count else {
                throw Failure(.internalError, "a picture without a record", at: picture.id)
            }
            guard let (rule, grid) = picture.tiling else { return first }
            guard let whole = DetectionRecord(id: picture.id, grid: grid, rule: rule, tiles: parts) else {
                throw Failure(.internalError, "a tile without a map", at: picture.id)
            }
            return whole
        }
    }
}
