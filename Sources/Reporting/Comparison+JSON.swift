package import ParameterKit
import StageKit

extension Comparison {
    /// `comparison.json`: fractions of 1 (grey levels as they are), null where not defined. A value is a number with
    /// one seed and `{"mean", "std", "values"}` over several, as in `metrics.json`.
    package var json: JSONValue {
        [
            "name": .string(name), "manifest": .string(manifest), "set": .array(overrides.map { .string($0) }),
            "groups": .array(
                groups.map { ["name": .string($0.name), "categories": .array($0.categories.map { .string($0) })] }),
            "std": "population", "differences": "to the first row, paired by seed",
            "rows": .array(rows.enumerated().map { json($1, isFirst: $0 == 0) }),
        ]
    }

    private func json(_ row: Row, isFirst: Bool) -> JSONValue {
        var results: [String: JSONValue] = [:]
        for measured in row.measured?.shots ?? [] {
            var byGroup: [String: JSONValue] = [:]
            for group in groups {
                var parts: [String: JSONValue] = [:]
                var differences: [String: JSONValue] = [:]
                for part in ComparisonPart.allCases where !measured[part].isEmpty {
                    parts[part.rawValue] = values(of: part) {
                        means(row, $0, of: group, shots: measured.shots, part: part)
                    }
                    guard !isFirst, rows[0].measured?[measured.shots]?[part].isEmpty == false else { continue }
                    differences[part.rawValue] = values(of: part) {
                        self.differences(row, $0, of: group, shots: measured.shots, part: part)
                    }
                }
                if !differences.isEmpty { parts["difference"] = .object(differences) }
                byGroup[group.name] = .object(parts)
            }
            results[measured.shots] = ["seeds": .array(measured.seeds.map { .int($0) }), "groups": .object(byGroup)]
        }
        return [
            "name": .string(row.name), "manifest": row.manifest.map { .string($0) } ?? .null,
            "detector": row.detector.map { .string($0) } ?? .null,
            "set": .array(row.overrides.map { .string($0) }), "state": .string(row.state.rawValue),
            "shots": .object(results),
        ]
    }

    private func values(of part: ComparisonPart, _ series: (String) -> ComparisonSeries) -> JSONValue {
        .object(
            Dictionary(
                part.metrics.map { ($0.key, series($0.key).statistics.json) }, uniquingKeysWith: { first, _ in first }))
    }
}
