import AnomalyDatasets
import Foundation
import Reporting
import StageKit

extension ReportRun {
    /// The `dataset.json` that ingest wrote for each category.
    func datasets() throws -> [DatasetRecord] { try datasets(parameters.categories.map { "ingest:\($0)" }) }

    private func datasets(_ roles: [String]) throws -> [DatasetRecord] {
        try roles.map { role in
            let file = try context.input(role).data.appendingPathComponent("dataset.json")
            return try JSONDecoder().decode(DatasetRecord.self, from: try DurableFile.read(file))
        }
    }

    /// "none", or the data set that was also trained on, and how.
    func auxiliary() throws -> String {
        guard let auxiliary = parameters.auxiliary else { return "none" }
        let records = try datasets(auxiliary.categories.map { "auxiliary:\($0)" })
        let count = auxiliary.categories.count
        return
            "\(PublishedDataset.title(of: records)), \(count) \(count == 1 ? "category" : "categories"): \(auxiliary.use)"
    }

    /// The paper's figures for the shot counts of this run; none where a category is not of one of the paper's data
    /// sets.
    func published(_ records: [DatasetRecord]) -> [String: PublishedResults] {
        let sets = Set(records.map(\.publishedIn))
        guard parameters.compareWithPaper, sets.count == 1, let set = sets.first ?? nil,
            let layout = DatasetLayout(rawValue: set)
        else { return [:] }
        let results = distinctShots.compactMap { shots in
            PaperResults.find(dataset: layout, shots: shots).map { (shots, $0) }
        }
        return Dictionary(
            results.map { shots, paper in
                let others = categoriesOfOtherPictures(records, shots: shots)
                var published = PublishedResults(paper, notes: departureNotes(records))
                for name in others { published.categories[name] = nil }
                if !others.isEmpty {
                    let pictures = shots == "full" ? "pictures" : "test pictures"
                    published.notes.append(
                        "Not the \(pictures) that were published, so that the paper's rows are left out: \(others.joined(separator: ", "))."
                    )
                }
                return (shots, published)
            }, uniquingKeysWith: { first, _ in first })
    }

    /// Categories with the name of a published one that are tested, or at full shot trained, on other pictures.
    private func categoriesOfOtherPictures(_ records: [DatasetRecord], shots: String) -> [String] {
        records.filter { record in
            let set = PublishedDataset.all.first { $0.identifier == record.publishedIn }
            guard let published = set?[record.category] else { return true }
            var counts = record.counts
            if shots != "full", let train = published.counts?.train { counts.train = train }
            return !published.differences(from: counts).isEmpty
        }.map(\.category)
    }

    /// Notes on how this run differs from the paper.
    private func departureNotes(_ records: [DatasetRecord]) -> [String] {
        var departures = parameters.departures
        let few = Set(parameters.models.filter { $0.shots != "full" }.map(\.seed)).count
        if few > 0, few != PublishedResults.seeds { departures.append("seeds \(few) (\(PublishedResults.seeds))") }
        if records.count == 1 {
            departures.append("\(ModelSetting.perClass.rawValue) (\(ModelSetting.multiClass.rawValue))")
        }
        return departures.isEmpty
            ? [] : ["Not as in the paper (its own in brackets): \(departures.joined(separator: ", "))."]
    }
}
