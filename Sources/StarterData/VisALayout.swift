internal import Imaging
internal import StarterWorld

/// VisA's layout: JPEG of odd sizes, masks as label maps (1, 2, …: the kind of damage), split tables with CRLF, numbers
/// of three digits for one object and four for another, several kinds of damage in one picture.
enum VisALayout {
    struct Object {
        var category: String
        var width: Int
        var height: Int
        /// Digits of normal pictures' numbers.
        var digits: Int
    }
    static let objects = [
        Object(category: "board", width: 157, height: 123, digits: 4),
        Object(category: "capsule", width: 131, height: 149, digits: 3),
        Object(category: "gear", width: 141, height: 137, digits: 3),
    ]
    static let quality = 92

    private struct Row {
        var label: String
        var image: String
        var mask: String
        var anomalous: Bool { !mask.isEmpty }
    }

    static func files() throws -> [String: [UInt8]] {
        var files: [String: [UInt8]] = ["LICENSE-DATASET": Array(StarterArchives.licence.utf8)]
        var single: [String] = [], few: [String] = [], high: [String] = []
        for object in objects {
            let rows = try render(object, into: &files)
            let lines = rows.map { "\($0.image),\($0.label.contains(",") ? "\"\($0.label)\"" : $0.label),\($0.mask)" }
            files["\(object.category)/image_anno.csv"] = table("image,label,mask", lines)
            let normals = rows.filter { !$0.anomalous }, damaged = rows.filter(\.anomalous)
            single += split(object, normals, StarterArchives.trainNormals) + split(object, damaged, 0)
            // VisA's shares of training pictures in its tables with anomalies: 60 % and 20 %.
            high += split(object, normals, normals.count * 6 / 10) + split(object, damaged, damaged.count * 6 / 10)
            few += split(object, normals, normals.count * 2 / 10) + split(object, damaged, damaged.count * 2 / 10)
        }
        for (name, lines) in [("1cls", single), ("2cls_fewshot", few), ("2cls_highshot", high)] {
            files["split_csv/\(name).csv"] = table("object,split,label,image,mask", lines)
        }
        return files
    }

    private static func render(_ object: Object, into files: inout [String: [UInt8]]) throws -> [Row] {
        let category = object.category, kinds = try StarterWorld.damages(of: category)
        func picture(_ seed: Int, _ damages: [String] = []) throws -> StarterWorld.Picture {
            try StarterWorld.render(
                category: category, seed: StarterArchives.seed(seed), width: object.width, height: object.height,
                damages: damages)
        }
        var rows: [Row] = []
        for number in 0..<StarterArchives.trainNormals + StarterArchives.testNormals {
            let image = "\(category)/Data/Images/Normal/\(padded(number, object.digits)).JPG"
            files[image] = try picture(1000 + number).image.jpeg(quality: quality)
            rows.append(Row(label: "normal", image: image, mask: ""))
        }
        let count = StarterArchives.testDamaged * kinds.count
        for index in 0..<count {
            // The last one has two kinds of damage at once.
            let chosen = index == count - 1 ? Array(kinds.prefix(2)) : [kinds[index % kinds.count]]
            let damaged = try picture(1100 + index, chosen)
            let image = "\(category)/Data/Images/Anomaly/\(padded(index, 3)).JPG",
                mask = "\(category)/Data/Masks/Anomaly/\(padded(index, 3)).png"
            files[image] = try damaged.image.jpeg(quality: quality)
            files[mask] = try labelMap(damaged, chosen, kinds).png()
            rows.append(Row(label: chosen.joined(separator: ","), image: image, mask: mask))
        }
        return rows
    }

    /// 0 outside, else 1 + the kind's index among the object's kinds; where two overlap, the later kind's.
    private static func labelMap(_ picture: StarterWorld.Picture, _ chosen: [String], _ kinds: [String]) -> Image {
        var map = Image(width: picture.image.width, height: picture.image.height, colour: [0])
        for (kind, mask) in zip(chosen, picture.masks) {
            let label = UInt8(1 + (kinds.firstIndex(of: kind) ?? 0))
            for i in mask.values.indices where mask.values[i] != 0 { map.pixels[i] = label }
        }
        return map
    }

    /// Test rows stand before training rows in VisA's tables.
    private static func split(_ object: Object, _ rows: [Row], _ train: Int) -> [String] {
        func line(_ row: Row, _ part: String) -> String {
            "\(object.category),\(part),\(row.anomalous ? "anomaly" : "normal"),\(row.image),\(row.mask)"
        }
        return rows.dropFirst(train).map { line($0, "test") } + rows.prefix(train).map { line($0, "train") }
    }

    private static func table(_ header: String, _ lines: [String]) -> [UInt8] {
        Array(([header] + lines).map { $0 + "\r\n" }.joined().utf8)
    }
}
