import AnomalyDatasets
import Archives
import Foundation
import MethodKit
import ParameterKit

/// WebDataset's shards: tars in which the files of a sample stand together under one key.
///
/// *Source*: WebDataset's documentation: a key is the path up to the first dot of its last part; what follows names the
/// column. Hugging Face's reader wants the same columns in every sample, so normal pictures have an empty mask.
package struct WebDatasetLayout: ExportLayout {
    package struct Settings: Parameters {
        @Key("Most that a shard holds, with its unit; one sample may be larger.", .bytes(1_000_000...1_000_000_000_000))
        package var shard = 250_000_000
        package init() {}
    }

    package static let name = "webdataset"
    package static let version = 1
    package static let doc = "WebDataset's shards of pictures, masks and records"
    package static let split = SplitRule.shares

    package var settings: Settings
    package init(_ settings: Settings = Settings()) { self.settings = settings }

    package func files(of set: ExportSet) throws -> [ExportFile] {
        var samples: [ExportSet.Part: [WebDatasetSample]] = [:]
        set.forEach(groupedBy: MVTecLayout.group) { samples[$0.picture.part, default: []].append(WebDatasetSample($0)) }
        var files: [ExportFile] = []
        for part in ExportSet.Part.allCases {
            // Mixed, so that a reader that goes through a shard in order meets all kinds.
            var mixed = (samples[part] ?? []).map { (rank: $0.rank, sample: $0) }.sorted {
                ($0.rank, $0.sample.name) < ($1.rank, $1.sample.name)
            }.map(\.sample)
            let width = ExportNames(largestFolder: mixed.count)
            for index in mixed.indices { mixed[index].key = "\(width.number(index))-\(mixed[index].name)" }
            for (number, shard) in try shards(mixed).enumerated() {
                let digits = String(number)
                let name = String(repeating: "0", count: max(0, 6 - digits.count)) + digits
                files.append(
                    ExportFile("\(part.rawValue)/\(part.rawValue)-\(name).tar") { url in
                        let writer = try TarWriter(path: url.path, compression: .none)
                        for sample in shard {
                            for (ending, bytes) in sample.files {
                                try writer.addFile("\(sample.key).\(ending)", [UInt8](try bytes()))
                            }
                        }
                        try writer.finish()
                    })
            }
        }
        return files
    }

    /// Samples in order, as many to a shard as fit.
    private func shards(_ samples: [WebDatasetSample]) throws -> [[WebDatasetSample]] {
        var shards: [[WebDatasetSample]] = [], size = 0
        for sample in samples {
            let own = try sample.size()
            if shards.isEmpty || size + own > settings.shard {
                shards.append([])
                size = 0
            }
            shards[shards.count - 1].append(sample)
            size += own
        }
        return shards
    }

    package func explanation(of set: ExportSet) -> [String] {
        [
            "WebDataset's: `train/train-000000.tar` and so on hold samples of `image.png`, `mask.png` (0 or 255; nothing is marked in good parts),",
            "`soft.png` (soft label, 16 bits, value / 65535; the mask where there is none) and `json` (`category`, `kind`, `label` 0 or 1, `origin`, `source`,",
            "`record`: how it was made, as text). Samples are mixed. Unpack this archive first; the shards themselves are read packed.",
        ] + Explanation.shares
    }

    package func cardHeader(of set: ExportSet) -> [String] {
        CardHeader.configuration(of: set) { "\($0.rawValue)/*.tar" }
    }
}

/// One sample of a shard.
private struct WebDatasetSample: Sendable {
    let name: String
    var key = ""
    private let item: ExportSet.Numbered

    init(_ item: ExportSet.Numbered) {
        self.item = item
        name = "\(item.category.folder)-\(item.picture.folder)-\(item.number)"
    }

    var rank: UInt64 { ShotChoice.rank(name, category: item.category.folder, seed: 0) }

    /// By ascending names, as tars are written.
    var files: [(ending: String, bytes: ExportSet.Bytes)] {
        let (category, picture, name) = (item.category, item.picture, name)
        return [
            ("image.png", picture.image),
            (
                "json",
                {
                    let facts: JSONValue = [
                        "category": .string(category.name), "kind": .string(picture.kind ?? ExportSet.good),
                        "label": .int(picture.kind == nil ? 0 : 1), "origin": .string(picture.origin.rawValue),
                        "source": .string(picture.source),
                        "record": .string(try picture.record.map { String(decoding: try $0(), as: UTF8.self) } ?? ""),
                    ]
                    return Data(facts.prettyText.utf8)
                }
            ),
            ("mask.png", picture.fullMask(name)), ("soft.png", picture.fullSoftLabel(name)),
        ]
    }

    /// In a tar: a header of 512 bytes for each file, contents filled up to as many.
    func size() throws -> Int {
        try files.reduce(0) { sum, file in sum + 512 + (try file.bytes().count + 511) / 512 * 512 }
    }
}
