import AnomalyDatasets
import DetectorEvaluation
import EvaluationMetrics
import Foundation
import Imaging
import Reporting
import StageKit

// What each detector made of the test pictures: curves, kinds of defects, a few pictures with their maps.

extension ReportRun {
    /// Every detector with the first seed of each shot count.
    func judgedSamples() throws -> [ReportPage.JudgedSample] {
        let samples = parameters.detectors.flatMap { detector in
            distinctShots.compactMap { count in
                parameters.models.first { $0.shots == count }.map { (detector, $0) }
            }
        }
        let limit = ReportPage.galleryLimit(galleries: samples.count * parameters.categories.count)
        return try samples.map { detector, model in
            var sample = ReportPage.JudgedSample(
                title: (parameters.detectors.count > 1 ? "\(detector.name), " : "") + title(model), judgements: [],
                galleries: [])
            for name in parameters.categories {
                let (judgement, gallery) = try judge(name, model, detector.name, limit: limit)
                sample.judgements.append(judgement)
                sample.galleries.append(gallery)
            }
            return sample
        }
    }

    private func judge(
        _ name: String, _ model: SampledModel, _ detector: String, limit: Int
    ) throws -> (Judgement, ReportPage.Gallery) {
        let category = try ingested(name)
        let tests = Dictionary(try category.testPictures().map { ($0.id, $0) }, uniquingKeysWith: { first, _ in first })
        let object = try detected(name, model, by: detector)
        let records = try DetectionResults.records(of: object)
        let judged = records.compactMap { record in tests[record.id].map { (record: record, picture: $0) } }

        // One range for all pictures of a comparison, so that equal colours mean equal scores.
        var range: ClosedRange<Float>?
        var pixels = PixelEvaluation(variants: [])
        for (record, picture) in judged {
            for value in try DetectionResults.grids(record, data: object.data).lazy.flatMap(\.values) {
                range = range.map { min($0.lowerBound, value)...max($0.upperBound, value) } ?? value...value
            }
            // The picture is damaged at an unknown place, so none of its pixels can be used.
            if picture.maskIsUnknown { continue }
            let map = parameters.comparison.map(
                try DetectionResults.map(record, data: object.data), width: picture.width, height: picture.height)
            let mask = try picture.mask.map {
                parameters.comparison.mask(try Mask(contentsOf: category.url($0).path, above: 127))
            }
            try pixels.add(map: map.values, mask: mask?.values, width: map.width, height: map.height, name: record.id)
        }
        let curves = pixels.results()
        let judgement = try Judgement(
            category: name,
            scores: judged.map {
                .init(kind: $0.picture.defect, anomalous: $0.picture.anomalous, score: $0.record.score)
            },
            metrics: try DetectionResults.metrics(of: object, pro: parameters.pro), pixels: curves.roc,
            regions: curves.overlap)

        let candidates = judged.map {
            PictureChoice.Candidate(
                id: $0.record.id, defect: $0.picture.defect, anomalous: $0.picture.anomalous, score: $0.record.score)
        }
        let known = Dictionary(judged.map { ($0.record.id, $0) }, uniquingKeysWith: { first, _ in first })
        let shown = range ?? 0...0
        let pictures = try PictureChoice.choose(candidates, limit: limit).compactMap { chosen in
            try known[chosen.id].map {
                try picture($0.record, $0.picture, of: category, data: object.data, reason: chosen.reason, range: shown)
            }
        }
        return (judgement, ReportPage.Gallery(category: name, range: shown, pictures: pictures))
    }

    private func picture(
        _ record: DetectionRecord, _ picture: TestedPicture, of category: IngestedCategory, data: URL, reason: String,
        range: ClosedRange<Float>
    ) throws -> ReportPage.Picture {
        let image = try category.image(of: picture)
        let mask = try picture.mask.map { try Mask(contentsOf: category.url($0).path, above: 127) }
        // Pictures are shown at their own size, whatever the maps were compared at.
        let map = MapComparison(smoothing: parameters.comparison.smoothing).map(
            try DetectionResults.map(record, data: data), width: picture.width, height: picture.height)
        return try ReportPage.Picture(
            id: record.id, defect: picture.defect, anomalous: picture.anomalous, score: record.score, reason: reason,
            detection: DetectionPicture(image: image, mask: mask, map: map, range: range))
    }
}
