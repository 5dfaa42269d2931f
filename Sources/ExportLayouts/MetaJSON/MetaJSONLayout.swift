import Foundation
import MethodKit
import ParameterKit

/// MVTec AD's layout with a list of its pictures in `meta.json`, which readers of AnomalyCLIP's and ADer's kind want
/// beside the categories.
///
/// *Source*: what AnomalyCLIP's `generate_dataset_json` writes: for each split and class a list of `img_path`,
/// `mask_path` (empty for normal pictures), `cls_name`, `specie_name` and `anomaly` (0 or 1), paths below the root.
package struct MetaJSONLayout: ExportLayout {
    package struct Settings: Parameters {
        package init() {}
    }

    package static let name = "meta-json"
    package static let version = 1
    package static let doc = "MVTec AD's layout with `meta.json`, as AnomalyCLIP and ADer read it"
    package static let split = SplitRule.normalTraining

    package var settings: Settings
    package init(_ settings: Settings = Settings()) { self.settings = settings }

    package func files(of set: ExportSet) throws -> [ExportFile] {
        try MVTecLayout().files(of: set) + [ExportFile("meta.json") { url in try Self.write(set, to: url) }]
    }

    /// A line for each picture.
    private static func write(_ set: ExportSet, to url: URL) throws {
        let file = try TextFile(url)
        try file.write("{")
        for (index, part) in [ExportSet.Part.train, .test].enumerated() {
            try file.write("\(index > 0 ? "," : "")\n\(JSONValue.string(part.rawValue)): {")
            var open: String?
            try set.forEach(groupedBy: MVTecLayout.group) { item in
                guard item.picture.part == part else { return }
                let isNew = open != item.category.folder
                if isNew {
                    try file.write(open == nil ? "\n" : "\n],\n")
                    try file.write("\(JSONValue.string(item.category.folder)): [")
                    open = item.category.folder
                }
                let isDamaged = item.picture.kind != nil
                let line: JSONValue = [
                    "img_path": .string(MVTecLayout.picture(item)),
                    "mask_path": .string(isDamaged ? MVTecLayout.mask(item) : ""),
                    "cls_name": .string(item.category.folder), "specie_name": .string(item.picture.folder),
                    "anomaly": .int(isDamaged ? 1 : 0),
                ]
                try file.write("\(isNew ? "" : ",")\n\(line)")
            }
            try file.write(open == nil ? "}" : "\n]\n}")
        }
        try file.write("\n}\n")
        try file.close()
    }

    package func explanation(of set: ExportSet) -> [String] {
        MVTecLayout().explanation(of: set) + [
            "`meta.json` lists the pictures of each split and category: `img_path`, `mask_path` (empty for normal ones), `cls_name`,",
            "`specie_name` (the kind) and `anomaly` (0 or 1); paths begin at its folder.",
        ]
    }
}
