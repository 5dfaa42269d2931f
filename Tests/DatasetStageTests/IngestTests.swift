import AnomalyDatasets
import Archives
import Foundation
import Imaging
import IngestStage
import StageKit
import Testing

@Suite struct IngestTests {
    let place: Place
    init() throws { place = try Place() }

    @Test(arguments: ["set.tar", "set.tar.gz", "set.tar.xz", "set.tar.zst", "folder"])
    func mvtecComesOutWhole(form: String) throws {
        let files = try Drawn.mvtec()
        let url = form == "folder" ? try place.unpacked(files) : try place.archive(files, form)
        let (found, said) = try place.ingest(url)
        let nut = try #require(found["nut"])
        #expect(
            nut.records.map(\.id) == [
                "nut/test/bent/000", "nut/test/bent/001", "nut/test/good/000", "nut/train/good/000",
                "nut/train/good/001",
                "nut/train/good/002",
            ])
        for record in nut.records {
            #expect(
                try [UInt8](Data(contentsOf: nut.url(record.file))) == files["nut/\(record.file)"], "original bytes")
            #expect(record.sha256 == Digest.sha256(Data(files["nut/\(record.file)"] ?? [])))
            #expect((record.width, record.height, record.channels) == (24, 16, 3))
            #expect(record.anomalous == (record.mask != nil))
        }
        let mask = try Image(contentsOf: nut.url(try #require(nut.records[0].mask)).path)
        #expect(mask.channels == 1 && Set(mask.pixels) == [0, 255])
        #expect(Mask(mask, above: 127).count == 20)
        // Nothing else was unpacked.
        #expect(try StoredObject.files(under: nut.folder).count == 6 + 2 * 2 + 2)
        let dataset = try dataset(nut)
        #expect(dataset.counts == CategoryCounts(train: 3, testGood: 1, defects: ["bent": 2]))
        #expect(dataset.verified == nil && dataset.publishedIn == nil && dataset.layout == .mvtec)
        #expect(said.isEmpty)
    }

    private func dataset(_ category: IngestedCategory) throws -> DatasetRecord {
        try JSONDecoder().decode(DatasetRecord.self, from: Data(contentsOf: category.url("dataset.json")))
    }

    @Test func visaComesOutWhole() throws {
        let files = try Drawn.visa()
        let (found, said) = try place.ingest(try place.archive(files))
        let capsules = try #require(found["capsules"])
        #expect(
            capsules.records.map(\.id) == [
                "capsules/test/bubble/000", "capsules/test/good/003", "capsules/test/leak+scratch/001",
                "capsules/train/good/000",
                "capsules/train/good/001", "capsules/train/good/002",
            ])
        for record in capsules.records {
            #expect(try [UInt8](Data(contentsOf: capsules.url(record.file))) == files["capsules/\(record.file)"])
        }
        // Values 1 and 5 of the label maps, not lost to a threshold of 127.
        for record in capsules.records where record.anomalous {
            let mask = try Image(contentsOf: capsules.url(try #require(record.mask)).path)
            #expect(Set(mask.pixels) == [0, 255] && Mask(mask, above: 127).count == 20)
        }
        // A category of VisA's name with other numbers: somebody's own.
        #expect(said.contains { $0.contains("capsules is called as a category of VisA") })
        #expect(try dataset(capsules).publishedIn == nil)
    }

    @Test func oneChannelAndThreeChannelMasksAreKeptApart() throws {
        var files = try Drawn.mvtec(channels: 1)
        files["nut/ground_truth/bent/000_mask.png"] = try Drawn.mask(label: 255, channels: 3).png()
        let nut = try #require(try place.ingest(try place.archive(files)).categories["nut"])
        #expect(nut.records.allSatisfy { $0.channels == 1 })
        #expect(try Image(contentsOf: nut.url(try #require(nut.records[0].mask)).path).channels == 1)
    }

    @Test func onlyWantedCategoriesAreUnpacked() throws {
        var files = try Drawn.mvtec("nut").merging(Drawn.mvtec("bolt")) { first, _ in first }
        // A picture that can't be decoded only stops runs that need it.
        files["bolt/train/good/000.png"] = [1, 2, 3]
        let url = try place.archive(files)
        #expect(try place.survey(url).categories == ["bolt", "nut"])
        let found = try place.ingest(url, ["nut"]).categories
        #expect(found.keys.sorted() == ["nut"])
        #expect(throws: ImageError.self) { try place.ingest(url, ["bolt"]) }
    }

    @Test func flatPicturesAreNormal() throws {
        let pictures = Dictionary(
            uniqueKeysWithValues: try (0..<3).map { ("part \($0).png", try Drawn.picture($0).png()) })
        let url = try place.unpacked(pictures, "bolts")
        #expect(throws: DatasetError.self) { try place.survey(url) }
        let (found, said) = try place.ingest(url, layout: .folder)
        #expect(found["bolts"]?.trainingNormals.count == 3)
        #expect(said.contains { $0.contains("nothing to detect on") })
    }

    @Test func badDataIsAnErrorThatNamesTheFile() throws {
        let good = try Drawn.mvtec()
        for (name, bytes, word) in [
            ("nut/ground_truth/bent/000_mask.png", nil, "nut/test/bent/000.png"),
            (
                "nut/ground_truth/bent/000_mask.png", try Drawn.mask(label: 255, width: 25).png(),
                "is 25x16, its picture test/bent/000.png 24x16"
            ),
            ("nut/test/bent/001.png", [0x89, 0x50], "nut/test/bent/001.png"),
            ("nut/test/bent/001.png", Array(try Drawn.picture(1).png().dropLast(20)), "nut/test/bent/001.png"),
            ("nut/train/good/009.tif", [1], "nut/train/good/009.tif: no picture"),
            ("nut/train/good/009.gif", [1], "convert this picture"),
        ] as [(String, [UInt8]?, String)] {
            var files = good
            files[name] = bytes
            let url = try place.archive(files, "bad-\(UInt64.random(in: 0 ... .max)).tar")
            let error = #expect(throws: (any Error).self) { try place.ingest(url) }
            #expect("\(error.map { "\($0)" } ?? "")".contains(word), "\(String(describing: error))")
        }
        var visa = try Drawn.visa()
        visa["split_csv/1cls.csv"] = nil
        visa["capsules/image_anno.csv"] = nil
        let error = #expect(throws: DatasetError.self) { try place.ingest(try place.archive(visa, "visa.tar")) }
        #expect(error?.description.contains("split_csv/1cls.csv is missing") == true)
    }

    /// Interrupted, then completed by the next run: finished files stay, and the result is the same as without the
    /// interruption.
    @Test func anInterruptedIngestGoesOn() throws {
        let files = try Drawn.mvtec(normals: 5)
        let url = try place.archive(files, "set.tar")
        let job = try IngestStage.jobs(place.survey(url), categories: ["nut"])
        let whole = try Data(contentsOf: url)
        // The job was made for the whole archive; the file under it ends early.
        let handle = try FileHandle(forWritingTo: url)
        try handle.truncate(atOffset: UInt64(whole.count * 2 / 3))
        try handle.close()
        let error = #expect(throws: ArchiveError.self) { try place.run(job) }
        guard case .truncated = error else {
            Issue.record("\(String(describing: error))")
            return
        }
        let objects = place.store.objects
        let name = try #require(try FileManager.default.contentsOfDirectory(atPath: objects.path).first)
        let data = objects.appendingPathComponent("\(name)/data")
        let early = try place.digests(data)
        #expect(!early.isEmpty && !place.store.object(named: name).isDone)
        let times = try Dictionary(
            uniqueKeysWithValues: early.keys.map { ($0, try inode(data.appendingPathComponent($0))) })
        try whole.write(to: url)
        try place.run(job)
        for (path, number) in times {
            #expect(try inode(data.appendingPathComponent(path)) == number, "\(path) was written again")
        }
        let other = try Place()
        let straight = try other.ingest(try other.archive(files, "set.tar")).categories["nut"]
        #expect(try place.digests(data) == other.digests(try #require(straight?.folder)))
        // And a finished one isn't touched.
        #expect(try place.run(job).summary.upToDate == 1)
    }

    /// Every write has its own inode, so equal numbers mean that a file was left alone.
    private func inode(_ url: URL) throws -> UInt64 {
        let attributes = try FileManager.default.attributesOfItem(atPath: url.path)
        return try #require((attributes[.systemFileNumber] as? NSNumber)?.uint64Value)
    }

    @Test func aDamagedFileIsMendedByForce() throws {
        let url = try place.archive(try Drawn.mvtec())
        let jobs = try IngestStage.jobs(place.survey(url), categories: ["nut"])
        let object = place.store.object(named: try #require(try place.run(jobs).summary.objects.values.first))
        let before = try place.digests(object.data)
        let file = object.data.appendingPathComponent("train/good/001.png")
        var bytes = try Data(contentsOf: file)
        bytes[bytes.count / 2] ^= 1
        try bytes.write(to: file)
        try place.run(jobs, forced: ["ingest"])
        #expect(try place.digests(object.data) == before)
        // A file of another size is noticed without its digest.
        try Data([1]).write(to: file)
        try place.run(jobs)
        #expect(try place.digests(object.data) == before)
    }

    @Test func aCategoryAddedToAFolderTouchesNoOther() throws {
        let url = try place.unpacked(try Drawn.mvtec("nut"))
        let before = try place.ingest(url).categories["nut"]?.folder
        _ = try place.unpacked(try Drawn.mvtec("bolt"))
        let after = try place.ingest(url).categories
        #expect(after.keys.sorted() == ["bolt", "nut"])
        #expect(after["nut"]?.folder == before)
    }
}
