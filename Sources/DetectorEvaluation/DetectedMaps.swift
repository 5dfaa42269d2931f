import Foundation
import Imaging
import ParameterKit
import StageKit

/// The maps that this program's own detection left: the folder of a detect object, one category under one detector.
struct DetectedMaps: Sendable {
    let data: URL
    /// Id → record.
    let records: [String: DetectionRecord]
    /// As the object was asked, so that the figures are its own.
    let comparison: MapComparison

    /// nil where the folder is none.
    ///
    /// - Parameter folder: the object, or its `data`.
    /// - Throws: for files that can't be read.
    init?(_ folder: URL) throws {
        let inside = folder.appendingPathComponent("data/scores.jsonl")
        let object = try DurableFile.exists(inside) ? folder : folder.deletingLastPathComponent()
        data = object.appendingPathComponent("data")
        let identity = object.appendingPathComponent("identity.json")
        guard data.path == folder.path || object == folder,
            try DurableFile.exists(data.appendingPathComponent("scores.jsonl")), try DurableFile.exists(identity)
        else { return nil }
        let bytes = try DurableFile.read(identity)
        guard let asked = try? ObjectIdentity(json: JSONValue(parsing: bytes)), asked.stage == "detect" else {
            return nil
        }
        guard try DurableFile.exists(object.appendingPathComponent("done.json")) else {
            throw Failure(
                .inputMissing, "its detection is not finished", at: folder.path, remedy: "Run its manifest to the end.")
        }
        let lines: [DetectionRecord] = try JSONLines.read(from: data.appendingPathComponent("scores.jsonl"))
        records = Dictionary(lines.map { ($0.id, $0) }, uniquingKeysWith: { first, _ in first })
        comparison = MapComparison(
            size: asked.asked["size"]?.int, smoothing: asked.asked["smoothing"]?.number ?? 0)
    }

    var categories: Set<String> {
        Set(records.keys.compactMap { $0.split(separator: "/").first.map(String.init) })
    }

    /// Where a picture's map lies, or those of its tiles; nil: it has no record.
    ///
    /// - Parameter names: that the picture may have.
    func place(_ names: [String]) -> AnomalyMapFolder.Place? {
        guard let record = names.lazy.compactMap({ records[$0] }).first else { return nil }
        if let map = record.map { return .whole(data.appendingPathComponent(map)) }
        return record.tiles.flatMap { tiles in
            tiles.grid.map { .tiles($0, tiles.maps.map { data.appendingPathComponent($0.map) }) }
        }
    }
}
