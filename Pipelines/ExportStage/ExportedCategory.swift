import AnomalyDatasets
import ExportLayouts
import Foundation
import Imaging
import ParameterKit
import StageKit

/// One category's part of an export: its k normals and its synthetic pictures.
struct ExportedCategory {
    let name: String
    let dataset: DatasetRecord
    let normals: [(record: ImageRecord, file: URL)]
    /// Defect folder → units, in the list's order.
    let defects: [(folder: String, units: [(picture: PooledUnit, label: PooledUnit, image: PooledUnit)])]

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
        // In the order of the list; one pass, since there may be tens of thousands.
        var folders: [String] = []
        var units: [String: [(picture: PooledUnit, label: PooledUnit, image: PooledUnit)]] = [:]
        for line in lines {
            let folder = ExportNames.defect(line.anomaly)
            if units[folder] == nil { folders.append(folder) }
            units[folder, default: []].append(
                (context.store.unit(line.unit), context.store.unit(line.labelUnit), context.store.unit(line.imageUnit)))
        }
        defects = folders.map { ($0, units[$0] ?? []) }
        for (_, units) in defects {
            for unit in units {
                try unit.picture.check()
                if unit.label.id != unit.picture.id { try unit.label.check() }
            }
        }
    }

    var syntheticCount: Int { defects.reduce(0) { $0 + $1.units.count } }

    /// As layouts see it.
    var synthetic: SyntheticSet.Category {
        SyntheticSet.Category(
            name: name, normals: normals.map { normal in { try Self.png(normal.file) } },
            kinds: defects.map { folder, units in
                (
                    folder,
                    units.map { unit in
                        SyntheticSet.Picture(
                            image: { try DurableFile.read(unit.image.file("image.png")) },
                            mask: { try DurableFile.read(unit.label.file("mask.png")) },
                            softLabel: { try DurableFile.read(unit.label.file("soft.png")) },
                            record: { try Self.record(unit.picture, label: unit.label) })
                    }
                )
            })
    }

    /// The original bytes of a PNG; other pictures as PNG of the same pixels, since readers of this layout only read
    /// PNG.
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
