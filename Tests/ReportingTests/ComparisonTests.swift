import DetectorEvaluation
import Foundation
import ParameterKit
import Reporting
import StageKit
import Testing

/// `metrics.json` as the report writes it: one shot count, any seeds, i_auroc per category as given, other metrics not
/// there.
func metrics(
    shots: String = "1", seeds: [Int], _ auroc: [String: [Double?]], pictures: [String: [String: JSONValue]] = [:],
    untrained: [String] = []
) -> JSONValue {
    func value(_ values: [Double?]) -> JSONValue {
        let list = values.map { $0.map { JSONValue.double($0) } ?? .null }
        return list.count == 1 ? list[0] : ["mean": 0, "std": 0, "values": .array(list)]
    }
    var members: [String: JSONValue] = [
        "protocol": [
            "shots": .string(shots), "seeds": .array(seeds.map { .int($0) }),
            "untrained_weights": .array(untrained.map { .string($0) }),
        ],
        "categories": .object(auroc.mapValues { ["i_auroc": value($0), "pro": .null] }),
    ]
    if !pictures.isEmpty { members["pictures"] = .object(pictures.mapValues { .object($0) }) }
    return .object(members)
}

func row(_ name: String, _ json: JSONValue?) throws -> Comparison.Row {
    Comparison.Row(name: name, measured: try json.map { json throws(Failure) in try ComparisonMeasurements(json) })
}

@Suite("Comparison: numbers")
struct ComparisonTests {
    private let group = Comparison.Group(name: "all", categories: ["a", "b"])

    private func comparison(_ rows: Comparison.Row...) -> Comparison {
        Comparison(name: "c", manifest: "m.yaml", groups: [group], rows: rows)
    }

    private func isNear(_ values: [Double?], _ expected: [Double?]) -> Bool {
        values.count == expected.count
            && zip(values, expected).allSatisfy { pair in
                guard let one = pair.0, let other = pair.1 else { return pair.0 == nil && pair.1 == nil }
                return abs(one - other) < 1e-12
            }
    }

    @Test("Of a report with several detectors a row shows the one that it names, else the first")
    func severalDetectors() throws {
        let (vlad, probe) = (metrics(seeds: [0], ["a": [0.8]]), metrics(seeds: [0], ["a": [0.3]]))
        var members = try #require(vlad.object)
        members["detectors"] = ["vlad": vlad, "probe": probe]
        let json = JSONValue.object(members)
        func auroc(_ detector: String?) throws -> [Double?]? {
            try ComparisonMeasurements(json, detector: detector).shots.first?.detector["a"]?["i_auroc"]
        }
        #expect(try auroc(nil) == [0.8])
        #expect(try auroc("vlad") == [0.8])
        #expect(try auroc("probe") == [0.3])
        #expect(throws: Failure.self) { try auroc("padim") }
        // A report of one detector has no list; the manifest was asked for its name.
        #expect(try ComparisonMeasurements(vlad, detector: "vlad").shots.first?.detector["a"]?["i_auroc"] == [0.8])
    }

    @Test("The mean over a group's categories is taken seed by seed; others' categories don't count")
    func means() throws {
        let row = try row("r", metrics(seeds: [0, 7], ["a": [0.8, 0.6], "b": [0.4, 0.2], "c": [0, 0]]))
        let series = comparison(row).means(row, "i_auroc", of: group, shots: "1", part: .detector)
        #expect(series.seeds == [0, 7])
        #expect(isNear(series.values, [0.6, 0.4]))
        #expect(isNear([series.statistics.mean, series.statistics.standardDeviation], [0.5, 0.1]))
        let other = comparison(row).means(
            row, "i_auroc", of: .init(name: "x", categories: ["c"]), shots: "1", part: .detector)
        #expect(other.values == [0, 0])
    }

    @Test("Differences are paired by seed, whatever the order of the seeds; their deviation is not that of the rows")
    func paired() throws {
        let first = try row("first", metrics(seeds: [0, 1, 2], ["a": [0.1, 0.5, 0.9], "b": [0.1, 0.5, 0.9]]))
        let second = try row(
            "second", metrics(seeds: [2, 1, 0], ["a": [0.95, 0.55, 0.15], "b": [0.95, 0.55, 0.15]]))
        let series = comparison(first, second).differences(second, "i_auroc", of: group, shots: "1", part: .detector)
        #expect(series.seeds == [2, 1, 0])
        #expect(isNear(series.values, [0.05, 0.05, 0.05]))
        #expect((series.statistics.standardDeviation ?? 1) < 1e-12)
    }

    @Test("Seeds that the first row lacks have no pair, and the table says so")
    func unpaired() throws {
        let first = try row("first", metrics(seeds: [0], ["a": [0.5], "b": [0.5]]))
        let second = try row("second", metrics(seeds: [0, 1], ["a": [0.6, 0.9], "b": [0.6, 0.9]]))
        let both = comparison(first, second)
        #expect(isNear(both.differences(second, "i_auroc", of: group, shots: "1", part: .detector).values, [0.1]))
        let table = ComparisonTable(both, group: group, shots: "1", part: .detector)
        #expect(table.lines.map { $0.cells[0].text } == ["50.0", "75.0 ± 15.0", "+10.0"])
        #expect(table.notes.contains("second has the seeds 0, 1, of which 1 have a pair."))
    }

