import AnomalyDatasets
import Archives
import ExportLayouts
import ExportStage
import Foundation
import Imaging
import IngestStage
import MethodKit
import ParameterKit
import SamplingStage
import StageKit
import Testing

@Suite struct ExportTests {
    let place: Place
    private var generator = ExportStage.GeneratorFacts(
        phrase: "Cut&Paste", labelMeaning: "The soft label is the mask.", models: [], isTrained: true, materials: nil,
        source: nil)

    init() throws { place = try Place() }

    /// Units in the pool and their list, as the generate stage leaves them.
    private func generate(_ category: String, anomalies: [(name: String, count: Int)], channels: Int = 3) -> Job {
        let asked: JSONValue = .array(anomalies.map { .array([.string($0.name), .int($0.count)]) })
        return Job(
            JobKey("generate", category), version: 1, asked: asked, inputs: ["sample": JobKey("sample", category)],
            category: category
        ) { context in
            struct Line: Codable {
                var unit: String, record: String, anomaly: String, source: String
            }
            var lines: [Line] = []
            for (name, count) in anomalies {
                for index in 0..<count {
                    let id = String(Digest.sha256("\(category)/\(name)/\(index)").prefix(24))
                    let scratch = context.object.work.appendingPathComponent(id)
                    try DurableFile.makeFolder(scratch)
                    let image = Drawn.picture(index, channels: channels), mask = Mask(Drawn.mask(label: 1), above: 0)
                    try image.write(png: scratch.appendingPathComponent("image.png").path)
                    try mask.write(png: scratch.appendingPathComponent("mask.png").path)
                    try mask.plane.write(png16: scratch.appendingPathComponent("soft.png").path)
                    let record: JSONValue = ["unit": .string(id), "seed": .int(index), "provenance": ["device": "cpu"]]
                    let digest = try context.store.unit(id).commit(
                        record, files: ["image.png", "soft.png", "mask.png"], from: scratch)
                    lines.append(Line(unit: id, record: digest, anomaly: name, source: "\(category)/train/good/000"))
                }
            }
            try JSONLines.write(lines, to: context.object.data.appendingPathComponent("list.jsonl"))
            return .complete
        }
    }

