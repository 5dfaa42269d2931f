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
    package static let version = 1
    package static let doc = "MVTec AD's layout"

    package var settings: Settings
    package init(_ settings: Settings = Settings()) { self.settings = settings }

    package func files(of set: SyntheticSet) throws -> [String: SyntheticSet.Bytes] {
        let names = ExportNames(largestFolder: set.categories.map(\.largestFolder).max() ?? 0)
        var files: [String: SyntheticSet.Bytes] = [:]
        for category in set.categories {
            let folder = ExportNames.folder(category.name)
            for (index, normal) in category.normals.enumerated() { files[names.trainGood(folder, index)] = normal }
            for (kind, pictures) in category.kinds {
                for (index, picture) in pictures.enumerated() {
                    files[names.test(folder, kind, index)] = picture.image
                    files[names.mask(folder, kind, index)] = picture.mask
                    files[names.softLabel(folder, kind, index)] = picture.softLabel
                    files[names.record(folder, kind, index)] = picture.record
                }
            }
        }
        return files
    }

    package func explanation(of set: SyntheticSet) -> [String] {
        let normals = set.isDrawnOnNormals ? "they were made from" : "that go with them"
        return [
            "MVTec AD's: `<category>/train/good/000.png` are the normals \(normals), `<category>/test/<kind>/000.png` the synthetic",
            "pictures (readers of this layout refuse anomalies under `train`), `<category>/ground_truth/<kind>/000_mask.png` their",
            "binary masks, 0 or 255, of the picture's size. There is no `test/good`: add normal pictures of your own to measure with.",
            "`_meta/soft/` holds the soft labels (16-bit PNG, value / 65535), `_meta/records/` how each picture was made.",
        ]
    }
}
