import AnomalyDatasets
import Foundation
import Imaging
import StageKit

/// One category's part of an export: its k normals and its synthetic pictures.
struct ExportedCategory {
    let name: String
    let dataset: DatasetRecord
    let normals: [(record: ImageRecord, file: URL)]
    /// Defect folder → units, in the list's order.
    let defects: [(folder: String, units: [(picture: PooledUnit, label: PooledUnit)])]

    init(_ context: JobContext, name: String) throws {
        self.name = name
        let ingest = try context.input("ingest:\(name)")
        let ingested = try IngestedCategory(folder: ingest.data)
        let sample = try SampleRecord(folder: try context.input("sample:\(name)").data)
        dataset = try JSONDecoder().decode(
            DatasetRecord.self, from: try DurableFile.read(ingest.data.appendingPathComponent("dataset.json")))
        normals = try ingested.images(of: sample).map { ($0, ingested.url($0.file)) }
        let lines: [ListedUnit] = try JSONLines.read(
            from: try context.input("generate:\(name)").data.appendingPathComponent("list.jsonl"))
        let folders = lines.reduce(into: [String]()) { found, line in
            let folder = ExportNames.defect(line.anomaly)
            if !found.contains(folder) { found.append(folder) }
        }
        defects = folders.map { folder in
            (
                folder,
                lines.filter { ExportNames.defect($0.anomaly) == folder }.map {
                    (context.store.unit($0.unit), context.store.unit($0.labelUnit))
                }
            )
        }
        for (_, units) in defects {
            for unit in units {
                try unit.picture.check()
                if unit.label.id != unit.picture.id { try unit.label.check() }
            }
        }
    }

    var largestFolder: Int { max(normals.count, defects.map(\.units.count).max() ?? 0) }
    var syntheticCount: Int { defects.reduce(0) { $0 + $1.units.count } }

    /// Path below the tarball's folder → bytes.
    func files(_ names: ExportNames) throws -> [String: () throws -> Data] {
        var files: [String: () throws -> Data] = [:]
        let folder = ExportNames.folder(name)
        for (index, normal) in normals.enumerated() {
            files[names.trainGood(folder, index)] = { try Self.png(normal.file) }
        }
        for (defect, units) in defects {
            for (index, unit) in units.enumerated() {
                files[names.test(folder, defect, index)] = { try DurableFile.read(unit.picture.file("image.png")) }
                files[names.mask(folder, defect, index)] = { try DurableFile.read(unit.label.file("mask.png")) }
                files[names.softLabel(folder, defect, index)] = { try DurableFile.read(unit.label.file("soft.png")) }
                files[names.record(folder, defect, index)] = { try Self.record(unit.picture, label: unit.label) }
            }
        }
        return files
    }

    /// The original bytes of a PNG; other pictures as PNG of the same pixels, since readers of this layout see PNG
    /// alone.
    private static func png(_ file: URL) throws -> Data {
        let bytes = try DurableFile.read(file)
        let signature: [UInt8] = [0x89, 0x50, 0x4E, 0x47]
        if bytes.starts(with: signature) { return bytes }
        return Data(try Image(contentsOf: file.path).png())
    }

    /// Without provenance: on which device a picture was made is not part of a data set.
    private static func record(_ unit: PooledUnit, label: PooledUnit) throws -> Data {
        var members = try unit.record().object ?? [:]
        members["provenance"] = nil
        if label.id != unit.id { members["label"] = try label.record() }
        return Data(JSONValue.object(members).prettyText.utf8)
    }
}
