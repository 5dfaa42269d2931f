import AnomalyDatasets
import Foundation
import Imaging
import MethodKit
import ParameterKit

/// COCO's layout for instance segmentation: an annotation for each connected part of a mask.
///
/// *Source*: the data format of the COCO data set and pycocotools' mask functions: boxes [x, y, width, height] with
/// [0, 0, 1, 1] the first pixel; polygons are for single objects (`iscrowd` 0); counts of run lengths go down the
/// columns and begin with the number of pixels outside.
package struct COCOLayout: ExportLayout {
    package struct Settings: Parameters {
        @Key("What the classes are.") package var classes = ClassNames.kind
        @Key("How the parts of masks are written; both are exact to the pixel.")
        package var segmentation = Segmentation.polygons
        package init() {}
    }

    package enum Segmentation: String, KeyChoice {
        case polygons, rle

        package var doc: String {
            switch self {
            case .polygons:
                "one polygon around each connected part, along the borders of its pixels; holes are joined to it"
            case .rle: "run lengths down the columns, not compressed"
            }
        }
    }

    package static let name = "coco"
    package static let version = 1
    package static let doc = "COCO's instances: boxes, areas and polygons in JSON"
    package static let split = SplitRule.shares

    package var settings: Settings
    package init(_ settings: Settings = Settings()) { self.settings = settings }

    package func files(of set: ExportSet) throws -> [ExportFile] {
        var files: [ExportFile] = []
        var parts: Set<ExportSet.Part> = []
        set.forEach(groupedBy: MVTecLayout.group) { item in
            let path = Self.path(item), part = item.picture.part.rawValue
            parts.insert(item.picture.part)
            files.append(ExportFile("\(part)/\(path).png", item.picture.image))
            files += item.plainMask("\(part)/\(path)") + item.metadata("\(part)/\(path)")
        }
        let settings = settings
        for part in ExportSet.Part.allCases where parts.contains(part) {
            files.append(
                ExportFile("annotations/instances_\(part.rawValue).json") { url in
                    try COCOInstances(set: set, part: part, settings: settings).write(to: url)
                })
        }
        return files
    }

    static func path(_ item: ExportSet.Numbered) -> String {
        "\(item.category.folder)/\(item.picture.folder)/\(item.number)"
    }

    package func explanation(of set: ExportSet) -> [String] {
        let classes = settings.classes.all(in: set).enumerated().map { "\($0 + 1) `\($1)`" }.joined(separator: ", ")
        let form = settings.segmentation == .polygons ? "a polygon" : "run lengths"
        return [
            "COCO's: `train/`, `validation/` and `test/` hold the pictures, `annotations/instances_<split>.json` an annotation for each connected part of",
            "a mask: box, area in pixels, and \(form), exact to the pixel; `iscrowd` is 0. Classes: \(classes). Pictures of good parts have",
            "no annotations.",
        ] + Explanation.shares + ["`_meta/masks/` holds the masks, 0 or 255. \(Explanation.metadata)"]
    }
}
