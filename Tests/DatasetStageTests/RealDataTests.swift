import AnomalyDatasets
import Foundation
import Imaging
import IngestStage
import StageKit
import Testing

/// Real archives, where they are: `FLAWSMITH_TEST_DATA`, else `../shared/data` beside the package. Without them these
/// tests are skipped.
private let realData =
    ProcessInfo.processInfo.environment["FLAWSMITH_TEST_DATA"].map { URL(fileURLWithPath: $0) }
    ?? URL(fileURLWithPath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
    .deletingLastPathComponent()
    .deletingLastPathComponent().appendingPathComponent("shared/data")

private func isThere(_ name: String) -> Bool {
    FileManager.default.fileExists(atPath: realData.appendingPathComponent(name).path)
}

@Suite(.serialized) struct RealDataTests {
    let place: Place
    init() throws { place = try Place() }

    @Test(.enabled(if: isThere("mvtec/screw.tar.xz"), "set FLAWSMITH_TEST_DATA to a folder with mvtec/screw.tar.xz"))
    func screw() throws {
        let (found, said) = try place.ingest(realData.appendingPathComponent("mvtec/screw.tar.xz"))
        let screw = try #require(found["screw"])
        #expect(screw.trainingNormals.count == 64)
        #expect(screw.tests.count { !$0.anomalous } == 41)
        for (defect, count) in PublishedDataset.mvtec["screw"]?.counts?.defects ?? [:] {
            #expect(screw.tests.count { $0.defect == defect && $0.mask != nil } == count, "\(defect)")
        }
        #expect(screw.records.allSatisfy { $0.channels == 1 && $0.width == 1024 && $0.height == 1024 })
        #expect(
            said == [
                "screw: not MVTec AD's official archive; its SHA-256 is \(try Digest.sha256(file: realData.appendingPathComponent("mvtec/screw.tar.xz")))",
                "screw has 64 training pictures, as published it has 320",
            ])
    }

    @Test(
        .enabled(
            if: isThere("visa/VisA_magnetic_tile.tar"),
            "set FLAWSMITH_TEST_DATA to a folder with visa/VisA_magnetic_tile.tar"))
    func magneticTile() throws {
        let (found, said) = try place.ingest(realData.appendingPathComponent("visa/VisA_magnetic_tile.tar"))
        let tile = try #require(found["magnetic_tile"])
        // 952 normal and 388 anomalous pictures in the archive, all of them in its table.
        #expect(tile.records.count { !$0.anomalous } == 952)
        #expect(tile.records.count { $0.anomalous && $0.mask != nil } == 388)
        #expect(
            Set(tile.records.filter(\.anomalous).map(\.defect)) == ["blowhole", "break", "crack", "fray", "uneven"])
        var empty = 0
        for record in tile.records.filter(\.anomalous).prefix(40) {
            let mask = try Mask(contentsOf: tile.url(try #require(record.mask)).path, above: 127)
            #expect(mask.width == record.width && mask.height == record.height)
            if mask.isEmpty { empty += 1 }
        }
        #expect(empty == 0)
        #expect(!said.contains { $0.contains("left out") || $0.contains("no picture") })
    }
}
