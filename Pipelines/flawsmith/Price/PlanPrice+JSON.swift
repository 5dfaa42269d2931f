import Forecasting
import ManifestSections
import ParameterKit

extension PlanPrice {
    var json: JSONValue {
        [
            "data_sets": .array(forecast.dataSets.map(Self.json)),
            "lines": .array(forecast.lines.map(Self.json)), "total": Self.json(forecast.total),
            "auxiliary_pictures": Self.json(forecast.auxiliaryPictures),
            "notes": .array(notes.map { .string($0) }),
        ]
    }

    private static func json(_ set: RunForecast.DataSet) -> JSONValue {
        [
            "shots": .string(set.shots.description), "seeds": .int(set.seeds), "normals": json(set.normals),
            "pictures": json(set.pictures),
        ]
    }

    private static func json(_ line: RunForecast.Line) -> JSONValue {
        [
            "name": .string(line.name), "pictures": json(line.images),
            "hours": line.hours.map { ["least": .double($0.lowerBound), "most": .double($0.upperBound)] } ?? .null,
            "bytes": line.bytes.map { .double($0.rounded()) } ?? .null,
        ]
    }

    private static func json(_ count: Int?) -> JSONValue { count.map { .int($0) } ?? .null }
}
