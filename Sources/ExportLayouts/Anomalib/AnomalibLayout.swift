import Foundation
import MethodKit
import ParameterKit

/// Folders for anomalib's `Folder` data module, with its settings ready in a YAML file for each category, and a table
/// for `Tabular`.
///
/// *Source*: anomalib 2.7.0's `make_folder_dataset`: pictures and masks are paired by the order of their whole paths,
/// and a picture's stem must be part of its mask's.
package struct AnomalibLayout: ExportLayout {
    package struct Settings: Parameters {
        package init() {}
    }

    package static let name = "anomalib"
    package static let version = 1
    package static let doc = "anomalib's `Folder`, with its settings in a YAML file for each category"
    package static let split = SplitRule.normalTraining

    package var settings: Settings
    package init(_ settings: Settings = Settings()) { self.settings = settings }

    package func files(of set: ExportSet) throws -> [ExportFile] {
        var files: [ExportFile] = []
        set.forEach(groupedBy: MVTecLayout.group) { item in
            files.append(ExportFile(Self.picture(item), item.picture.image))
            if let mask = item.picture.mask { files.append(ExportFile(Self.mask(item), mask)) }
            files += item.metadata("\(item.category.folder)/\(item.picture.folder)/\(item.number)")
        }
        for category in set.categories {
            let text = Self.configuration(of: category)
            files.append(ExportFile("\(category.folder).yaml") { Data(text.utf8) })
        }
        files.append(ExportFile("samples.csv") { url in try Self.table(of: set, to: url) })
        return files
    }

    private static func picture(_ item: ExportSet.Numbered) -> String {
        let folder =
            switch (item.picture.kind, item.picture.part) {
            case (.some, _): "abnormal/\(item.picture.folder)"
            case (nil, .train): "normal"
            case (nil, _): "normal_test"
            }
        return "\(item.category.folder)/\(folder)/\(item.number).png"
    }

    private static func mask(_ item: ExportSet.Numbered) -> String {
        "\(item.category.folder)/mask/\(item.picture.folder)/\(item.number).png"
    }

    /// The folders' order is that of their names, as pictures and masks are paired.
    private static func configuration(of category: ExportSet.Category) -> String {
        let kinds = Set(category.pictures.filter { $0.kind != nil }.map(\.folder)).sorted()
        func list(_ folder: String) -> String {
            "[" + kinds.map { JSONValue.string("\(folder)/\($0)").canonicalText }.joined(separator: ", ") + "]"
        }
        var lines = [
            "class_path: anomalib.data.Folder", "init_args:",
            "  name: \(JSONValue.string(category.folder))", "  root: \(JSONValue.string(category.folder))",
            "  normal_dir: normal",
        ]
        if !kinds.isEmpty { lines += ["  abnormal_dir: \(list("abnormal"))", "  mask_dir: \(list("mask"))"] }
        if category.pictures.contains(where: { $0.kind == nil && $0.part != .train }) {
            lines.append("  normal_test_dir: normal_test")
        }
        lines += ["  extensions: [\".png\"]"]
        return lines.joined(separator: "\n") + "\n"
    }

    /// With the columns that `Tabular` knows by name, and three more.
    private static func table(of set: ExportSet, to url: URL) throws {
        let file = try TextFile(url)
        try file.write("image_path,label_index,split,mask_path,category,kind,origin\n")
        try set.forEach(groupedBy: MVTecLayout.group) { item in
            let cells = [
                picture(item), item.picture.kind == nil ? "0" : "1", item.picture.part.rawValue,
                item.picture.mask == nil ? "" : mask(item), item.category.folder, item.picture.folder,
                item.picture.origin.rawValue,
            ]
            try file.write(cells.joined(separator: ",") + "\n")
        }
        try file.close()
    }

    package func explanation(of set: ExportSet) -> [String] {
        [
            "For anomalib's `Folder`: `<category>/normal/` is for training, `<category>/normal_test/` and `<category>/abnormal/<kind>/` for testing,",
            "`<category>/mask/<kind>/` holds the masks (0 or 255). `<category>.yaml` has the data module's settings; in this folder, run",
            "",
            "    anomalib train --model Patchcore --data <category>.yaml",
            "",
            "`samples.csv` lists the same for `Tabular`. \(Explanation.metadata)",
        ]
    }
}
