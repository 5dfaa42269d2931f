import AnomalyDatasets
import EvaluationMetrics
import Foundation
import Imaging
import StageKit

/// How anomaly maps are brought to the pixels of masks.
package struct MapComparison: Sendable, Equatable {
    /// Pixels a side of the square that maps and masks are resized to; nil: each mask's own size.
    package var size: Int?
    /// Standard deviation in pixels, at that size, of the Gaussian over maps; 0: none.
    package var smoothing: Double

    package init(size: Int? = nil, smoothing: Double = 0) { (self.size, self.smoothing) = (size, smoothing) }

    /// A map from the detector's grid straight to the size of comparison (bilinear, half-pixel centres), then smoothed.
    ///
    /// - Parameters:
    ///   - width: of the mask as it is; `height` likewise.
    func map(_ grid: Plane, width: Int, height: Int) -> Plane {
        let map = grid.resizedBilinear(width: size ?? width, height: size ?? height)
        return smoothing > 0 ? map.gaussianSmoothed(sigma: Float(smoothing)) : map
    }

    /// A mask at the size of comparison: by nearest neighbour, as the detectors do that papers compare at a fixed size.
    func mask(_ mask: Mask) -> Mask {
        guard let size else { return mask }
        return mask.resizedNearest(width: size, height: size)
    }

    /// For protocols: `mask`, or the pixels a side.
    var sizeText: String { size.map { "\($0)" } ?? "mask" }
}

extension Detection {
    /// The metrics of one category under one model, from its records and maps; every test picture counts, the good
    /// ones included. All PRO variants are computed, so that another choice of the report detects nothing anew.
    ///
    /// Scores of pictures have nothing to do with the size at which maps are compared.
    static func metrics(_ records: [DetectionRecord], data: URL, of category: IngestedCategory, comparison: MapComparison) throws
        -> (image: RankingMetrics, pixel: PixelMetrics)
    {
        var images = ImageEvaluation()
        var pixels = PixelEvaluation(variants: PROVariant.allCases)
        for record in records {
            guard let picture = category[record.id] else {
                throw Failure(.internalError, "no test picture is called \(record.id)", at: category.folder.path)
            }
            try images.add(score: record.score, anomalous: picture.anomalous, name: record.id)
            let map = comparison.map(try grid(record, data: data), width: picture.width, height: picture.height)
            let mask = try picture.mask.map { comparison.mask(try Mask(contentsOf: category.url($0).path, above: 127)) }
            try pixels.add(map: map.values, mask: mask?.values, width: map.width, height: map.height, name: record.id)
        }
        return (images.results(), pixels.results())
    }

    /// The anomaly map of a record as the detector wrote it.
    static func grid(_ record: DetectionRecord, data: URL) throws -> Plane {
        let grid = try NumpyFile(try DurableFile.read(data.appendingPathComponent(record.map)), name: record.map)
        return Plane(width: grid.width, height: grid.height, values: grid.values)
    }
}
