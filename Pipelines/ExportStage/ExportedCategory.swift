import AnomalyDatasets
import ExportLayouts
import Foundation
import Imaging
import ParameterKit
import StageKit

/// One category's part of an export: its normals, its synthetic pictures and, where they are asked for, its real test
/// pictures, each in its split.
struct ExportedCategory {
    let name: String
    let dataset: DatasetRecord
    let pictures: [ExportSet.Picture]
    /// Where the normal pictures outside training come from.
    let goods: GoodTests
    /// Real test pictures of damage that were asked for and have no mask: no layout has room for them.
    let unlabelled: Int
    /// The normals of the sample that are tiles, and how many pictures those were cut from.
    let tiles: (count: Int, pictures: Int)

    struct GoodTests {
        /// Normals that the sample left.
        var unused = 0
        /// All of those.
        var unusedInAll = 0
        /// Good pictures of the data set's own test split.
        var ownTests = 0
        /// Normals of the sample.
        var heldBack = 0
    }

    init(_ inputs: ExportInputs, name: String, rule: SplitRule, wishes: SplitPlan.Wishes, strip: Bool) throws {
        self.name = name
        let ingest = try inputs("ingest:\(name)")
        let ingested = try IngestedCategory(folder: ingest.data)
        let sample = try SampleRecord(folder: try inputs("sample:\(name)").data)
        dataset = try JSONDecoder().decode(
            DatasetRecord.self, from: try DurableFile.read(ingest.data.appendingPathComponent("dataset.json")))
        let sampled = try ingested.images(of: sample), chosen = Set(sampled.map(\.picture))
        let unused = ingested.trainingNormals.filter { !chosen.contains($0.picture) }
        let normalTests = ingested.tests.filter { !$0.anomalous }
        let kinds = try Self.units(inputs, name)

        let plan = SplitPlan(
            rule,
            .init(
                category: name, sampled: sampled.map(\.id), unused: unused.map(\.id),
                normalTests: normalTests.map(\.id), synthetic: kinds.map { $0.units.map(\.unit) }), wishes)
        func normals(_ records: [ImageRecord], _ parts: [ExportSet.Part?]) -> [ExportSet.Picture] {
            zip(records, parts).compactMap { record, part in
                part.map { Self.picture(record, in: ingested, part: $0, origin: .normal) }
            }
        }
        var pictures =
            normals(sampled, plan.sampled) + normals(unused, plan.unused) + normals(normalTests, plan.normalTests)
        for (kind, parts) in zip(kinds, plan.synthetic) {
            for (unit, part) in zip(kind.units, parts) {
                pictures.append(Self.picture(unit, kind: kind.name, in: inputs.store, part: part, strip: strip))
            }
        }
        let damaged =
            wishes.takesRealTests && rule != .damageAlone
            ? ingested.tests.filter(\.anomalous).sorted { ($0.defect, $0.id) < ($1.defect, $1.id) } : []
        pictures += damaged.filter { !$0.maskIsUnknown }.map {
            Self.picture($0, in: ingested, part: .test, origin: .real)
        }
        self.pictures = pictures
        unlabelled = damaged.count(where: \.maskIsUnknown)
        goods = GoodTests(
            unused: plan.unused.count { $0 != nil }, unusedInAll: unused.count,
            ownTests: plan.normalTests.count { $0 != nil }, heldBack: plan.heldBack)
        let cut = sampled.filter { $0.tile != nil }
        tiles = (cut.count, Set(cut.map(\.picture)).count)
    }

    /// Kinds in the order of the list, which is the manifest's; every unit is looked at before anything is written.
    private static func units(_ inputs: ExportInputs, _ name: String) throws -> [(name: String, units: [ListedUnit])] {
        let lines: [ListedUnit] = try JSONLines.read(
            from: try inputs("generate:\(name)").data.appendingPathComponent("list.jsonl"))
        var names: [String] = []
        var units: [String: [ListedUnit]] = [:]
        for line in lines {
            if units[line.anomaly] == nil { names.append(line.anomaly) }
            units[line.anomaly, default: []].append(line)
            for unit in Set([line.unit, line.labelUnit, line.imageUnit]) { try inputs.store.unit(unit).check() }
        }
        return names.map { ($0, units[$0] ?? []) }
    }

    /// Paths are made when they are needed: there may be a hundred thousand pictures.
    private static func picture(
        _ unit: ListedUnit, kind: String, in store: ArtifactStore, part: ExportSet.Part, strip: Bool
    ) -> ExportSet.Picture {
        let (id, label, image) = (unit.unit, unit.labelUnit, unit.imageUnit)
        return ExportSet.Picture(
            part: part, origin: .synthetic, kind: kind, source: unit.source ?? "",
            image: {
                let bytes = try DurableFile.read(store.unit(image).file("image.png"))
                return strip ? bytes : try withRecipe(bytes, store.unit(id), label: store.unit(label))
            },
            mask: { try DurableFile.read(store.unit(label).file("mask.png")) },
            softLabel: { try DurableFile.read(store.unit(label).file("soft.png")) },
            record: { try record(store.unit(id), label: store.unit(label)) })
    }

    private static func picture(
        _ record: ImageRecord, in ingested: IngestedCategory, part: ExportSet.Part, origin: ExportSet.Origin
    ) -> ExportSet.Picture {
        let (folder, file) = (ingested.folder, record.file)
        var picture = ExportSet.Picture(
            part: part, origin: origin, kind: origin == .real ? record.defect : nil, source: record.id,
            image: { try png(folder.appendingPathComponent(file)) })
        if origin == .real, let mask = record.mask {
            picture.mask = { try DurableFile.read(folder.appendingPathComponent(mask)) }
        }
        return picture
    }

    /// The original bytes of a PNG; other pictures as PNG of the same pixels, since some readers only read PNG.
    private static func png(_ file: URL) throws -> Data {
        let bytes = try DurableFile.read(file)
        let signature: [UInt8] = [0x89, 0x50, 0x4E, 0x47]
        if bytes.starts(with: signature) { return bytes }
        return Data(try Image(contentsOf: file.path).png())
    }

    /// The picture with its record inside, for `flawsmith inspect`; the pixels stay as they are.
    private static func withRecipe(_ png: Data, _ unit: PooledUnit, label: PooledUnit) throws -> Data {
        let text = try members(unit, label: label).canonicalText
        return PNGText.adding(text, keyword: PNGText.recipeKeyword, to: [UInt8](png)).map { Data($0) } ?? png
    }

    private static func record(_ unit: PooledUnit, label: PooledUnit) throws -> Data {
        Data(try members(unit, label: label).prettyText.utf8)
    }

    /// Without provenance: on which device a picture was made is not part of a data set.
    private static func members(_ unit: PooledUnit, label: PooledUnit) throws -> JSONValue {
        var members = try unit.record().object ?? [:]
        members["provenance"] = nil
        if label.id != unit.id { members["label"] = try label.record() }
        return .object(members)
    }
}
