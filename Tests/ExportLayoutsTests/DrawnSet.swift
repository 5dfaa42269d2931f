import ExportLayouts
import Foundation
import Imaging

/// A small data set of two categories: 12 × 8 pictures, each of its own grey.
enum DrawnSet {
    /// In each: two normals for training, one for testing; of damage two bent, for training and testing, one whose kind has
    /// a hostile name, and a real one.
    static func set(folder: (String) -> String) throws -> ExportSet {
        ExportSet(
            categories: try ["nut", "hex bolt"].enumerated().map { offset, name in
                ExportSet.Category(name: name, pictures: try pictures(offset * 100), folder: folder)
            }, isDrawnOnNormals: true)
    }

    static func files(_ layout: some ExportLayout) throws -> [String: Data] {
        try files(layout, set(folder: type(of: layout).folder))
    }

    private static func pictures(_ shade: Int) throws -> [ExportSet.Picture] {
        func normal(_ number: Int, _ part: ExportSet.Part) throws -> ExportSet.Picture {
            let png = try picture(UInt8(shade + number))
            return ExportSet.Picture(
                part: part, origin: .normal, kind: nil, source: "train/good/\(number)", image: { png })
        }
        func damaged(
            _ number: Int, _ kind: String, _ part: ExportSet.Part, _ origin: ExportSet.Origin = .synthetic
        ) throws -> ExportSet.Picture {
            let png = try picture(UInt8(shade + number)), mask = Data(try mask.png())
            var picture = ExportSet.Picture(
                part: part, origin: origin, kind: kind, source: "train/good/0", image: { png }, mask: { mask })
            if origin == .synthetic {
                picture.softLabel = { Data(try Self.mask.plane.png16()) }
                picture.record = { Data("{\"number\": \(number)}\n".utf8) }
            }
            return picture
        }
        return try [
            normal(0, .train), normal(1, .train), normal(2, .test), damaged(10, "bent", .train),
            damaged(11, "bent", .test), damaged(12, "a good image", .test), damaged(13, "bent", .test, .real),
        ]
    }

    /// Of normal training: everything that a layout with damage in its training can't have is in `test`.
    static func testing(_ layout: some ExportLayout) throws -> [String: Data] {
        var set = try set(folder: type(of: layout).folder)
        for category in set.categories.indices {
            for picture in set.categories[category].pictures.indices
            where set.categories[category].pictures[picture].kind != nil {
                set.categories[category].pictures[picture].part = .test
            }
        }
        return try files(layout, set)
    }

    static func files(_ layout: some ExportLayout, _ set: ExportSet) throws -> [String: Data] {
        let scratch = FileManager.default.temporaryDirectory.appendingPathComponent(
            "layouts-\(UInt64.random(in: 0 ... .max))")
        try FileManager.default.createDirectory(at: scratch, withIntermediateDirectories: true)
        defer { try? FileManager.default.removeItem(at: scratch) }
        var found: [String: Data] = [:]
        for file in try layout.files(of: set) {
            switch file.content {
            case .bytes(let bytes): found[file.path] = try bytes()
            case .written(let write):
                let url = scratch.appendingPathComponent("\(found.count)")
                try write(url)
                found[file.path] = try Data(contentsOf: url)
            }
        }
        return found
    }

    static func picture(_ shade: UInt8) throws -> Data {
        Data(try Image(width: 12, height: 8, colour: [shade, shade, 200]).png())
    }

    /// A ring of 3 × 3 pixels around a hole at (2, 2), and a pixel at (9, 6).
    static var mask: Mask {
        var mask = Mask(width: 12, height: 8)
        for y in 1...3 { for x in 1...3 where x != 2 || y != 2 { mask[x, y] = true } }
        mask[9, 6] = true
        return mask
    }
}
