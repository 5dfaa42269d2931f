import Archives
import Foundation
import Imaging
import StarterData
import StarterWorld
import Testing

@Suite("The demo's archives", .serialized)
struct StarterArchiveTests {
    /// Every file of an archive.
    private func files(_ path: String) throws -> [String: [UInt8]] {
        let source = try openFileSource(path)
        var files: [String: [UInt8]] = [:]
        while let entry = try source.next() { files[entry.name] = try [UInt8](source.contents()) }
        return files
    }

    private func folder() throws -> URL {
        let url = FileManager.default.temporaryDirectory.appendingPathComponent(
            "starter-\(UInt64.random(in: 0 ... .max))")
        try FileManager.default.createDirectory(at: url, withIntermediateDirectories: true)
        return url
    }

    @Test("the archives that travel with the tool are those that this version writes")
    func shipped() throws {
        let kit = URL(fileURLWithPath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
            .deletingLastPathComponent()
            .appendingPathComponent("Manifests/starter")
        let stamp = try String(contentsOf: kit.appendingPathComponent("starter-data.version"), encoding: .utf8)
        #expect(
            stamp == "\(StarterArchives.version)\n",
            "write them anew: flawsmith starter --to Manifests/starter --archives")
        try checkMVTec(files(kit.appendingPathComponent(StarterArchives.mvtecName).path))
        try checkVisA(files(kit.appendingPathComponent(StarterArchives.visaName).path))
    }

    @Test("both layouts are complete, byte for byte the same each time, and not written twice")
    func archives() throws {
        let place = try folder(), again = try folder()
        defer { for url in [place, again] { try? FileManager.default.removeItem(at: url) } }
        #expect(try StarterArchives.write(to: place.path))
        #expect(try !StarterArchives.write(to: place.path))
        // A stamp without its archives counts for nothing.
        try FileManager.default.copyItem(
            at: place.appendingPathComponent("starter-data.version"),
            to: again.appendingPathComponent("starter-data.version"))
        #expect(try StarterArchives.write(to: again.path))
        for name in [StarterArchives.mvtecName, StarterArchives.visaName] {
            #expect(
                try Data(contentsOf: place.appendingPathComponent(name))
                    == Data(contentsOf: again.appendingPathComponent(name)))
        }
        let bytes = try [StarterArchives.mvtecName, StarterArchives.visaName].reduce(0) {
            try $0 + Data(contentsOf: place.appendingPathComponent($1)).count
        }
        #expect(bytes < 5_000_000)
        try checkMVTec(files(place.appendingPathComponent(StarterArchives.mvtecName).path))
        try checkVisA(files(place.appendingPathComponent(StarterArchives.visaName).path))
    }

    private func checkMVTec(_ files: [String: [UInt8]]) throws {
        for category in ["hex_nut", "tablet", "brushed_metal", "bottle", "tile"] {
            func names(_ prefix: String) -> [String] {
                files.keys.filter { $0.hasPrefix("\(category)/\(prefix)") }.sorted()
            }
            #expect(names("train/good/").count == 10 && names("test/good/").count == 8)
            let masks = names("ground_truth/"), kinds = try StarterWorld.damages(of: category)
            #expect(masks.count == 3 * kinds.count && names("test/").count == 8 + 3 * kinds.count)
            for kind in kinds { #expect(names("test/\(kind)/").count == 3) }
            for mask in masks {
                let picture = mask.replacingOccurrences(of: "ground_truth", with: "test").replacingOccurrences(
                    of: "_mask", with: "")
                let image = try Image(bytes: #require(files[picture]), name: picture),
                    truth = try Image(bytes: #require(files[mask]), name: mask)
                #expect(
                    truth.channels == 1 && Set(truth.pixels) == [0, 255] && truth.width == image.width
                        && truth.height == image.height)
                #expect(image.channels == (category == "hex_nut" ? 1 : 3))
            }
            #expect(files["\(category)/license.txt"] != nil)
            // Seeds that training never takes.
            let first = try StarterWorld.render(
                category: category, seed: StarterArchives.firstSeed, width: 128, height: 128
            ).image
            #expect(try files["\(category)/train/good/000.png"] == first.png() && StarterArchives.firstSeed >= 1 << 40)
        }
    }

    private func checkVisA(_ files: [String: [UInt8]]) throws {
        let text = String(decoding: try #require(files["split_csv/1cls.csv"]), as: UTF8.self)
        let count = try ["board", "capsule", "gear"].reduce(0) { try $0 + 18 + 3 * StarterWorld.damages(of: $1).count }
        #expect(text.utf8.filter { $0 == 13 }.count == 1 + count && text.hasSuffix("\r\n"))
        let rows = text.split(separator: "\r\n", omittingEmptySubsequences: true).dropFirst().map {
            $0.split(separator: ",", omittingEmptySubsequences: false).map(String.init)
        }
        #expect(rows.count == count)
        for row in rows {
            #expect(row.count == 5 && ["train", "test"].contains(row[1]) && (row[2] == "anomaly") == !row[4].isEmpty)
            let image = try ImageInfo(bytes: #require(files[row[3]]), name: row[3])
            #expect(image.format == .jpeg && image.width % 2 == 1 && image.height % 2 == 1)
            if row[4].isEmpty { continue }
            let map = try Image(bytes: #require(files[row[4]]), name: row[4])
            #expect(map.width == image.width && map.height == image.height && map.channels == 1)
            #expect(Set(map.pixels).isSubset(of: Set(0...7)) && Set(map.pixels).count > 1)
        }
        let annotations = String(decoding: try #require(files["board/image_anno.csv"]), as: UTF8.self)
        #expect(annotations.contains("\"scratch,burn\""))
        #expect(files["board/Data/Images/Normal/0000.JPG"] != nil && files["capsule/Data/Images/Normal/000.JPG"] != nil)
        #expect(files["split_csv/2cls_fewshot.csv"] != nil && files["split_csv/2cls_highshot.csv"] != nil)
    }
}
