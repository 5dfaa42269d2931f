import Foundation
import MethodKit
import ParameterKit

/// Hugging Face's ImageFolder: pictures with a table of their facts.
///
/// *Source*: the documentation of `datasets`: `metadata.jsonl` in a split's folder, a line for each picture; `file_name`
/// and columns that end with `_file_name` become pictures, paths relative to the table. Every line has every column.
package struct ImageFolderLayout: ExportLayout {
    package struct Settings: Parameters {
        package init() {}
    }

    package static let name = "imagefolder"
    package static let version = 1
    package static let doc = "Hugging Face's ImageFolder with metadata.jsonl"
    package static let split = SplitRule.shares

    package var settings: Settings
    package init(_ settings: Settings = Settings()) { self.settings = settings }

    package func files(of set: ExportSet) throws -> [ExportFile] {
        var files: [ExportFile] = []
        var parts: Set<ExportSet.Part> = []
        set.forEach(groupedBy: MVTecLayout.group) { item in
            let path = COCOLayout.path(item), part = item.picture.part.rawValue
            parts.insert(item.picture.part)
            files.append(ExportFile("\(part)/images/\(path).png", item.picture.image))
            files.append(ExportFile("\(part)/masks/\(path).png", item.picture.fullMask(path)))
            files.append(ExportFile("\(part)/soft/\(path).png", item.picture.fullSoftLabel(path)))
            if let record = item.picture.record {
                files.append(ExportFile("_meta/records/\(part)/\(path).json", record))
            }
        }
        for part in ExportSet.Part.allCases where parts.contains(part) {
            files.append(
                ExportFile("\(part.rawValue)/metadata.jsonl") { url in
                    let file = try TextFile(url)
                    try set.forEach(groupedBy: MVTecLayout.group) { item in
                        if item.picture.part == part { try file.write(Self.facts(item).line) }
                    }
                    try file.close()
                })
        }
        return files
    }

    private static func facts(_ item: ExportSet.Numbered) -> JSONValue {
        let path = COCOLayout.path(item), picture = item.picture
        return [
            "file_name": .string("images/\(path).png"), "mask_file_name": .string("masks/\(path).png"),
            "soft_file_name": .string("soft/\(path).png"), "category": .string(item.category.name),
            "kind": .string(picture.kind ?? ExportSet.good), "label": .int(picture.kind == nil ? 0 : 1),
            "origin": .string(picture.origin.rawValue), "source": .string(picture.source),
        ]
    }

    package func explanation(of set: ExportSet) -> [String] {
        [
            "Hugging Face's ImageFolder: `load_dataset(\"imagefolder\", data_dir=…)` gives the columns `image`, `mask` (0 or 255; nothing is marked in",
            "good parts), `soft` (soft label, 16 bits, value / 65535; the mask where there is none), `category`, `kind` (`good` for normal pictures),",
            "`label` (0 or 1), `origin` and `source`. `_meta/records/` says how each picture was made.",
        ] + Explanation.shares
    }

    package func cardHeader(of set: ExportSet) -> [String] { CardHeader.configuration(of: set) { "\($0.rawValue)/**" } }
}
