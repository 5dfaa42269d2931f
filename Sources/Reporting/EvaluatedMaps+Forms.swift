package import DetectorEvaluation
import EvaluationMetrics
package import ParameterKit
import StageKit

// The printed forms of ``MapEvaluation``'s results.

extension EvaluatedMaps {
    /// As the results of one shot count and one seed, although other detectors' maps have neither.
    package var results: ShotResults {
        ShotResults(
            shots: "all", seeds: [0], categories: categories.map { .init(name: $0.name, values: [$0.values]) })
    }

    /// A table for the terminal.
    package var terminal: String {
        var table = ReportTable(results, published: nil, metrics: DetectionMetric.allCases)
        table.title = "\(evaluation.detectorName) on \(evaluation.datasetName)"
        for index in table.rows.indices {
            table.rows[index].source =
                "\(testImages[table.rows[index].category] ?? testImages.values.reduce(0, +)) pictures"
        }
        let sizes =
            resized == 0 ? "" : "Maps resized to the mask's size: \(resized) of \(testImages.values.reduce(0, +)). "
        return table.terminal + "\n\(sizes)– is not defined (one class only). PRO: \(evaluation.pro.title). "
            + "F1-max: threshold chosen on the test pictures.\n"
    }

    /// The same form as `metrics.json`.
    package var json: JSONValue {
        [
            "protocol": [
                "dataset": .string(evaluation.datasetName), "detector": .string(evaluation.detectorName),
                "image_score": .string(evaluation.maps.scoreSource),
                "pro": .string(evaluation.pro.rawValue), "pro_title": .string(evaluation.pro.title),
                "f1_threshold": "chosen on the test pictures", "map_size": .string(evaluation.maps.comparison.sizeText),
                "smoothing": .double(evaluation.maps.comparison.smoothing),
                "map_values": .object(
                    Dictionary(
                        uniqueKeysWithValues: ranges.map { kind, range in
                            (
                                kind.rawValue,
                                [
                                    "maps": .int(range.maps), "lowest": .double(range.lowest),
                                    "highest": .double(range.highest),
                                ] as JSONValue
                            )
                        })),
                "resized_maps": .int(resized), "empty_masks": .int(emptyMasks.count),
                "test_images": .object(testImages.mapValues { .int($0) }),
            ],
            "categories": results.categoriesJSON, "mean": results.meanJSON,
        ]
    }
}
