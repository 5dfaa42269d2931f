import Foundation

/// Names in an exported tree; every reader of the MVTec AD layout accepts them.
///
/// *Source*: the reading rules of anomalib, AnomalyCLIP and the AnomalyDINO family: every PNG below a category is data;
/// images and masks are paired by sort order, so all numbers of a tree have one width; names are ASCII without spaces
/// and dots.
package struct ExportNames: Sendable, Equatable {
    /// Digits of a number: three, as in MVTec AD, or more where a folder needs more.
    package let width: Int

    /// - Parameter largestFolder: pictures in the fullest folder of the tree.
    package init(largestFolder: Int) {
        width = max(3, String(max(0, largestFolder - 1)).count)
    }

    package func number(_ index: Int) -> String {
        let digits = String(index)
        return String(repeating: "0", count: max(0, width - digits.count)) + digits
    }

    package func trainGood(_ category: String, _ index: Int) -> String { "\(category)/train/good/\(number(index)).png" }
    package func test(_ category: String, _ defect: String, _ index: Int) -> String {
        "\(category)/test/\(defect)/\(number(index)).png"
    }
    package func mask(_ category: String, _ defect: String, _ index: Int) -> String {
        "\(category)/ground_truth/\(defect)/\(number(index))_mask.png"
    }
    /// A path beside the categories' folders, never inside one.
    package func softLabel(_ category: String, _ defect: String, _ index: Int) -> String {
        "_meta/soft/\(category)/\(defect)/\(number(index)).png"
    }
    package func record(_ category: String, _ defect: String, _ index: Int) -> String {
        "_meta/records/\(category)/\(defect)/\(number(index)).json"
    }

    /// A folder's name: letters, digits, `_`, `-`; accents dropped, everything else an underscore.
    package static func folder(_ name: String) -> String {
        let bare = name.decomposedStringWithCanonicalMapping.unicodeScalars.filter {
            $0.properties.generalCategory != .nonspacingMark
        }
        let kept = bare.map { scalar -> Character in
            switch scalar {
            case "a"..."z", "A"..."Z", "0"..."9", "_", "-": Character(scalar)
            default: "_"
            }
        }
        let text = String(kept)
        // A leading underscore marks folders that are not categories; "-x" would be read as an option.
        return text.first.map { $0 == "_" || $0 == "-" ? "x" + text : text } ?? "x"
    }

    /// The folder of a kind of defect; never `good`, which means normal in this layout.
    package static func defect(_ name: String) -> String {
        let name = folder(name)
        return name.lowercased() == "good" ? name + "_anomaly" : name
    }
}
