import Foundation
import Imaging
import ParameterKit

/// One split's annotation file.
struct COCOInstances {
    let set: ExportSet
    let part: ExportSet.Part
    let settings: COCOLayout.Settings

    /// A line for each image and annotation. Ids count from 1, images' and annotations' apart.
    func write(to url: URL) throws {
        let classes = settings.classes.all(in: set)
        let numbers = Dictionary(classes.enumerated().map { ($1, $0 + 1) }, uniquingKeysWith: { first, _ in first })
        let file = try TextFile(url)
        try file.write("{\n\"categories\": [")
        for (index, name) in classes.enumerated() {
            let entry: JSONValue = ["id": .int(index + 1), "name": .string(name), "supercategory": "damage"]
            try file.write("\(index > 0 ? "," : "")\n\(entry)")
        }
        // Annotations come after all images; their number isn't known before masks are read, so they are kept aside.
        let aside = url.appendingPathExtension("annotations")
        defer { try? FileManager.default.removeItem(at: aside) }
        let annotations = try TextFile(aside)
        try file.write("\n],\n\"images\": [")
        var image = 0, annotation = 0
        try set.forEach(groupedBy: MVTecLayout.group) { item in
            guard item.picture.part == part else { return }
            image += 1
            let name = "\(COCOLayout.path(item)).png"
            let size: PictureSize
            if item.picture.mask == nil {
                size = try PictureSize(png: item.picture.image(), name: name)
            } else {
                let outlines = Outlines(try item.picture.readMask(name))
                size = PictureSize(width: outlines.width, height: outlines.height)
                let number = settings.classes.name(item.category, item.picture).flatMap { numbers[$0] } ?? 0
                for part in outlines.parts {
                    annotation += 1
                    let entry = self.annotation(part, outlines, id: annotation, image: image, category: number)
                    try annotations.write("\(annotation > 1 ? "," : "")\n\(entry)")
                }
            }
            let entry: JSONValue = [
                "id": .int(image), "file_name": .string(name), "width": .int(size.width), "height": .int(size.height),
            ]
            try file.write("\(image > 1 ? "," : "")\n\(entry)")
        }
        try annotations.close()
        try file.write("\n],\n\"annotations\": [")
        try file.append(aside)
        try file.write("\n]\n}\n")
        try file.close()
    }

    private func annotation(
        _ part: Outlines.Part, _ outlines: Outlines, id: Int, image: Int, category: Int
    ) -> JSONValue {
        [
            "id": .int(id), "image_id": .int(image), "category_id": .int(category), "area": .int(part.area),
            "bbox": .array([part.x, part.y, part.width, part.height].map { .int($0) }), "iscrowd": 0,
            "segmentation": settings.segmentation == .polygons
                ? .array([.array(part.corners.flatMap { [.int($0.x), .int($0.y)] })])
                : [
                    "size": .array([.int(outlines.height), .int(outlines.width)]),
                    "counts": .array(part.counts(of: outlines.width * outlines.height).map { .int($0) }),
                ],
        ]
    }
}

extension Outlines.Part {
    /// Lengths of runs outside and inside by turns, down the columns, the first outside.
    func counts(of pixels: Int) -> [Int] {
        var counts: [Int] = [], end = 0
        for run in runs {
            counts += [run.start - end, run.length]
            end = run.start + run.length
        }
        return end < pixels ? counts + [pixels - end] : counts
    }
}
