import DetectorEvaluation
import Imaging
package import ParameterKit
import StageKit

extension RunResults {
    /// `metrics.json`: protocol, categories and their mean, as fractions of 1; null where a metric is not defined.
    ///
    /// With one seed a value is a number, over several `{"mean", "std", "values"}`. With several shot counts
    /// `categories` and `mean` are those of the first (named in `protocol.shots`), and `shots` holds all of them.
    /// Beside them `published` has the figures that the tables show.
    package var json: JSONValue {
        var members: [String: JSONValue] = ["protocol": protocolJSON]
        if let first = shots.first {
            members["categories"] = first.categoriesJSON
            members["mean"] = first.meanJSON
            members["pictures"] = first.picturesJSON
            members["regions"] = first.regionsJSON
            members["published"] = published[first.shots]?.json
            members["decisions"] = first.decisionsJSON
        }
        if shots.count > 1 {
            members["shots"] = .object(
                Dictionary(
                    shots.map { results in
                        var own = [
                            "categories": results.categoriesJSON, "mean": results.meanJSON,
                            "pictures": results.picturesJSON,
                        ]
                        own["regions"] = results.regionsJSON
                        own["published"] = published[results.shots]?.json
                        own["decisions"] = results.decisionsJSON
                        return (results.shots, JSONValue.object(own))
                    }, uniquingKeysWith: { first, _ in first }))
        }
        return .object(members)
    }

    private var protocolJSON: JSONValue {
        var members: [String: JSONValue] = [
            "dataset": .string(facts.dataset),
            "generator": .string(facts.generator),
            "detector": .string(facts.detector),
            "setting": .string(facts.setting.rawValue),
            "image_size": .int(facts.imageSize),
            "view": .string(facts.view),
            "auxiliary": .string(facts.auxiliary),
            "pro": .string(facts.pro),
            "smoothing": .double(facts.smoothing),
            "f1_threshold": "chosen on the test pictures",
            "map_size": .string(facts.mapSize),
            "std": "population",
            "shots": shots.first.map { .string($0.shots) } ?? .null,
            "seeds": .array((shots.first?.seeds ?? []).map { .int($0) }),
            "test_images": .object(facts.testImages.mapValues { .int($0) }),
            "picture_quality": quality?.json ?? .null,
            "untrained_weights": .array(untrainedWeights.map { .string($0) }),
        ]
        if let tiles = facts.tiles { members["tiles"] = ["size": .int(tiles.size), "overlap": .int(tiles.overlap)] }
        return .object(members)
    }
}

extension ShotResults {
    var categoriesJSON: JSONValue {
        .object(
            Dictionary(
                categories.map { category in (category.name, Self.object { statistics(category, $0) }) },
                uniquingKeysWith: { first, _ in first }))
    }

    var meanJSON: JSONValue { Self.object { average($0) } }

    /// What was measured on the synthetic pictures, per category: fractions of 1, grey levels of 255, or as
    /// `PictureFigure` says.
    var picturesJSON: JSONValue {
        .object(
            Dictionary(
                categories.filter { !$0.pictures.isEmpty }.map { category in
                    let figures = PictureFigure.allCases.map { ($0.rawValue, statistics(category, $0).json) }
                    return (category.name, .object(Dictionary(uniqueKeysWithValues: figures)))
                }, uniquingKeysWith: { first, _ in first }))
    }

    /// Per category and seed the distances under the masks with their counts; nil where they were not measured.
    var regionsJSON: JSONValue? {
        let measured = categories.filter { !$0.regions.isEmpty }
        guard !measured.isEmpty else { return nil }
        return .object(
            Dictionary(
                measured.map { ($0.name, .array($0.regions.map { .array($0.map(\.json)) })) },
                uniquingKeysWith: { first, _ in first }))
    }

    /// Per category: precision, recall and F1 on the test pictures at the threshold that held-aside pictures gave
    /// (fractions of 1), and one entry a seed of each threshold and what it is from. Nil where nothing was held aside.
    var decisionsJSON: JSONValue? {
        let judged = categories.filter { !$0.decisions.isEmpty }
        guard !judged.isEmpty else { return nil }
        return .object(
            Dictionary(
                judged.map { category in
                    let thresholds = category.decisions.map(\.threshold)
                    var members = Dictionary(
                        uniqueKeysWithValues: DecisionFigure.allCases.map {
                            ($0.rawValue, statistics(category, $0).json)
                        })
                    members["thresholds"] = .array(
                        thresholds.map { threshold in
                            [
                                "value": threshold.value.map { .double($0) } ?? .null,
                                "rule": .string(threshold.rule.rawValue), "normals": .int(threshold.normals),
                                "flagged_normals": .int(threshold.flaggedNormals),
                                "generated": .int(threshold.generated),
                                "found_generated": .int(threshold.foundGenerated),
                            ]
                        })
                    return (category.name, .object(members))
                }, uniquingKeysWith: { first, _ in first }))
    }

    private static func object(_ statistics: (DetectionMetric) -> SeedStatistics) -> JSONValue {
        .object(Dictionary(uniqueKeysWithValues: DetectionMetric.allCases.map { ($0.rawValue, statistics($0).json) }))
    }

}

extension PublishedResults {
    /// All published figures, regardless of which categories were run; marked figures are listed in `not_comparable`.
    var json: JSONValue {
        var members: [String: JSONValue] = [
            "source": .string(source), "reference": .string(reference), "setting": .string(setting.rawValue),
            "auxiliary": .string(auxiliary),
            "categories": .object(categories.mapValues(Self.object)), "mean": Self.object(average),
            "notes": .array((notes + (markNote.map { [$0] } ?? [])).map { .string($0) }),
        ]
        if !methods.isEmpty {
            members["methods"] = .array(
                methods.map { method in
                    let marked = DetectionMetric.allCases.filter { method.average[$0]?.isMarked == true }
                    return [
                        "name": .string(method.name), "reference": .string(methodReference),
                        "mean": Self.object(method.average),
                        "not_comparable": .array(marked.map { .string($0.rawValue) }),
                    ]
                })
        }
        return .object(members)
    }

    private static func object(_ figures: Figures) -> JSONValue {
        .object(
            Dictionary(
                uniqueKeysWithValues: figures.map { metric, figure in
                    let value: JSONValue =
                        figure.standardDeviation.map { ["mean": .double(figure.mean), "std": .double($0)] }
                        ?? .double(figure.mean)
                    return (metric.rawValue, value)
                }))
    }
}

extension SeedStatistics {
    /// A number with one seed, over several `{"mean", "std", "values"}`; null where not defined.
    var json: JSONValue {
        func number(_ value: Double?) -> JSONValue { value.map { .double($0) } ?? .null }
        guard values.count > 1 else { return number(mean) }
        return ["mean": number(mean), "std": number(standardDeviation), "values": .array(values.map(number))]
    }
}

extension RegionComparison {
    fileprivate var json: JSONValue {
        [
            "generator": generator.map { .string($0) } ?? .null, "distance": distance.map { .double($0) } ?? .null,
            "reason": reason.map { .string($0) } ?? .null, "patches": .int(patches), "pictures": .int(pictures),
            "real_patches": .int(realPatches), "real_pictures": .int(realPictures),
        ]
    }
}
