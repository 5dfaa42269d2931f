import AnomalyDatasets
import Foundation
import IngestStage
import SamplingStage
import StageKit
import Testing

@Suite struct SamplingTests {
    let place: Place
    init() throws { place = try Place() }

    private func sample(_ url: URL, shots: Int?, seed: Int = 0, order: ShotChoice.Order = .random) throws
        -> SampleRecord
    {
        var jobs = try IngestStage.jobs(place.survey(url), categories: ["nut"])
        jobs.append(
            try SamplingStage.job(
                subject: "nut", category: "nut", ingest: JobKey("ingest", "nut"), shots: shots, seed: seed, order: order
            ))
        let summary = try place.run(jobs).summary
        return try SampleRecord(
            folder: place.store.object(named: try #require(summary.objects[JobKey("sample", "nut")])).data)
    }

    @Test func samplesAreNestedAndNameTheirBytes() throws {
        let files = try Drawn.mvtec(normals: 8)
        let url = try place.archive(files)
        let four = try sample(url, shots: 4)
        #expect(try sample(url, shots: 1).images == Array(four.images.prefix(1)))
        #expect(try sample(url, shots: 2).images == Array(four.images.prefix(2)))
        #expect(try sample(url, shots: nil).images.map(\.id) == (0..<8).map { "nut/train/good/00\($0)" })
        #expect(four.shots == "4" && four.seed == 0 && four.order == "random")
        for choice in four.images {
            #expect(Digest.sha256(Data(files[choice.id + ".png"] ?? [])) == choice.sha256)
        }
        #expect(
            try sample(url, shots: 2, seed: 1, order: .consecutive).images.map(\.id) == [
                "nut/train/good/004", "nut/train/good/005",
            ])
    }

    @Test func moreShotsThanPicturesIsAnError() throws {
        let url = try place.archive(try Drawn.mvtec(normals: 3))
        let error = #expect(throws: DatasetError.self) { try sample(url, shots: 4) }
        #expect(error?.description == "nut: has 3 normal training pictures, 4 shots are asked for")
    }
}
