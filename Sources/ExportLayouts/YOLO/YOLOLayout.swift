import Foundation
import Imaging
import MethodKit
import ParameterKit

/// YOLO's layout: a text file of segments or boxes beside each picture.
///
/// *Source*: Ultralytics' documentation of its segmentation and detection data sets: `images/<split>/…/x.png` with
/// `labels/<split>/…/x.txt`, a row for each object, `class x1 y1 … xn yn` or `class x y width height` (the centre first),
/// in shares of the picture's width and height; `data.yaml` names the splits and classes.
package struct YOLOLayout: ExportLayout {
    package struct Settings: Parameters {
        @Key("What the classes are.") package var classes = ClassNames.kind
        @Key("What the rows hold.") package var labels = Labels.segments
        package init() {}
    }

    package enum Labels: String, KeyChoice {
        case segments, boxes

        package var doc: String {
            switch self {
            case .segments: "one polygon around each connected part of the mask, along the borders of its pixels"
            case .boxes: "one box around each connected part of the mask"
            }
        }
    }

    package static let name = "yolo"
    package static let version = 1
    package static let doc = "YOLO's pictures with text files of segments or boxes"
    package static let split = SplitRule.shares

    package var settings: Settings
    package init(_ settings: Settings = Settings()) { self.settings = settings }

    /// Readers find a label by replacing the last `/images/` of a picture's path.
    package static func folder(_ name: String) -> String {
        let plain = ExportSet.plainFolder(name)
        return plain.lowercased() == "images" ? plain + "_" : plain
    }

    package func files(of set: ExportSet) throws -> [ExportFile] {
        var files: [ExportFile] = []
        let classes = settings.classes.all(in: set), settings = settings
        let numbers = Dictionary(classes.enumerated().map { ($1, $0) }, uniquingKeysWith: { first, _ in first })
        var parts: Set<ExportSet.Part> = []
        set.forEach(groupedBy: MVTecLayout.group) { item in
            let path = "\(item.picture.part.rawValue)/\(COCOLayout.path(item))"
            let number = settings.classes.name(item.category, item.picture).flatMap { numbers[$0] } ?? 0
            let picture = item.picture
            parts.insert(picture.part)
            files.append(ExportFile("images/\(path).png", picture.image))
            files.append(
                ExportFile("labels/\(path).txt") {
                    guard picture.mask != nil else { return Data() }
                    let outlines = Outlines(try picture.readMask(path))
                    return Data(
                        outlines.parts.map { settings.labels.row($0, outlines, number: number) }.joined().utf8)
                })
            files += item.plainMask(path) + item.metadata(path)
        }
        let yaml = Self.yaml(classes, parts)
        files.append(ExportFile("data.yaml") { Data(yaml.utf8) })
        return files
    }

    /// Without pictures for validation the test split stands in, or the training split, since readers want one.
    private static func yaml(_ classes: [String], _ parts: Set<ExportSet.Part>) -> String {
        let validation: ExportSet.Part =
            parts.contains(.validation) ? .validation : parts.contains(.test) ? .test : .train
        var lines = ["path: .", "train: images/train", "val: images/\(validation.rawValue)"]
        if parts.contains(.test) { lines.append("test: images/test") }
        lines.append(classes.isEmpty ? "names: {}" : "names:")
        for (index, name) in classes.enumerated() { lines.append("  \(index): \(JSONValue.string(name))") }
        return lines.joined(separator: "\n") + "\n"
    }

    package func explanation(of set: ExportSet) -> [String] {
        let form = settings.labels == .segments ? "`class x1 y1 … xn yn`" : "`class x y width height`, the centre first"
        return [
            "YOLO's: `images/<split>/…/000.png` with `labels/<split>/…/000.txt`, a row for each connected part of the mask: \(form),",
            "in shares of width and height. The text files of good parts are empty. `data.yaml` names splits and classes; set its `path` to this folder.",
        ] + Explanation.shares + ["`_meta/masks/` holds the masks, 0 or 255. \(Explanation.metadata)"]
    }
}

extension YOLOLayout.Labels {
    fileprivate func row(_ part: Outlines.Part, _ outlines: Outlines, number: Int) -> String {
        let (width, height) = (outlines.width, outlines.height)
        let values: [String]
        switch self {
        case .segments:
            values = part.corners.flatMap { [Self.share($0.x, of: width), Self.share($0.y, of: height)] }
        case .boxes:
            values = [
                Self.share(2 * part.x + part.width, of: 2 * width),
                Self.share(2 * part.y + part.height, of: 2 * height),
                Self.share(part.width, of: width), Self.share(part.height, of: height),
            ]
        }
        return "\(number) \(values.joined(separator: " "))\n"
    }

    /// Six decimals, rounded to nearest, so that pixels of any picture can be told apart.
    private static func share(_ value: Int, of whole: Int) -> String {
        let millionths = (2_000_000 * value + whole) / (2 * whole)
        let decimals = String(millionths % 1_000_000)
        return "\(millionths / 1_000_000)." + String(repeating: "0", count: 6 - decimals.count) + decimals
    }
}
