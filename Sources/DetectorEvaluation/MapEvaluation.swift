package import EvaluationMetrics
import Foundation
import Imaging
import StageKit

/// Computes the metrics of any detector from a folder of its anomaly maps.
package struct MapEvaluation: Sendable {
    package var maps: AnomalyMapFolder
    package var truth: TestTruth
    /// Names of the detector and the data set in tables.
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
    /// - Parameter progress: called after each picture with the numbers of finished and of all pictures.
    /// - Throws: `Failure` 66 when there is nothing to evaluate or a picture has no map or no score; `MetricError` for
    ///   scores that are not finite; what reading maps and masks throws.
    package func run(progress: (_ done: Int, _ total: Int) -> Void = { _, _ in }) throws -> EvaluatedMaps {
        let names = try maps.categories().filter { truth.categories[$0]?.isEmpty == false }.sorted()
        guard !names.isEmpty else {
            let known = truth.otherCategories.union(truth.categories.keys).sorted().joined(separator: ", ")
            throw Failure(
                .inputMissing, "no maps for any category of \(datasetName) (\(known))", at: maps.folder.path,
                remedy: "Expected: <category>/test/<defect>/<picture>.npy (or .tiff, .png), one map per test picture.")
        }
        let pictures = names.map { truth.categories[$0] ?? [] }
        try checkComplete(pictures.flatMap { $0 })
        let total = pictures.reduce(0) { $0 + $1.count }
        var done = 0
        var tally = Tally()
        var categories: [EvaluatedMaps.Category] = []
        for (name, list) in zip(names, pictures) {
            let values = try evaluate(list, &tally) {
                done += 1
                progress(done, total)
            }
            categories.append(.init(name: name, values: values))
        }
        return EvaluatedMaps(
            evaluation: self, categories: categories,
            testImages: Dictionary(uniqueKeysWithValues: zip(names, pictures.map(\.count))), resized: tally.resized,
            emptyMasks: tally.emptyMasks, oddities: tally.oddities, ranges: tally.ranges)
    }

    private func checkComplete(_ pictures: [TestTruth.Picture]) throws(Failure) {
        let noMap = pictures.filter { maps.place(of: $0, layout: truth.layout) == nil }
        if let first = noMap.first {
            throw Failure(
                .inputMissing,
                "\(noMap.count) of \(pictures.count) test pictures have no map, \(first.id) (\(AnomalyMapFolder.endings.joined(separator: ", "))) among them",
                at: maps.folder.path, remedy: maps.tileRemedy(for: first, layout: truth.layout))
        }
        let noScore = maps.scores == nil ? [] : pictures.filter { maps.score(of: $0, layout: truth.layout) == nil }
        if let first = noScore.first {
            throw Failure(
                .inputMissing,
                "\(noScore.count) of \(pictures.count) test pictures have no score, \(first.id) among them",
                at: maps.folder.appendingPathComponent("scores.csv").path)
        }
    }

    /// Counts made during the evaluation.
    private struct Tally {
        var resized = 0
        var emptyMasks: [String] = []
        var oddities: [MaskReader.Oddity: Int] = [:]
        var ranges: [MapKind: MapRange] = [:]
    }

    private func evaluate(_ pictures: [TestTruth.Picture], _ tally: inout Tally, step: () -> Void) throws
        -> MetricValues
    {
        var images = ImageEvaluation()
        var pixels = PixelEvaluation(variants: [pro])
        for picture in pictures {
            guard let place = maps.place(of: picture, layout: truth.layout) else {
                throw Failure(.inputMissing, "the map is gone", at: picture.id)
            }
            let read = try maps.map(place, of: picture), map = read.map, name = place.name
            let score = maps.score(of: picture, layout: truth.layout) ?? read.maximum
            try images.add(score: score, anomalous: picture.anomalous, name: name)
            tally.ranges[map.kind, default: MapRange()].add(map)
            // The picture is damaged at an unknown place, so none of its pixels can be used.
            if picture.maskIsUnknown {
                step()
                continue
            }
            let reading = try picture.readMask()
            for oddity in reading?.oddities ?? [] { tally.oddities[oddity, default: 0] += 1 }
            let mask = reading?.mask.values
            if maps.detected == nil, read.isResized { tally.resized += 1 }
            if mask?.contains(where: { $0 != 0 }) == false { tally.emptyMasks.append(picture.id) }
            let (width, height) = (picture.width, picture.height)
            if let comparison = maps.detected?.comparison {
                // The detector's own grid, compared as its run compared it.
                let compared = comparison.map(map.plane, width: width, height: height)
                try pixels.add(
                    map: compared.values, mask: reading.map { comparison.mask($0.mask).values },
                    width: compared.width, height: compared.height, name: name)
            } else if (map.plane.width, map.plane.height) != (width, height) {
                guard width == height || (map.plane.width, map.plane.height) != (height, width) else {
                    throw Failure(
                        .badData,
                        "is \(map.plane.width)×\(map.plane.height), its picture \(width)×\(height): the map lies on its side",
                        at: name, remedy: "Save maps as rows by columns, upright as the pictures are seen.")
                }
                guard !map.exceedsFloat32 else {
                    throw Failure(
                        .badData,
                        "scores beyond float32's range, in which maps of another size than the mask are resized",
                        at: name)
                }
                let resized = map.plane.resizedBilinear(width: width, height: height)
                try pixels.add(map: resized.values, mask: mask, width: width, height: height, name: name)
            } else if let scores = map.doubles {
                try pixels.add(doubles: scores, mask: mask, width: width, height: height, name: name)
            } else {
                try pixels.add(map: map.plane.values, mask: mask, width: width, height: height, name: name)
            }
            step()
        }
        return MetricValues(image: images.results(), pixel: pixels.results(), pro: pro)
    }
}
