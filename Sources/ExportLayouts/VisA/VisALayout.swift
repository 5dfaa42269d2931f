import Foundation
import MethodKit
import ParameterKit

/// VisA's layout as it is downloaded, with its tables.
///
/// *Source*: the published archive: `<category>/Data/Images/{Normal,Anomaly}`, `<category>/Data/Masks/Anomaly`,
/// `image_anno.csv` for each category, and `split_csv/1cls.csv`, which says what is for training. Pictures are PNG here;
/// readers take their names from the tables.
package struct VisALayout: ExportLayout {
    package struct Settings: Parameters {
        package init() {}
    }

    package static let name = "visa"
    package static let version = 1
    package static let doc = "VisA's layout with its tables"
    package static let split = SplitRule.normalTraining

    package var settings: Settings
    package init(_ settings: Settings = Settings()) { self.settings = settings }

    package func files(of set: ExportSet) throws -> [ExportFile] {
        var files: [ExportFile] = []
        set.forEach(groupedBy: Self.group) { item in
            files.append(ExportFile(Self.picture(item), item.picture.image))
            if let mask = item.picture.mask { files.append(ExportFile(Self.mask(item), mask)) }
            files += item.metadata("\(item.category.folder)/\(Self.group(item.picture))/\(item.number)")
        }
        for category in set.categories {
            let folder = category.folder
            files.append(
                ExportFile("\(category.folder)/image_anno.csv") { url in
                    let file = try TextFile(url)
                    try file.write("image,label,mask\n")
                    try set.forEach(groupedBy: Self.group) { item in
                        guard item.category.folder == folder else { return }
                        let label = item.picture.kind == nil ? "normal" : item.picture.folder
                        try file.write("\(Self.picture(item)),\(label),\(Self.maskCell(item))\n")
                    }
                    try file.close()
                })
        }
        files.append(
            ExportFile("split_csv/1cls.csv") { url in
                let file = try TextFile(url)
                try file.write("object,split,label,image,mask\n")
                try set.forEach(groupedBy: Self.group) { item in
                    let label = item.picture.kind == nil ? "normal" : "anomaly"
                    try file.write(
                        "\(item.category.folder),\(item.picture.part.rawValue),\(label),\(Self.picture(item)),\(Self.maskCell(item))\n"
                    )
                }
                try file.close()
            })
        return files
    }

    private static func group(_ picture: ExportSet.Picture) -> String { picture.kind == nil ? "Normal" : "Anomaly" }

    private static func picture(_ item: ExportSet.Numbered) -> String {
        "\(item.category.folder)/Data/Images/\(group(item.picture))/\(item.number).png"
    }

    private static func mask(_ item: ExportSet.Numbered) -> String {
        "\(item.category.folder)/Data/Masks/Anomaly/\(item.number).png"
    }

    private static func maskCell(_ item: ExportSet.Numbered) -> String {
        item.picture.mask == nil ? "" : mask(item)
    }

    package func explanation(of set: ExportSet) -> [String] {
        [
            "VisA's: `<category>/Data/Images/{Normal,Anomaly}/000.png`, `<category>/Data/Masks/Anomaly/000.png` (0 or 255),",
            "`<category>/image_anno.csv` with the kind of each picture, and `split_csv/1cls.csv`, which says what is for training (normal pictures) and",
            "for testing. Some readers take VisA's own twelve categories alone. \(Explanation.metadata)",
        ]
    }
}
