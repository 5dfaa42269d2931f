import AnomalyDatasets
import Foundation
import Imaging
import ParameterKit
import Reporting
import StageKit

// The synthetic pictures of the page: of the first sample, a few of each category.

extension ReportRun {
    func made() throws -> MadePictures? {
        guard let model = parameters.models.first else { return nil }
        let limit = MadePictures.limit(categories: parameters.categories.count)
        let total = try parameters.models.reduce(0) { sum, model in
            try parameters.categories.reduce(sum) { $0 + (try units($1, model).count) }
        }
        return MadePictures(
            sample: title(model), categories: try parameters.categories.map { try category($0, model, limit: limit) },
            total: total)
    }

    private func category(_ name: String, _ model: SampledModel, limit: Int) throws -> MadePictures.Category {
        let units = try units(name, model)
        let ingest = try ingested(name)
        var photos: [String: EmbeddedPicture] = [:]
        let pictures = try MadePictures.choice(kinds: units.map(\.kind), limit: limit).map { place in
            let unit = units[place]
            if let id = unit.source, photos[id] == nil, let record = ingest[id] {
                photos[id] = try EmbeddedPicture(Image(contentsOf: ingest.url(record.file).path))
            }
            return try picture(unit, photo: unit.source.flatMap { photos[$0] })
        }
        let traces = try MadePictures.spread(units, MadePictures.traceLimit).compactMap {
            GuidanceTrace(record: try context.store.unit($0.unit).record())
        }
        return MadePictures.Category(name: name, total: units.count, pictures: pictures, traces: traces)
    }

    private func picture(_ unit: ListedUnit, photo: EmbeddedPicture?) throws -> MadePictures.Picture {
        let drawn = context.store.unit(unit.unit), label = context.store.unit(unit.labelUnit)
        for id in Set([unit.unit, unit.labelUnit, unit.imageUnit]) { try context.store.unit(id).check() }
        // The whole picture, as the data set shows it: what was drawn may be a window of it.
        let image = try Image(contentsOf: context.store.unit(unit.imageUnit).file("image.png").path)
        return MadePictures.Picture(
            id: unit.unit, kind: unit.anomaly, source: unit.source, photo: photo, image: try EmbeddedPicture(image),
            soft: try EmbeddedPicture(Image(contentsOf: label.file("soft.png").path)),
            mask: try EmbeddedPicture(Mask(contentsOf: label.file("mask.png").path, above: 127)),
            facts: facts(unit, record: try drawn.record(), image: image))
    }

    private func facts(_ unit: ListedUnit, record: JSONValue, image: Image) -> [(name: String, value: String)] {
        var facts: [(name: String, value: String)] = []
        if let method = unit.method { facts.append(("generator", method)) }
        if let label = unit.label { facts.append(("label", label)) }
        if let source = unit.source { facts.append(("photo", source)) }
        if let prompt = record["prompt"]?.string { facts.append(("prompt", prompt)) }
        if let seed = record["seed"]?.int { facts.append(("seed", "\(seed)")) }
        facts.append(("size", "\(image.width) × \(image.height) pixels"))
        if let trace = GuidanceTrace(record: record) { facts.append(("guidance", trace.summary)) }
        return facts
    }
}

extension ListedUnit {
    /// Pictures of every anomaly and, in a mixture, of every generator are shown.
    fileprivate var kind: String { method.map { "\(anomaly) by \($0)" } ?? anomaly }
}
