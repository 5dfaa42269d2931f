package import StageKit

extension RunResults {
    /// `metrics.json`: protocol, categories and their mean, as fractions of 1; null where a metric is not defined.
    ///
    /// With one seed a value is a number, over several `{"mean", "std", "values"}`. With several shot counts `categories` and `mean` are those
    /// of the first (named in `protocol.shots`), and `shots` holds all of them.
    package var json: JSONValue {
        var members: [String: JSONValue] = ["protocol": protocolJSON]
        if let first = shots.first {
            members["categories"] = first.categoriesJSON
            members["mean"] = first.meanJSON
            members["pictures"] = first.picturesJSON
        }
        if shots.count > 1 {
            members["shots"] = .object(
                Dictionary(
                    shots.map { ($0.shots, JSONValue.object(["categories": $0.categoriesJSON, "mean": $0.meanJSON, "pictures": $0.picturesJSON])) },
                    uniquingKeysWith: { first, _ in first }))
        }
        return .object(members)
    }

    private var protocolJSON: JSONValue {
        [
            "dataset": .string(facts.dataset),
            "generator": .string(facts.generator),
            "detector": .string(facts.detector),
            "image_size": .int(facts.imageSize),
            "auxiliary": .string(facts.auxiliary),
            "pro": .string(facts.pro),
            "smoothing": .double(facts.smoothing),
            "f1_threshold": "chosen on the test pictures",
            "map_size": "mask",
            "std": "population",
            "shots": shots.first.map { .string($0.shots) } ?? .null,
            "seeds": .array((shots.first?.seeds ?? []).map { .int($0) }),
            "test_images": .object(facts.testImages.mapValues { .int($0) }),
            "untrained_weights": .array(untrainedWeights.map { .string($0) }),
        ]
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

    /// What was measured on the synthetic pictures, per category: fractions of 1, or grey levels of 255.
    var picturesJSON: JSONValue {
        .object(
            Dictionary(
                categories.filter { !$0.pictures.isEmpty }.map { category in
                    let figures = PictureFigure.allCases.map { ($0.rawValue, statistics(category, $0).json) }
                    return (category.name, .object(Dictionary(uniqueKeysWithValues: figures)))
                }, uniquingKeysWith: { first, _ in first }))
    }

    private static func object(_ statistics: (DetectionMetric) -> SeedStatistics) -> JSONValue {
        .object(Dictionary(uniqueKeysWithValues: DetectionMetric.allCases.map { ($0.rawValue, statistics($0).json) }))
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
