import Foundation
import ParameterKit
import Reporting
import StageKit
import Testing

@Suite("Comparison: written forms")
struct ComparisonReportTests {
    private func report(untrained: [String] = []) throws -> ComparisonReport {
        let pictures: [String: [String: JSONValue]] = [
            "a": ["changed": ["mean": 0.5, "std": 0.5, "values": [0, 1]], "change_outside": 2.25]
        ]
        var first = try row(
            "CUT", metrics(seeds: [0, 1], ["a": [0.9, 0.8]], pictures: pictures, untrained: untrained))
        first.overrides = []
        var second = try row("no | words", metrics(seeds: [0, 1], ["a": [0.7, 0.7]], untrained: untrained))
        second.overrides = ["generation.cut.guidance.attention=false"]
        var third = try row("other", nil)
        third.manifest = "other.yaml"
        third.state = .failed
        return ComparisonReport(
            Comparison(
                name: "guidance", manifest: "../m.yaml", overrides: ["sampling.seeds=[0, 1]"],
                groups: [.init(name: "seen", categories: ["a"])], rows: [first, second, third]))
    }

    @Test("Markdown: manifest, rows with their overrides, tables with the best in bold")
    func markdown() throws {
        let text = try report().markdown
        #expect(
            text.hasPrefix(
                """
                # guidance

                Manifest: `../m.yaml`, all rows with `sampling.seeds=[0, 1]`

                1. CUT
                2. no | words: `generation.cut.guidance.attention=false`
                3. other, manifest `other.yaml` (failed)

                ## Detector

                ### seen (a), 1-shot, seeds 0, 1

                |  | I-AUROC | I-F1max | P-AUROC | P-F1max | PRO |
                |---|--:|--:|--:|--:|--:|
                | CUT | **85.0 ± 5.0** | – | – | – | – |
                | no \\| words | 70.0 ± 0.0 | – | – | – | – |
                | *difference* | -15.0 ± 5.0 | – | – | – | – |
                | other | – | – | – | – | – |

                Difference: to CUT, paired by seed. Percent.

                ## Generated pictures

                ### seen (a), 1-shot, seeds 0, 1

                |  | pictures visibly changed (%) | change inside the label (grey levels) |
                """), "\(text)")
        #expect(text.contains("| CUT | 50.0 ± 50.0 | – | 2.3 ± 0.0 |"), "\(text)")
        #expect(!text.contains("Untrained"))
    }

    @Test("Untrained weights stand in the first line of what people read, each once")
    func untrained() throws {
        let report = try report(untrained: ["the CLIP x"])
        #expect(report.markdown.hasPrefix("**Untrained weights: the CLIP x. The figures show"))
        #expect(report.terminal.hasPrefix("Untrained weights: the CLIP x. The figures show"))
    }

    @Test("The terminal's tables are aligned, headings stand on their columns, no line ends in spaces")
    func terminal() throws {
        let lines = try report().terminal.split(separator: "\n", omittingEmptySubsequences: false).map(String.init)
        #expect(
            lines.prefix(7) == [
                "Detector: seen (a), 1-shot, seeds 0, 1 (percent)",
                "                  I-AUROC  I-F1max  P-AUROC  P-F1max  PRO",
                "CUT            85.0 ± 5.0        –        –        –    –",
                "no | words     70.0 ± 0.0        –        –        –    –",
                "  difference  -15.0 ± 5.0        –        –        –    –",
                "other                   –        –        –        –    –",
                "Difference: to CUT, paired by seed.",
            ], "\(lines)")
        let head = try #require(lines.firstIndex { $0.hasPrefix("Generated pictures: ") })
        #expect(
            lines[head + 1...head + 4].map { String($0.prefix(43)) } == [
                "               pictures                    ",
                "                visibly  change inside    o",
                "                changed      the label     ",
                "                    (%)  (grey levels)  (gr",
            ], "\(lines[head...])")
        #expect(lines[head + 5].hasPrefix("CUT         50.0 ± 50.0              –      2.3 ± 0.0  "))
        #expect(lines.allSatisfy { $0.last != " " })
        #expect(lines.contains("other: failed"))
    }

    @Test("CSV: one value a line, every digit, empty where not defined, rows without a report left out")
    func csv() throws {
        let lines = try report().csv.components(separatedBy: "\r\n")
        #expect(lines[0] == "shots,group,row,metric,seed,value")
        #expect(lines[1] == "1,seen,CUT,i_auroc,0,0.9")
        #expect(lines.contains("1,seen,CUT,i_f1max,0,"))
        #expect(lines.contains("1,seen,CUT,change_outside,1,2.25"))
        #expect(!lines.contains { $0.contains("other") })
        // Two rows, 13 metrics, 2 seeds, a head and the end.
        #expect(lines.count == 2 * 13 * 2 + 2)
    }

    @Test("JSON: values as in metrics.json, differences beside them, the failed row named")
    func json() throws {
        let json = try report().comparison.json
        let rows = try #require(json["rows"]?.array)
        let seen = rows[1]["shots"]?["1"]?["groups"]?["seen"]
        #expect(seen?["detector"]?["i_auroc"]?["values"] == [0.7, 0.7])
        #expect(seen?["difference"]?["detector"]?["i_auroc"]?["mean"].map { "\($0)".contains("-0.15") } == true)
        #expect(seen?["pictures"] == nil)
        #expect(rows[0]["shots"]?["1"]?["groups"]?["seen"]?["pictures"]?["chance"]?["mean"] == .null)
        #expect(rows[2]["state"] == "failed")
        #expect(rows[2]["shots"] == [:])
    }

    @Test("With one seed there is no ±; with several shot counts a table each; with no report at all a table of –")
    func shapes() throws {
        let group = Comparison.Group(name: "all", categories: ["a"])
        let one = try row("one", metrics(shots: "full", seeds: [3], ["a": [0.5]]))
        let two = try row("two", metrics(shots: "2", seeds: [3], ["a": [0.75]]))
        let report = ComparisonReport(Comparison(name: "c", manifest: "m", groups: [group], rows: [one, two]))
        #expect(report.tables.map(\.title) == ["all (a), 2-shot, seed 3", "all (a), full-shot, seed 3"])
        #expect(
            report.tables[0].lines.map { $0.cells[0].text } == ["–", "75.0"],
            "no difference to a row that has no such shot count")
        let none = ComparisonReport(Comparison(name: "c", manifest: "m", groups: [group], rows: [try row("one", nil)]))
        #expect(none.tables.map(\.title) == ["all (a)"])
        #expect(none.markdown.contains("1. one (no detector"))
    }

    @Test("Numbers: one decimal, a sign for differences, nothing for zero")
    func numbers() {
        let percent = ComparisonPart.detector.metrics[0]
        let grey = ComparisonPart.pictures.metrics[1]
        #expect(percent.text(0.8496) == "85.0")
        #expect(percent.text(0.0004, signed: true) == "0.0")
        #expect(percent.text(-0.0004, signed: true) == "0.0")
        #expect(percent.text(0.012, signed: true) == "+1.2")
        #expect(percent.text(-0.0123, signed: true) == "-1.2")
        #expect(grey.text(12.34) == "12.3")
        #expect(grey.text(1e300) == "1e+300")
    }
}
