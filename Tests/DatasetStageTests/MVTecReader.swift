import Archives
import Imaging

/// Reads a tree as anomalib's reader of the MVTec AD layout does, with its weaknesses: every PNG below a category is
/// data, masks are paired by sort order, and the pairing is only then checked by name.
///
/// *Source*: the rules observed on `make_mvtec_ad_dataset` of anomalib 2.6, restated.
struct MVTecReader {
    struct Row: Equatable {
        var split: String
        var label: String
        var image: String
        var mask: String?
    }
    enum Fault: Error, Equatable {
        case depth(String), anomalyInTraining(String), count(images: Int, masks: Int), mismatch(
            image: String, mask: String)
        case notPrintable(String), maskOfGood(String)
    }
    let rows: [Row]

    init(_ names: [String], category: String) throws {
        var images: [Row] = [], masks: [String] = []
        let below = names.filter { $0.hasPrefix(category + "/") && ($0.hasSuffix(".png") || $0.hasSuffix(".PNG")) }
        // Python sorts by code points, which is the order of UTF-8 bytes.
        for name in below.sorted(by: { $0.utf8.lexicographicallyPrecedes($1.utf8) }) {
            guard name.utf8.allSatisfy({ 0x20...0x7E ~= $0 }), name.utf8.count <= 512 else {
                throw Fault.notPrintable(name)
            }
            let parts = name.split(separator: "/").map(String.init)
            guard parts.count == 4 else { throw Fault.depth(name) }
            let (split, label) = (parts[1], parts[2])
            if split == "ground_truth" {
                if label == "good" { throw Fault.maskOfGood(name) }
                masks.append(name)
            } else {
                if split == "train" && label != "good" { throw Fault.anomalyInTraining(name) }
                images.append(Row(split: split, label: label, image: name))
            }
        }
        let anomalous = images.indices.filter { images[$0].split == "test" && images[$0].label != "good" }
        guard anomalous.count == masks.count else { throw Fault.count(images: anomalous.count, masks: masks.count) }
        for (index, mask) in zip(anomalous, masks) {
            let stem = images[index].image.split(separator: "/")[3].dropLast(4)
            guard mask.split(separator: "/")[3].contains(stem), mask.split(separator: "/")[2] == images[index].label
            else {
                throw Fault.mismatch(image: images[index].image, mask: mask)
            }
            images[index].mask = mask
        }
        rows = images
    }
}
