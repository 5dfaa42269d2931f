/// The results of several variants of a manifest, to be set side by side.
package struct Comparison: Sendable, Equatable {
    package struct Row: Sendable, Equatable {
        package enum State: String, Sendable {
            case done
            /// Some pictures could not be made; the results use the others (`--keep-going`).
            case incomplete
            case failed
        }

        package var name: String
        /// Its own manifest as written; nil: the comparison's.
        package var manifest: String?
        /// Which of the manifest's detectors it shows; nil: the first.
        package var detector: String?
        /// Its own overrides, `key.path=value`.
        package var overrides: [String]
        package var state: State
        /// nil: it has no report.
        package var measured: ComparisonMeasurements?

        package init(
            name: String, manifest: String? = nil, detector: String? = nil, overrides: [String] = [],
            state: State = .done, measured: ComparisonMeasurements?
        ) {
            (self.name, self.manifest, self.detector, self.overrides) = (name, manifest, detector, overrides)
            (self.state, self.measured) = (state, measured)
        }
    }

    /// Categories that are averaged together.
    package struct Group: Sendable, Equatable {
        package var name: String
        package var categories: [String]
        package init(name: String, categories: [String]) { (self.name, self.categories) = (name, categories) }
    }

    package var name: String
    /// As written.
    package var manifest: String
    /// Overrides of all rows.
    package var overrides: [String]
    package var groups: [Group]
    /// At least one; the others are compared with the first.
    package var rows: [Row]

    package init(name: String, manifest: String, overrides: [String] = [], groups: [Group], rows: [Row]) {
        precondition(!rows.isEmpty)
        (self.name, self.manifest, self.overrides, self.groups, self.rows) = (name, manifest, overrides, groups, rows)
    }

    /// The shot counts of all rows, ascending, "full" last; empty when no row has a report.
    package var shots: [String] {
        Set(rows.flatMap { $0.measured?.shots.map(\.shots) ?? [] }).sorted {
            (Int($0) ?? .max, $0) < (Int($1) ?? .max, $1)
        }
    }

    /// Whether any row has values of this part. The detector's table is always shown.
    package func shows(_ part: ComparisonPart) -> Bool {
        part == .detector || rows.contains { $0.measured?.shots.contains { !$0[part].isEmpty } == true }
    }
}

/// One value a seed.
package struct ComparisonSeries: Sendable, Equatable {
    package var seeds: [Int]
    /// nil where not defined.
    package var values: [Double?]

    package init(seeds: [Int] = [], values: [Double?] = []) { (self.seeds, self.values) = (seeds, values) }

    package var statistics: SeedStatistics { SeedStatistics(values) }
}

extension Comparison {
    /// The mean of a metric over a group's categories, for each seed of a row; categories in which it is not defined
    /// are left out.
    package func means(_ row: Row, _ metric: String, of group: Group, shots: String, part: ComparisonPart)
        -> ComparisonSeries
    {
        guard let measured = row.measured?[shots] else { return ComparisonSeries() }
        return ComparisonSeries(
            seeds: measured.seeds,
            values: measured.seeds.indices.map { place in
                SeedStatistics(group.categories.map { measured[part][$0]?[metric]?[place] }).mean
            })
    }

    /// The difference of a row to the first row, for each seed that both have: the difference of the group's means over
    /// the categories in which both are defined.
    package func differences(_ row: Row, _ metric: String, of group: Group, shots: String, part: ComparisonPart)
        -> ComparisonSeries
    {
        guard let own = row.measured?[shots], let base = rows[0].measured?[shots] else { return ComparisonSeries() }
        var result = ComparisonSeries()
        for (place, seed) in own.seeds.enumerated() {
            guard let other = base.seeds.firstIndex(of: seed) else { continue }
            let pairs = group.categories.map { category -> Double? in
                guard let value = own[part][category]?[metric]?[place], let base = base[part][category]?[metric]?[other]
                else { return nil }
                return value - base
            }
            result.seeds.append(seed)
            result.values.append(SeedStatistics(pairs).mean)
        }
        return result
    }
}

extension ComparisonMeasurements {
    package subscript(shots: String) -> Shots? { self.shots.first { $0.shots == shots } }
}
