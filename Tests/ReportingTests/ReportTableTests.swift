import DetectorEvaluation
import ParameterKit
import Reporting
import StageKit
import Testing

/// Two categories, two seeds at one shot, one seed at full shot.
func exampleResults(untrained: [String] = [], warnings: [String] = []) -> RunResults {
    func values(_ base: Double, pro: Double?) -> MetricValues {
        MetricValues(
            imageAUROC: base, imageF1Max: base - 0.01, pixelAUROC: base + 0.02, pixelF1Max: 0.5, regionOverlap: pro)
    }
    let facts = EvaluationProtocol(
        dataset: "MVTec AD", generator: "CUT", detector: "VLAD on ViT-L/14", setting: .multiClass, imageSize: 518,
        auxiliary: "none", pro: "exact",
        proTitle: "exact", smoothing: 0, testImages: ["screw": 160, "bottle": 83])
    return RunResults(
        name: "example", facts: facts,
        shots: [
            ShotResults(
                shots: "1", seeds: [0, 4],
                categories: [
                    .init(name: "screw", values: [values(0.9, pro: 0.8), values(0.8, pro: nil)]),
                    .init(name: "bottle", values: [values(0.7, pro: 0.6), values(0.96, pro: 0.4)]),
                ]),
            ShotResults(
                shots: "full", seeds: [0], categories: [.init(name: "screw", values: [values(0.975, pro: nil)])]),
        ],
        published: [
            "1": PublishedResults(
                source: "paper", reference: "Table 6", setting: .multiClass, auxiliary: "VisA",
                categories: [
                    "screw": [
                        .imageAUROC: .init(mean: 0.851, standardDeviation: 0.004), .pixelF1Max: .init(mean: 0.25),
                    ],
                    "cable": [.imageAUROC: .init(mean: 0.9)],
                ],
                average: [.imageAUROC: .init(mean: 0.949)],
                methods: [
                    .init(
                        name: "Other",
                        average: [.imageAUROC: .init(mean: 0.7), .imageF1Max: .init(mean: 0.99, isMarked: true)]),
                    .init(
                        name: "Better",
                        average: [
                            .imageAUROC: .init(mean: 0.96, standardDeviation: 0.01), .imageF1Max: .init(mean: 0.5),
                        ]),
                ], methodReference: "Table 1", notes: ["The table's own mean is off by 0.1."],
                markNote: "Average precision.")
        ],
        untrainedWeights: untrained, warnings: warnings)
}

@Suite("Report tables")
struct ReportTableTests {
    @Test("Statistics over seeds: population deviation, undefined seeds left out")
    func statistics() {
        let two = SeedStatistics([0.9, 0.8])
        #expect(abs((two.mean ?? 0) - 0.85) < 1e-12)
        #expect(abs((two.standardDeviation ?? 0) - 0.05) < 1e-12)
        #expect(SeedStatistics([nil, 0.5]).mean == 0.5)
        #expect(SeedStatistics([nil]).mean == nil)
        #expect(SeedStatistics([nil]).standardDeviation == nil)
    }

    @Test("The average row averages categories first, seeds second")
    func average() {
        let shots = exampleResults().shots[0]
        let average = shots.average(.imageAUROC)
        #expect(zip(average.values, [0.8, 0.88]).allSatisfy { abs(($0 ?? 0) - $1) < 1e-12 })
        #expect(abs((average.mean ?? 0) - 0.84) < 1e-12)
        #expect(abs((average.standardDeviation ?? 0) - 0.04) < 1e-12)
        #expect(shots.average(.regionOverlap).values == [0.7, 0.4])
    }