    private func export(
        _ url: URL, _ anomalies: [(name: String, count: Int)], compression: String = "gz", channels: Int = 3,
        in place: Place? = nil, layout: any ExportLayout = MVTecLayout(), wishes: SplitPlan.Wishes = .standard,
        shots: Int? = 2
    ) throws -> URL {
        let place = place ?? self.place
        let survey = try place.survey(url)
        var jobs = try IngestStage.jobs(survey, categories: survey.categories)
        var inputs: [String: JobKey] = [:]
        for category in survey.categories {
            jobs.append(
                try SamplingStage.job(
                    subject: category, category: category, ingest: JobKey("ingest", category), shots: shots, seed: 0,
                    order: .random))
            jobs.append(generate(category, anomalies: anomalies, channels: channels))
            for stage in ["ingest", "sample", "generate"] { inputs["\(stage):\(category)"] = JobKey(stage, category) }
        }
        jobs.append(
            ExportStage.job(
                subject: "2shot-s0", inputs: inputs,
                parameters: .init(
                    name: "nuts-2shot-s0", layout: layout, categories: survey.categories,
                    compression: try #require(TarCompression(rawValue: compression == "zst" ? "zstd" : compression)),
                    wishes: wishes, manifest: "version: 2\n", generator: generator)))
        let summary = try place.run(jobs).summary
        let object = place.store.object(named: try #require(summary.objects[JobKey("export", "2shot-s0")]))
        return object.data.appendingPathComponent(
            "nuts-2shot-s0-\(type(of: layout).name).tar" + (compression == "none" ? "" : ".\(compression)"))
    }

    private func read(_ url: URL) throws -> [String: [UInt8]] {
        let source = try openFileSource(url.path)
        var files: [String: [UInt8]] = [:]
        while let entry = try source.next() { files[entry.name] = try source.contents() }
        return files
    }

    @Test func readersOfTheLayoutTakeIt() throws {
        let url = try place.archive(try Drawn.mvtec("nut").merging(Drawn.mvtec("hex bolt")) { first, _ in first })
        let tarball = try export(url, [("bent over", 12), ("good", 3)])
        let root = "nuts-2shot-s0-mvtec/"
        let files = try read(tarball)
        #expect(files.keys.allSatisfy { $0.hasPrefix(root) })
        let names = files.keys.map { String($0.dropFirst(root.count)) }
        for category in ["nut", "hex_bolt"] {
            let rows = try MVTecReader(names, category: category).rows
            #expect(rows.count { $0.split == "train" } == 2)
            // The normal that no picture was made from.
            #expect(rows.count { $0.split == "test" && $0.label == "good" } == 1)
            #expect(rows.count { $0.label == "bent_over" && $0.mask != nil } == 12)
            #expect(rows.count { $0.label == "good_anomaly" && $0.mask != nil } == 3)
            for row in rows.filter({ $0.mask != nil }) {
                let image = try Image(bytes: try #require(files[root + row.image]), name: row.image)
                let mask = try Image(bytes: try #require(files[root + (row.mask ?? "")]), name: row.image)
                #expect(mask.channels == 1 && Set(mask.pixels).isSubset(of: [0, 255]))
                #expect((mask.width, mask.height) == (image.width, image.height))
            }
            // Nothing but data in a category's folder.
            #expect(names.filter { $0.hasPrefix(category + "/") }.allSatisfy { $0.hasSuffix(".png") })
        }
        #expect(
            Set(names.map { String($0.prefix { $0 != "/" }) }) == [
                "nut", "hex_bolt", "_meta", "README.md", "manifest.yaml", "SHA256SUMS",
            ])
        #expect(files[root + "manifest.yaml"] == Array("version: 2\n".utf8))
        #expect(
            names.count { $0.hasPrefix("_meta/soft/") } == 30 && names.count { $0.hasPrefix("_meta/records/") } == 30)
        // Records don't state where a picture was made.
        for (name, bytes) in files where name.contains("_meta/records/") {
            #expect(!String(decoding: bytes, as: UTF8.self).contains("cpu"), "\(name)")
        }
        let card = String(decoding: files[root + "README.md"] ?? [], as: UTF8.self)
        #expect(card.contains("licence unknown"))
        // Every file except the list itself is in the list, with its digest.
        let sums = String(decoding: files[root + "SHA256SUMS"] ?? [], as: UTF8.self).split(separator: "\n")
        #expect(sums.count == files.count - 1)
        for line in sums {
            let parts = line.split(separator: " ", omittingEmptySubsequences: true)
            #expect(Digest.sha256(Data(files[root + parts[1]] ?? [])) == parts[0], "\(parts[1])")
        }
    }

    /// A model's terms are in the card of pictures drawn with it, and in no other card.
    @Test func theCardNamesTheTermsOfWhatDrewThePictures() throws {
        func card(_ facts: ExportStage.GeneratorFacts) throws -> String {
            var tests = try ExportTests()
            tests.generator = facts
            let files = try read(tests.export(try tests.place.archive(try Drawn.mvtec()), [("bent", 1)]))
            return String(decoding: try #require(files["nuts-2shot-s0-mvtec/README.md"]), as: UTF8.self)
        }
        let pasted = try card(generator)
        #expect(pasted.contains("Cut&Paste") && !pasted.contains("OpenRAIL") && !pasted.contains("Generator's model"))
        var facts = generator
        facts.phrase = "words on a model"
        facts.models = [.init(role: .diffusion, terms: nil)]
        #expect(try card(facts).contains("CreativeML OpenRAIL-M"))
        facts.models = [.init(role: .diffusion, terms: "Apache-2.0")]
        let stated = try card(facts)
        #expect(stated.contains("Generator's model: Apache-2.0.") && !stated.contains("OpenRAIL"))
        facts.isTrained = false
        #expect(try card(facts).contains("**Untrained weights"))
        facts.source = "sets/bought"
        #expect(try card(facts).contains("taken from `sets/bought`"))
    }

    @Test(arguments: ["none", "gz", "xz", "zst"])
    func twoRunsGiveOneDigest(compression: String) throws {
        let files = try Drawn.mvtec()
        let first = try export(try place.archive(files), [("bent", 3)], compression: compression)
        let other = try Place()
        let second = try export(try other.archive(files), [("bent", 3)], compression: compression, in: other)
        #expect(try Digest.sha256(file: first) == Digest.sha256(file: second))
        let note = try String(contentsOf: first.appendingPathExtension("sha256"), encoding: .utf8)
        #expect(note == "\(try Digest.sha256(file: first))  \(first.lastPathComponent)\n")
    }

    /// The test split goes along where it is asked for; its kinds don't mix with the synthetic ones.
    @Test func realPicturesGoAlong() throws {
        let url = try place.archive(try Drawn.mvtec())
        var wishes = SplitPlan.Wishes.standard
        wishes.takesRealTests = true
        let root = "nuts-2shot-s0-mvtec/", files = try read(try export(url, [("bent", 3)], wishes: wishes))
        let rows = try MVTecReader(files.keys.map { String($0.dropFirst(root.count)) }, category: "nut").rows
        #expect(rows.count { $0.label == "bent" } == 3 && rows.count { $0.label == "real_bent" } == 2)
        // One that nothing was made from, one of the test split.
        #expect(rows.count { $0.split == "test" && $0.label == "good" } == 2)
        let mask = try Image(bytes: try #require(files[root + "nut/ground_truth/real_bent/001_mask.png"]), name: "")
        #expect(mask == Drawn.mask(label: 255))
        let card = String(decoding: files[root + "README.md"] ?? [], as: UTF8.self)
        #expect(card.contains("| nut | test | 2 | 5 | bent 3, real_bent 2 |"), "\(card)")
        #expect(card.contains("`real_`"))
    }

    /// At full shot no normal is unused: good pictures of the test split stand in; without those some are held back,
    /// and that is said.
    @Test func fullShotHasGoodTestsAsWell() throws {
        let root = "nuts-2shot-s0-mvtec/"
        let own = try read(try export(try place.archive(try Drawn.mvtec()), [("bent", 3)], shots: nil))
        #expect(own.keys.count { $0.hasPrefix(root + "nut/train/good/") } == 3)
        #expect(own[root + "nut/test/good/000.png"] == (try Drawn.picture(20).png()))
        let other = try Place(), files = try Drawn.mvtec().filter { !$0.key.contains("test/good") }
        let held = try read(try export(try other.archive(files), [("bent", 3)], in: other, shots: nil))
        #expect(held.keys.count { $0.hasPrefix(root + "nut/train/good/") } == 2)
        #expect(held.keys.count { $0.hasPrefix(root + "nut/test/good/") } == 1)
        let card = String(decoding: held[root + "README.md"] ?? [], as: UTF8.self)
        #expect(card.contains("1 of the sample's normals are for testing"), "\(card)")
    }

    /// Every layout's archive is whole, the same twice, and each of its files has its digest.
    @Test func everyLayoutIsArchived() throws {
        let files = try Drawn.mvtec(), url = try place.archive(files)
        let other = try Place(), otherURL = try other.archive(files)
        for type in ExportLayouts.all {
            func make(_ type: (some ExportLayout).Type) -> any ExportLayout { type.init(.init()) }
            let layout = make(type), root = "nuts-2shot-s0-\(type.name)/"
            let first = try export(url, [("bent", 4), ("cut", 3)], compression: "none", layout: layout)
            let second = try export(
                otherURL, [("bent", 4), ("cut", 3)], compression: "none", in: other, layout: layout)
            #expect(try Digest.sha256(file: first) == Digest.sha256(file: second), "\(type.name)")
            let read = try read(first)
            let sums = String(decoding: read[root + "SHA256SUMS"] ?? [], as: UTF8.self).split(separator: "\n")
            #expect(sums.count == read.count - 1 && sums.count > 3, "\(type.name)")
            for line in sums {
                let parts = line.split(separator: " ", omittingEmptySubsequences: true)
                #expect(Digest.sha256(Data(read[root + parts[1]] ?? [])) == parts[0], "\(type.name) \(parts[1])")
            }
            let card = String(decoding: read[root + "README.md"] ?? [], as: UTF8.self)
            #expect(card.contains("## Terms"), "\(type.name)")
            #expect(card.hasPrefix("---\nlicense: unknown\n") == ["imagefolder", "webdataset"].contains(type.name))
        }
    }

    /// JPEG sources become PNG of the same pixels; PNG sources keep their bytes and their channels.
    @Test func normalsKeepTheirPixels() throws {
        let visa = try Drawn.visa("candle")
        let files = try read(try export(try place.archive(visa), [("bent", 1)]))
        let name = "nuts-2shot-s0-mvtec/candle/train/good/000.png"
        let exported = try Image(bytes: try #require(files[name]), name: name)
        let sources = try (0..<3).map {
            try Image(bytes: visa["candle/Data/Images/Normal/00\($0).JPG"] ?? [], name: "source")
        }
        #expect(sources.contains(exported))
        let card = String(decoding: files["nuts-2shot-s0-mvtec/README.md"] ?? [], as: UTF8.self)
        // Called as a category of VisA's, and somebody's own by its numbers.
        #expect(card.contains("licence unknown") && !card.contains("VisA"))

        let other = try Place()
        let grey = try Drawn.mvtec("screw", channels: 1)
        let tree = try read(try export(try other.archive(grey), [("bent", 1)], channels: 1, in: other))
        let bytes = try #require(tree["nuts-2shot-s0-mvtec/screw/train/good/001.png"])
        #expect(grey.values.contains(bytes))
        #expect(try Image(bytes: bytes, name: "").channels == 1)
        let screwCard = String(decoding: tree["nuts-2shot-s0-mvtec/README.md"] ?? [], as: UTF8.self)
        #expect(screwCard.contains("licence unknown") && !screwCard.contains("CC BY-NC-SA"))
    }

    /// MVTec AD's smallest category, told by its numbers of pictures.
    @Test func thePublishedSetsLicenceTravelsWithItsPictures() throws {
        let known = try #require(PublishedDataset.mvtec["toothbrush"]?.counts)
        var files = try Drawn.mvtec("toothbrush", normals: 3).filter { $0.key.contains("/train/") }
        for number in 3..<known.train {
            files["toothbrush/train/good/\(100 + number).png"] = try Drawn.picture(number).png()
        }
        for number in 0..<known.testGood {
            files["toothbrush/test/good/\(100 + number).png"] = try Drawn.picture(200 + number % 20).png()
        }
        let tree = try read(try export(try place.archive(files), [("bent", 1)]))
        let card = String(decoding: tree["nuts-2shot-s0-mvtec/README.md"] ?? [], as: UTF8.self)
        #expect(card.contains("CC BY-NC-SA 4.0") && card.contains("only under the same licence"))
    }

    /// "-" comes before "/": the order of names is not the order of folders with their slash.
    @Test func namesThatBeginAlikeAreInOrder() throws {
        let url = try place.archive(try Drawn.mvtec("nut").merging(Drawn.mvtec("nut-2")) { first, _ in first })
        let files = try read(try export(url, [("bent", 1), ("bent-over", 1)]))
        for category in ["nut", "nut-2"] {
            let rows = try MVTecReader(
                files.keys.map { String($0.dropFirst("nuts-2shot-s0-mvtec/".count)) }, category: category
            ).rows
            #expect(rows.map(\.label).sorted() == ["bent", "bent-over", "good", "good", "good"])
        }
    }

    @Test func twoCategoriesNeverShareAFolder() throws {
        let url = try place.archive(try Drawn.mvtec("hex bolt").merging(Drawn.mvtec("hex.bolt")) { first, _ in first })
        let error = #expect(throws: Failure.self) { try export(url, [("bent", 1)]) }
        #expect(error?.description.contains("hex_bolt") == true)
    }

    /// The checker itself finds the faults that it is made for.
    @Test func theCheckerFindsFaults() throws {
        let good = ["n/train/good/0.png", "n/test/bent/1.png", "n/ground_truth/bent/1_mask.png"]
        #expect(try MVTecReader(good, category: "n").rows.count == 2)
        for (extra, fault) in [
            ("n/preview.png", MVTecReader.Fault.depth("n/preview.png")),
            ("n/train/bent/1.png", .anomalyInTraining("n/train/bent/1.png")),
            ("n/test/bent/2.png", .count(images: 2, masks: 1)),
        ] {
            #expect(throws: fault) { try MVTecReader(good + [extra], category: "n") }
        }
        let unpadded = [1, 2, 10].flatMap { ["n/test/bent/\($0).png", "n/ground_truth/bent/\($0)_mask.png"] }
        #expect(throws: MVTecReader.Fault.self) { try MVTecReader(unpadded, category: "n") }
    }
}
