package import EvaluationMetrics
package import Foundation
package import Imaging
import NumpyFiles
import ParameterKit
package import StageKit

/// What a detect object holds besides its units: `scores.jsonl`, a record for each test picture (whole, whether or not
/// it was cut), and `metrics.json`.
///
/// They are written and read only here, so that the detecting and the reporting stage can't disagree on the format.
package enum DetectionResults {
    /// In `metrics.json`: PRO by variant.
    private static let variantsKey = "pro_variants"

    // MARK: - Writing

    /// - Parameter data: the object's data folder.
    package static func write(_ records: [DetectionRecord], to data: URL) throws {
        try JSONLines.write(records, to: data.appendingPathComponent("scores.jsonl"))
    }

    /// Writes `metrics.json`: fractions of 1, null where a metric is not defined; PRO in all variants.
    package static func write(image: RankingMetrics, pixel: PixelMetrics, to data: URL) throws {
        let values = MetricValues(image: image, pixel: pixel, pro: .exact)
        var json = Dictionary(
            uniqueKeysWithValues: DetectionMetric.allCases.map {
                ($0.rawValue, values[$0].map(JSONValue.double) ?? .null)
            })
        json[variantsKey] = .object(
            Dictionary(uniqueKeysWithValues: pixel.pro.map { ($0.key.rawValue, JSONValue.double($0.value)) }))
        try DurableFile.write(JSONValue.object(json).prettyText, to: data.appendingPathComponent("metrics.json"))
    }

    // MARK: - Reading

    /// The records of a finished object, in the order of the category's test pictures, whole ones.
    package static func records(of object: StoredObject) throws -> [DetectionRecord] {
        try JSONLines.read(from: object.data.appendingPathComponent("scores.jsonl"))
    }

    /// The metrics of a finished object, its PRO of the given variant.
    package static func metrics(of object: StoredObject, pro: PROVariant) throws -> MetricValues {
        let json = try JSONValue(parsing: try DurableFile.read(object.data.appendingPathComponent("metrics.json")))
        var values = MetricValues()
        for metric in DetectionMetric.allCases { values[metric] = json[metric.rawValue]?.number }
        values[.regionOverlap] = json[variantsKey]?[pro.rawValue]?.number
        return values
    }

    /// The anomaly maps of a record as the detector wrote them: one, or its tiles' row by row.
    ///
    /// - Parameter data: the object's data folder.
    package static func grids(_ record: DetectionRecord, data: URL) throws -> [Plane] {
        let maps = record.map.map { [$0] } ?? record.tiles?.maps.map(\.map) ?? []
        return try maps.map { try grid($0, data: data) }
    }

    /// The anomaly map of a record: the detector's grid; of a picture that was cut, its tiles' grids put together at
    /// the whole picture's size (`TileGrid.joined`).
    ///
    /// - Parameter data: the object's data folder.
    package static func map(_ record: DetectionRecord, data: URL) throws -> Plane {
        if let map = record.map { return try grid(map, data: data) }
        guard let tiles = record.tiles, let grid = tiles.grid else {
            throw Failure(.badData, "the record names no map", at: "\(data.path): \(record.id)")
        }
        return try grid.joined { tile in
            try self.grid(tiles.maps[tile.row * grid.columnCount + tile.column].map, data: data)
        }
    }

    private static func grid(_ map: String, data: URL) throws -> Plane {
        let grid = try NumpyFile(try DurableFile.read(data.appendingPathComponent(map)), name: map)
        return Plane(width: grid.width, height: grid.height, values: grid.values)
    }
}
