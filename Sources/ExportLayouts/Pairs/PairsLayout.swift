import AnomalyDatasets
import Foundation
import Imaging
import MethodKit
import ParameterKit

/// Pictures of damage with their masks, side by side: what the scripts of papers on making anomalies train on.
///
/// *Source*: the loaders of AnomalyDiffusion and its followers: `<category>/<kind>/image/0.jpg` and `mask/0.jpg`,
/// numbered from 0 without gaps; masks are read at half their range; `image` may not occur elsewhere in a path, since
/// they replace it there as well.
package struct PairsLayout: ExportLayout {
    package struct Settings: Parameters {
        @Key("Quality of the pictures' JPEG; masks have 100.", .in(50...100))
        package var quality = 95
        package init() {}
    }

    package static let name = "pairs"
    package static let version = 1
    package static let doc =
        "pairs of picture and mask in JPEG, as AnomalyDiffusion's scripts read them; no normal pictures"
    package static let split = SplitRule.damageAlone

    package var settings: Settings
    package init(_ settings: Settings = Settings()) { self.settings = settings }

    /// `image` is kept out of every name.
    package static func folder(_ name: String) -> String {
        let plain = ExportSet.plainFolder(name)
        return plain.lowercased().contains("image")
            ? plain.replacingOccurrences(of: "image", with: "picture", options: .caseInsensitive) : plain
    }

    package func files(of set: ExportSet) throws -> [ExportFile] {
        var files: [ExportFile] = []
        let quality = settings.quality
        set.forEach(groupedBy: \.folder) { item in
            let number = String(Int(item.number) ?? 0), picture = item.picture
            guard let mask = picture.mask else { return }
            let folder = "\(item.category.folder)/\(picture.folder)"
            files.append(
                ExportFile("\(folder)/image/\(number).jpg") {
                    Data(try Image(bytes: [UInt8](picture.image()), name: folder).rgb().jpeg(quality: quality))
                })
            files.append(
                ExportFile("\(folder)/mask/\(number).jpg") {
                    Data(try Image(bytes: [UInt8](mask()), name: folder).grey().jpeg(quality: 100))
                })
            files += item.metadata("\(folder)/\(number)")
        }
        return files
    }

    package func explanation(of set: ExportSet) -> [String] {
        [
            "Pairs: `<category>/<kind>/image/0.jpg` is a picture of damage, `<category>/<kind>/mask/0.jpg` its mask, marked from half the range on. Numbers",
            "begin at 0. There are no normal pictures. \(Explanation.metadata)",
        ]
    }
}
