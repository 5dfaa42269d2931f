import AnomalyDatasets
import MethodKit
import ParameterKit

/// MVTec AD's layout.
///
/// *Source*: MVTec AD's own archive with the reading rules of its readers: nothing but pictures inside category
/// folders, one mask per anomalous picture, numbers of one width (`ExportNames`). Synthetic anomalies are under
/// `test/<kind>`, since readers refuse anomalies in `train`.
package struct MVTecLayout: ExportLayout {
    package struct Settings: Parameters {
        package init() {}
    }

    package static let name = "mvtec"
    package static let version = 2
    package static let doc = "MVTec AD's layout"
    package static let split = SplitRule.normalTraining

    package var settings: Settings
    package init(_ settings: Settings = Settings()) { self.settings = settings }

    package func files(of set: ExportSet) throws -> [ExportFile] {
        var files: [ExportFile] = []
        set.forEach(groupedBy: Self.group) { item in
            files.append(ExportFile(Self.picture(item), item.picture.image))
            if let mask = item.picture.mask { files.append(ExportFile(Self.mask(item), mask)) }
            files += item.metadata("\(item.category.folder)/\(item.picture.folder)/\(item.number)")
        }
        return files
    }

    package func explanation(of set: ExportSet) -> [String] {
        let normals = set.isDrawnOnNormals ? "they were made from" : "that go with them"
        return [
            "MVTec AD's: `<category>/train/good/000.png` are the normals \(normals), `<category>/test/<kind>/000.png` the pictures of damage",
            "(readers of this layout refuse anomalies under `train`), `<category>/ground_truth/<kind>/000_mask.png` their",
            "binary masks, 0 or 255, of the picture's size, `<category>/test/good/000.png` normal pictures to test on.",
            Explanation.metadata,
        ]
    }
}

extension MVTecLayout {
    /// Numbers run within a folder.
    static func group(_ picture: ExportSet.Picture) -> String { "\(picture.part.rawValue)/\(picture.folder)" }

    static func picture(_ item: ExportSet.Numbered) -> String {
        "\(item.category.folder)/\(item.picture.part.rawValue)/\(item.picture.folder)/\(item.number).png"
    }

    static func mask(_ item: ExportSet.Numbered) -> String {
        "\(item.category.folder)/ground_truth/\(item.picture.folder)/\(item.number)_mask.png"
    }
}
