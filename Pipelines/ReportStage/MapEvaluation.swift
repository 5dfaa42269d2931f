package import EvaluationMetrics
import Foundation
import Imaging
package import StageKit

/// The metrics of anybody's detector from a folder of its anomaly maps.
package struct MapEvaluation: Sendable {
    package var maps: AnomalyMapFolder
    package var truth: TestTruth
    /// What the tables call the detector and the data set.
    package var detectorName: String
    package var datasetName: String
    package var pro: PROVariant

    package init(
        maps: AnomalyMapFolder, truth: TestTruth, detectorName: String, datasetName: String, pro: PROVariant = .exact
    ) {
        (self.maps, self.truth, self.pro) = (maps, truth, pro)
        (self.detectorName, self.datasetName) = (detectorName, datasetName)
    }

    /// Evaluates every category that has maps and truth.
    ///
    /// - Parameter progress: told after each picture how many of how many are done.
    /// - Throws: `Failure` 66 when there is nothing to evaluate or a picture has no map or no score; `MetricError` for scores that are
    ///   not finite; what reading maps and masks throws.
    package func run(progress: (_ done: Int, _ total: Int) -> Void = { _, _ in }) throws -> EvaluatedMaps {
        let names = try maps.categories().filter { truth.categories[$0]?.isEmpty == false }.sorted()
        guard !names.isEmpty else {
            let known = truth.otherCategories.union(truth.categories.keys).sorted().joined(separator: ", ")
            throw Failure(
                .inputMissing, "no maps for any category of \(datasetName) (\(known))", at: maps.folder.path,
                remedy: "Expected: <category>/test/<defect>/<picture>.npy, one map per test picture.")
        }
        let pictures = names.map { truth.categories[$0] ?? [] }
        try checkComplete(pictures.flatMap { $0 })
        let total = pictures.reduce(0) { $0 + $1.count }
        var done = 0
        var tally = Tally()
        var categories: [ShotResults.Category] = []
        for (name, list) in zip(names, pictures) {
            let values = try evaluate(list, &tally) {
                done += 1
                progress(done, total)
            }
            categories.append(.init(name: name, values: [values]))
        }
        return EvaluatedMaps(
            evaluation: self, results: ShotResults(shots: "all", seeds: [0], categories: categories),
            testImages: Dictionary(uniqueKeysWithValues: zip(names, pictures.map(\.count))), resized: tally.resized,
            emptyMasks: tally.emptyMasks)
    }

    /// What is left out of the figures, a line each: categories on one side only, maps and scores of no test picture.
    package func omissions() throws -> [String] {
        var lines: [String] = []
        let scored = try maps.categories()
        // With nothing to evaluate at all, `run` says so.
        guard scored.contains(where: { truth.categories[$0]?.isEmpty == false }) else { return [] }
        let others = scored.filter { truth.categories[$0]?.isEmpty ?? true }.sorted()
        if !others.isEmpty { lines.append("left out, being no category of \(datasetName): \(others.joined(separator: ", "))") }
        let missing = truth.otherCategories.union(truth.categories.keys).subtracting(scored).sorted()
        if !missing.isEmpty { lines.append("without maps, so not in the mean: \(missing.joined(separator: ", "))") }

        let pictures = truth.categories.values.joined()
        let known = Set(pictures.flatMap { AnomalyMapFolder.names(of: $0, layout: truth.layout) })
        let surplus = try scored.subtracting(others).sorted().flatMap { try maps.names(in: $0) }.filter { !known.contains($0) }
        if let first = surplus.first { lines.append("maps of no test picture: \(surplus.count), \(first) among them") }
        // Of other categories nobody looked which pictures there are.
        let unread = others + truth.otherCategories
        let strangers = (maps.scores ?? [:]).keys.filter { name in
            !known.contains(name) && !unread.contains { name.hasPrefix("\($0)/") }
        }
        if let first = strangers.min() {
            lines.append("lines of scores.csv for no test picture: \(strangers.count), \(first) among them")
        }
        return lines
    }

    private func checkComplete(_ pictures: [TestTruth.Picture]) throws(Failure) {
        let noMap = pictures.filter { maps.file(of: $0, layout: truth.layout) == nil }
        if let first = noMap.first {
            throw Failure(
                .inputMissing,
                "\(noMap.count) of \(pictures.count) test pictures have no map, \(first.id) (.npy or .png) among them",
                at: maps.folder.path)
        }
        let noScore = maps.scores == nil ? [] : pictures.filter { maps.score(of: $0, layout: truth.layout) == nil }
        if let first = noScore.first {
            throw Failure(
                .inputMissing, "\(noScore.count) of \(pictures.count) test pictures have no score, \(first.id) among them",
                at: maps.folder.appendingPathComponent("scores.csv").path)
        }
    }

    /// What is counted on the way.
    private struct Tally {
        var resized = 0
        var emptyMasks: [String] = []
    }

    private func evaluate(_ pictures: [TestTruth.Picture], _ tally: inout Tally, step: () -> Void) throws -> MetricValues {
        var images = ImageEvaluation()
        var pixels = PixelEvaluation(variants: [pro])
        for picture in pictures {
            guard let file = maps.file(of: picture, layout: truth.layout) else {
                throw Failure(.inputMissing, "the map is gone", at: picture.id)
            }
            let map = try maps.map(file)
            let score = maps.score(of: picture, layout: truth.layout) ?? map.maximum
            try images.add(score: score, anomalous: picture.anomalous, name: file.path)
            let mask = try picture.decodedMask()?.values
            if mask?.contains(where: { $0 != 0 }) == false { tally.emptyMasks.append(picture.id) }
            let (width, height) = (picture.width, picture.height)
            if (map.plane.width, map.plane.height) != (width, height) {
                guard !map.exceedsFloat32 else {
                    throw Failure(
                        .badData, "scores beyond float32's range, in which maps of another size than the mask are resized",
                        at: file.path)
                }
                let resized = map.plane.resizedBilinear(width: width, height: height)
                try pixels.add(map: resized.values, mask: mask, width: width, height: height, name: file.path)
                tally.resized += 1
            } else if let scores = map.doubles {
                try pixels.add(doubles: scores, mask: mask, width: width, height: height, name: file.path)
            } else {
                try pixels.add(map: map.plane.values, mask: mask, width: width, height: height, name: file.path)
            }
            step()
        }
        return MetricValues(image: images.results(), pixel: pixels.results(), pro: pro)
    }
}