    @Test(
        "Markdown sets the published row below and the better figure in bold; an average over other categories is left out"
    )
    func markdown() {
        let table = RunReport(exampleResults()).tables[0]
        #expect(
            table.markdown == """
                | category | source | I-AUROC | I-F1max | P-AUROC | P-F1max | PRO |
                |---|---|--:|--:|--:|--:|--:|
                | screw | this run | 85.0 ± 5.0 | 84.0 ± 5.0 | 87.0 ± 5.0 | **50.0 ± 0.0** | 80.0 ± 0.0 |
                | screw | paper | **85.1 ± 0.4** | – | – | 25.0 | – |
                | bottle | this run | 83.0 ± 13.0 | 82.0 ± 13.0 | 85.0 ± 13.0 | 50.0 ± 0.0 | 50.0 ± 10.0 |
                | average of 2 | this run | 84.0 ± 4.0 | 83.0 ± 4.0 | 86.0 ± 4.0 | 50.0 ± 0.0 | 55.0 ± 15.0 |

                """)
        #expect(table.notes.contains { $0.contains("no average over these categories") })
    }

    @Test("Part of the published categories: the mean of their rows, and no other methods")
    func partOfTheCategories() {
        var results = exampleResults()
        results.published["1"]?.categories["bottle"] = [
            .imageAUROC: .init(mean: 0.801), .pixelF1Max: .init(mean: 0.75),
        ]
        let table = RunReport(results).tables[0]
        let averages = table.rows.filter(\.isAverage)
        #expect(averages.map(\.source) == ["this run", "paper"])
        // (85.1 + 80.1) / 2 and (25 + 75) / 2, not the 94.9 that is stated over three categories.
        #expect(averages[1].cells.map(\.text) == ["82.6", "–", "–", "50.0", "–"])
        #expect(averages[0].cells[0].best && !averages[1].cells[0].best)
        // Equal to the printed digit: both.
        #expect(averages[0].cells[3].best && averages[1].cells[3].best)
        #expect(
            table.notes.contains {
                $0.contains("bottle, screw")
                    && $0.contains("over all 3, for itself and for Other, Better, is not comparable")
            })
    }

    @Test(
        "The same categories as published: the stated average, the other methods, the best in bold, marked figures out of it"
    )
    func allCategories() {
        var results = exampleResults()
        results.published["1"]?.categories["cable"] = nil
        results.published["1"]?.categories["bottle"] = [.imageAUROC: .init(mean: 0.8)]
        let report = RunReport(results)
        let lines = report.tables[0].markdown.split(separator: "\n").suffix(4)
        #expect(
            Array(lines) == [
                "| average of 2 | this run | 84.0 ± 4.0 | **83.0 ± 4.0** | 86.0 ± 4.0 | 50.0 ± 0.0 | 55.0 ± 15.0 |",
                "| average of 2 | paper | 94.9 | – | – | – | – |",
                "| average of 2 | Other | 70.0 | 99.0† | – | – | – |",
                "| average of 2 | Better | **96.0 ± 1.0** | 50.0 | – | – | – |",
            ])
        #expect(report.tables[0].notes.contains("† Average precision."))
        #expect(report.tables[0].notes.contains("Other, Better: as Table 1 of the paper has them."))
        let csv = report.csv.split(separator: "\r\n")
        #expect(
            csv[5]
                == "1,average,this run,\(average(results, .imageAUROC)),\(average(results, .imageF1Max)),\(average(results, .pixelAUROC)),"
                + "\(average(results, .pixelF1Max)),\(average(results, .regionOverlap)),2,multi-class,none,exact,mask,,"
        )
        #expect(csv[7] == "1,average,Other,0.7,,0.99,,,,,,,,2,,,,,i_f1max,")
        let json = results.json["published"]
        #expect(json?["methods"]?.array?[0]["not_comparable"] == ["i_f1max"])
        #expect(json?["methods"]?.array?[1]["mean"]?["i_auroc"] == ["mean": .double(0.96), "std": .double(0.01)])
        #expect(json?["mean"]?["i_auroc"] == .double(0.949))
        #expect(results.json["shots"]?["1"]?["published"] == json)
        #expect(results.json["shots"]?["full"]?["published"] == nil)
    }

    private func average(_ results: RunResults, _ metric: DetectionMetric) -> String {
        let average = results.shots[0].average(metric)
        return "\(average.mean ?? 0),\(average.standardDeviation ?? 0)"
    }

    @Test("A metric that some category lacks is averaged over the same others on both sides, and that is said")
    func undefinedCategories() {
        var results = exampleResults()
        results.shots[0].categories[1].values = [
            MetricValues(imageAUROC: 0.5, imageF1Max: 0.5, pixelAUROC: nil, pixelF1Max: nil, regionOverlap: nil)
        ]
        results.shots[0].categories[0].values.removeLast()
        results.shots[0].seeds = [0]
        results.published["1"]?.categories = [
            "screw": [.imageAUROC: .init(mean: 0.8), .pixelAUROC: .init(mean: 0.6)],
            "bottle": [.imageAUROC: .init(mean: 0.7), .pixelAUROC: .init(mean: 0.2)],
        ]
        let table = RunReport(results).tables[0]
        let paper = table.rows.first { $0.isAverage && $0.source == "paper" }
        #expect(paper?.cells.map(\.text) == ["94.9", "–", "60.0", "–", "–"])
        #expect(table.notes.contains { $0.hasPrefix("P-AUROC is averaged over 1 of the 2 categories") })
    }

    @Test("Every table says its protocol")
    func protocolLine() {
        let report = RunReport(exampleResults())
        let line = "1-shot, multi-class, auxiliary data: none, input 518 × 518, maps at the masks' own size, PRO exact"
        #expect(report.terminal.contains(line) && report.markdown.contains(line))
        #expect(
            report.terminal.contains("full-shot, multi-class") && report.markdown.contains("full-shot, multi-class"))
        #expect(exampleResults().json["protocol"]?["setting"] == "multi-class")
        #expect(exampleResults().json["protocol"]?["map_size"] == "mask")
        #expect(
            (ModelSetting(categories: 1, isShared: true), ModelSetting(categories: 2, isShared: true)) == (
                .perClass, .multiClass
            ))
    }

    @Test("The terminal's table is aligned and ends no line in spaces")
    func terminal() {
        let lines = RunReport(exampleResults()).tables[0].terminal.split(separator: "\n")
        #expect(lines[0] == "1-shot, seeds 0, 4 (percent)")
        #expect(lines[3] == "screw         this run   85.0 ± 5.0   84.0 ± 5.0   87.0 ± 5.0  50.0 ± 0.0   80.0 ± 0.0")
        #expect(lines[4] == "              paper      85.1 ± 0.4            –            –        25.0            –")
        #expect(lines.allSatisfy { $0.last != " " })
        #expect(Set(lines.dropFirst(2).map(\.count)).count == 1)
    }

    @Test("CSV is RFC 4180: CRLF, quotes doubled, fractions")
    func csv() {
        var results = exampleResults()
        results.shots[1].categories[0].name = "a \"b\", c"
        let lines = RunReport(results).csv.split(separator: "\r\n", omittingEmptySubsequences: false)
        #expect(
            lines[0]
                == "shots,category,source,i_auroc,i_auroc_std,i_f1max,i_f1max_std,p_auroc,p_auroc_std,p_f1max,p_f1max_std,pro,pro_std,"
                + "categories,setting,auxiliary,pro_variant,map_size,not_comparable,detector")
        #expect(lines[2] == "1,screw,paper,0.851,0.004,,,,,0.25,,,,1,multi-class,VisA,,,,")
        #expect(lines[5].hasPrefix("full,\"a \"\"b\"\", c\",this run,0.975,,0.965,,"))
        #expect(lines.last == "")
        #expect(!RunReport(results).csv.replacing("\r\n", with: "").contains("\n"))
    }

    @Test("metrics.json: numbers for one seed, mean, std and values for several, null where not defined")
    func json() throws {
        let json = exampleResults().json
        let screw = json["categories"]?["screw"]
        #expect(screw?["pro"] == ["mean": .double(0.8), "std": .double(0), "values": [.double(0.8), .null]])
        #expect(json["mean"]?["i_auroc"]?["values"]?.array?.count == 2)
        #expect(json["shots"]?["full"]?["categories"]?["screw"]?["i_auroc"] == .double(0.975))
        #expect(json["shots"]?["full"]?["mean"]?["pro"] == .null)
        #expect(json["protocol"]?["seeds"] == [0, 4])

        var single = exampleResults()
        single.shots.removeFirst()
        #expect(single.json["categories"]?["screw"]?["i_auroc"] == .double(0.975))
        #expect(single.json["shots"] == nil)
        #expect(single.json["protocol"]?["shots"] == "full")
        #expect(json.prettyText == exampleResults().json.prettyText)
    }

    @Test("Untrained weights stand in the first line of every form that people read")
    func untrained() {
        let report = RunReport(exampleResults(untrained: ["generator (starter model)"]))
        #expect(report.terminal.hasPrefix("Untrained weights: generator (starter model)."))
        #expect(report.markdown.hasPrefix("**Untrained weights: generator (starter model)."))
        #expect(!RunReport(exampleResults()).terminal.contains("Untrained"))
    }

    @Test("Warnings are listed")
    func warnings() {
        let report = RunReport(exampleResults(warnings: ["screw: 64 of 320 training pictures"]))
        #expect(report.markdown.contains("## Warnings\n\n* screw: 64 of 320 training pictures\n"))
    }
}