    @Test("An undefined category is left out of the mean; a difference is over the categories that both have")
    func undefined() throws {
        let first = try row("first", metrics(seeds: [0], ["a": [0.9], "b": [0.1]]))
        let second = try row("second", metrics(seeds: [0], ["a": [0.8], "b": [nil]]))
        let both = comparison(first, second)
        #expect(both.means(second, "i_auroc", of: group, shots: "1", part: .detector).values == [0.8])
        // Not 0.8 - 0.5.
        #expect(isNear(both.differences(second, "i_auroc", of: group, shots: "1", part: .detector).values, [-0.1]))
        let table = ComparisonTable(both, group: group, shots: "1", part: .detector)
        #expect(table.notes.contains("second: I-AUROC has no value for b with every seed; the mean leaves that out."))
        // pro is null everywhere: nothing to say but –.
        #expect(table.lines.allSatisfy { $0.cells[4].text == "–" })
        #expect(!table.notes.contains { $0.contains("PRO") })
    }

    @Test("Best is what no other row beats, as far as the text shows; less is better for changes outside")
    func best() throws {
        func pictures(_ outside: Double, _ changed: Double) -> [String: [String: JSONValue]] {
            ["a": ["change_outside": .double(outside), "changed": .double(changed), "chance": .double(changed)]]
        }
        let rows = [
            try row("one", metrics(seeds: [0], ["a": [0.90001]], pictures: pictures(3, 0.5))),
            try row("two", metrics(seeds: [0], ["a": [0.9]], pictures: pictures(2, 0.5))),
            try row("three", metrics(seeds: [0], ["a": [0.8]], pictures: pictures(4, 0.5))),
        ]
        let comparison = Comparison(
            name: "c", manifest: "m", groups: [.init(name: "all", categories: ["a"])], rows: rows)
        func best(_ part: ComparisonPart, _ column: Int) -> [Bool] {
            ComparisonTable(comparison, group: comparison.groups[0], shots: "1", part: part).lines.filter {
                !$0.isDifference
            }
            .map { $0.cells[column].best }
        }
        #expect(best(.detector, 0) == [true, true, false])
        #expect(best(.pictures, 2) == [false, true, false])
        #expect(best(.pictures, 0) == [false, false, false], "all alike")
        #expect(best(.pictures, 7) == [false, false, false], "chance is no merit")
    }

    @Test(
        "Pictures as a set have a table where a row measured it: lower KID is better, higher PSNR, overall diversity neither"
    )
    func sets() throws {
        func pictures(_ kid: Double, _ psnr: Double) -> [String: [String: JSONValue]] {
            [
                "a": [
                    "kid": .double(kid), "psnr_outside": .double(psnr), "ic_lpips": .double(kid),
                    "ic_lpips_inside": .null, "kid_good": 0.2,
                ]
            ]
        }
        func all(_ rows: [Comparison.Row]) -> Comparison {
            Comparison(name: "c", manifest: "m", groups: [.init(name: "all", categories: ["a"])], rows: rows)
        }
        let old = try row("old", metrics(seeds: [0], ["a": [0.9]], pictures: ["a": ["changed": 0.5]]))
        #expect(!all([old]).shows(.quality) && all([old]).shows(.pictures))
        let comparison = try all([
            old, row("one", metrics(seeds: [0], ["a": [0.9]], pictures: pictures(0.0512, 30))),
            row("two", metrics(seeds: [0], ["a": [0.9]], pictures: pictures(0.0411, 31))),
        ])
        #expect(comparison.shows(.quality))
        let table = ComparisonTable(comparison, group: comparison.groups[0], shots: "1", part: .quality)
        #expect(
            table.lines.filter { !$0.isDifference }.map { $0.cells.map(\.text) } == [
                ["–", "–", "–", "–", "–"], ["51.2", "200.0", "–", "0.051", "30.0"],
                ["41.1", "200.0", "–", "0.041", "31.0"],
            ])
        #expect(table.lines.last?.cells.map(\.best) == [true, false, false, false, true])
        #expect(
            table.markdown.contains(
                "| KID ×10³ | KID of good pictures ×10³ | IC-LPIPS inside the label | IC-LPIPS | PSNR outside the label (dB) |"
            ))
    }

    @Test("metrics.json is read as it is: several shot counts, pictures or none, plain numbers")
    func reading() throws {
        var json =
            metrics(
                shots: "2", seeds: [0, 1], ["a": [0.1, nil]], pictures: ["a": ["chance": 0.25]], untrained: ["the CLIP"]
            ).object ?? [:]
        let own = JSONValue.object(["categories": json["categories"] ?? .null])
        json["shots"] = ["full": own, "2": own, "10": own]
        let read = try ComparisonMeasurements(.object(json))
        #expect(read.shots.map(\.shots) == ["2", "10", "full"])
        #expect(read["2"]?.pictures["a"]?["chance"] == [0.25, 0.25], "one number for all seeds")
        #expect(read["full"]?.pictures.isEmpty == true)
        #expect(read["full"]?.detector["a"]?["i_auroc"] == [0.1, nil])
        #expect(read.untrainedWeights == ["the CLIP"])
        #expect(throws: Failure.self) { try ComparisonMeasurements(["categories": [:]]) }
    }

    @Test("The report's own metrics.json gives the report's own average")
    func agreesWithTheReport() throws {
        let results = exampleResults()
        let measured = try ComparisonMeasurements(JSONValue(parsing: Data(results.json.prettyText.utf8)))
        let row = Comparison.Row(name: "r", measured: measured)
        let comparison = Comparison(
            name: "c", manifest: "m", groups: [.init(name: "all", categories: ["screw", "bottle"])], rows: [row])
        #expect(comparison.shots == ["1", "full"])
        for metric in DetectionMetric.allCases {
            let series = comparison.means(row, metric.rawValue, of: comparison.groups[0], shots: "1", part: .detector)
            #expect(isNear(series.values, results.shots[0].average(metric).values), "\(metric)")
        }
    }
}