/// What ``MapEvaluation`` found, ready to be printed.
package struct EvaluatedMaps: Sendable {
    package let evaluation: MapEvaluation
    package let results: ShotResults
    package let testImages: [String: Int]
    /// How many maps had another size than their mask and were resized to it.
    package let resized: Int
    /// Ids of defective pictures whose mask shows no defect: good pixels, all of them.
    package let emptyMasks: [String]

    /// A table for the terminal.
    package var terminal: String {
        var table = ReportTable(results, published: nil, metrics: DetectionMetric.allCases)
        table.title = "\(evaluation.detectorName) on \(evaluation.datasetName)"
        for index in table.rows.indices {
            table.rows[index].source = "\(testImages[table.rows[index].category] ?? testImages.values.reduce(0, +)) pictures"
        }
        let sizes = resized == 0 ? "" : "Maps resized to the mask's size: \(resized) of \(testImages.values.reduce(0, +)). "
        return table.terminal + "\n\(sizes)– is not defined (one class only). PRO: \(evaluation.pro.title). F1-max: threshold chosen on the test pictures.\n"
    }

    /// The same form as `metrics.json`.
    package var json: JSONValue {
        [
            "protocol": [
                "dataset": .string(evaluation.datasetName), "detector": .string(evaluation.detectorName),
                "image_score": evaluation.maps.scores == nil ? "maximum of the map" : "scores.csv",
                "pro": .string(evaluation.pro.rawValue), "pro_title": .string(evaluation.pro.title), "f1_threshold": "chosen on the test pictures", "map_size": "mask",
                "resized_maps": .int(resized), "empty_masks": .int(emptyMasks.count),
                "test_images": .object(testImages.mapValues { .int($0) }),
            ],
            "categories": results.categoriesJSON, "mean": results.meanJSON,
        ]
    }
}
