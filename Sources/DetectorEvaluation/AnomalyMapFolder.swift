import AnomalyDatasets
package import Foundation
package import Imaging
import NumpyFiles
import StageKit

/// A folder with one anomaly map per test picture, as any detector can write it: `<category>/test/<defect>/<stem>` with
/// the ending `.npy` (float16, float32, float64 or uint8), `.tiff` or `.tif` (float32, as MVTec AD's official
/// evaluation takes them, or 16 bits) or `.png` (grey, 16 bits), and optionally a `scores.csv`. Where a picture has
/// several, the first of them counts. Maps of MVTec AD 2 may lie in `test_public`, as its own evaluation takes them.
///
/// Of a picture that was cut into tiles, maps of all its tiles will do (`AnomalyMapFolder+Tiles`). The folder may also
/// be a finished detect object of this program, tiled or not.
package struct AnomalyMapFolder: Sendable {
    package let folder: URL
    /// Id → score of the picture, from `scores.csv` or the detection's records; nil where there is neither, and the
    /// map's maximum is the score.
    package let scores: [String: Double]?
    /// How pictures were cut whose tiles have maps; nil: they were not.
    package let tiles: TileRule?
    /// What this program's own detection left, where the folder is that.
    let detected: DetectedMaps?

    /// In the order in which they are looked for.
    static let endings = [".npy", ".tiff", ".tif", ".png"]
    /// Folders of a category that hold maps of its test pictures.
    private static let splits = ["test", "test_public"]
    /// Folders that MVTec AD 2's maps of pictures lie in whose truth is not published.
    private static let hidden = ["test_private", "test_private_mixed"]

    /// - Throws: `Failure` 66 without such a folder, 65 for a table that can't be read.
    package init(_ folder: URL, tiles: TileRule? = nil) throws {
        (self.folder, self.tiles) = (folder, tiles)
        guard try DurableFile.isFolder(folder) ?? false else {
            throw Failure(.inputMissing, "no folder of anomaly maps", at: folder.path)
        }
        detected = try DetectedMaps(folder)
        if let detected {
            scores = detected.records.mapValues(\.score)
            return
        }
        let table = folder.appendingPathComponent("scores.csv")
        scores = try DurableFile.exists(table) ? try Self.scores(table) : nil
    }

    /// Where pictures' scores come from, for protocols.
    package var scoreSource: String {
        detected == nil ? scores == nil ? "maximum of the map" : "scores.csv" : "the detector's"
    }

    /// How maps are brought to masks: as the run did that left them, else each to its mask's own size.
    package var comparison: MapComparison { detected?.comparison ?? MapComparison() }

    /// Names of the folders in it: the categories that were scored.
    package func categories() throws -> Set<String> {
        if let detected { return detected.categories }
        let names = try FileManager.default.contentsOfDirectory(atPath: folder.path)
        return Set(try names.filter { try !folders(Self.splits, of: $0).isEmpty })
    }

    /// Those of the folders that a category has.
    private func folders(_ names: [String], of category: String) throws -> [String] {
        try names.filter { try DurableFile.isFolder(folder.appendingPathComponent("\(category)/\($0)")) == true }
    }

    /// The file of a picture's map under any of these names, or nil.
    func file(named names: [String]) -> URL? {
        names.flatMap { name in Self.endings.map { folder.appendingPathComponent(name + $0) } }
            .first { FileManager.default.fileExists(atPath: $0.path) }
    }

    /// The picture's score in `scores.csv`, or nil; of a picture with scores of its tiles alone, their highest.
    func score(of picture: TestTruth.Picture, layout: DatasetLayout) -> Double? {
        let names = Self.names(of: picture, layout: layout)
        if let own = names.lazy.compactMap({ scores?[$0] }).first { return own }
        return grid(of: picture).flatMap { grid in
            let parts = grid.tiles.compactMap { tile in
                names.lazy.compactMap { scores?[TilePlace.id(of: tile, in: $0, grid)] }.first
            }
            return parts.count == grid.count ? parts.max() : nil
        }
    }

    /// The names that a picture may have here: its id; the same with `test_public` for `test`, as MVTec AD 2 calls it;
    /// in VisA, which numbers the pictures of all defects together, also the id with `bad` in place of the kind of
    /// defect.
    static func names(of picture: TestTruth.Picture, layout: DatasetLayout) -> [String] {
        var parts = picture.id.split(separator: "/").map(String.init)
        guard parts.count > 2, parts[1] == "test" else { return [picture.id] }
        if layout == .visa {
            guard picture.anomalous, parts.count == 4 else { return [picture.id] }
            parts[2] = "bad"
        } else {
            parts[1] = "test_public"
        }
        return [picture.id, parts.joined(separator: "/")]
    }

    /// The names of all maps of a category, ascending, without their endings; those without a published truth, too.
    func names(in category: String) throws -> [String] {
        if let detected { return detected.records.keys.filter { $0.hasPrefix("\(category)/") }.sorted() }
        let names = try folders(Self.splits + Self.hidden, of: category).flatMap { split in
            let files = try FileManager.default.subpathsOfDirectory(
                atPath: folder.appendingPathComponent("\(category)/\(split)").path)
            return files.compactMap { file -> String? in
                guard !file.split(separator: "/").contains(where: { $0.hasPrefix(".") }),
                    let ending = Self.endings.first(where: file.hasSuffix)
                else { return nil }
                return "\(category)/\(split)/\(file.dropLast(ending.count))"
            }
        }
        return Set(names).sorted()
    }

    /// Any size; higher is more anomalous.
    ///
    /// - Throws: `NumpyFileError` for a `.npy` file that can't be used; `ImageError` for a PNG or TIFF, `Failure` 65
    ///   for one that isn't grey with 16 bits or float32.
    func read(_ file: URL) throws -> AnomalyMap {
        let bytes = try DurableFile.read(file)
        if file.pathExtension == "npy" { return AnomalyMap(try NumpyFile(bytes, name: file.path)) }
        let picture = [UInt8](bytes)
        let info = try ImageInfo(bytes: picture, name: file.path)
        switch (info.format, info.channels, info.bitDepth) {
        case (.tiff, 1, 32):
            return AnomalyMap(plane: try Plane(tiff: picture, name: file.path), kind: .float32)
        case (.png, 1, 16), (.tiff, 1, 16):
            return AnomalyMap(plane: try Plane(wide: picture, name: file.path), kind: .uint16)
        default:
            throw Failure(
                .badData,
                "\(info.channels) channels of \(info.bitDepth) bits; an anomaly map is a grey PNG or TIFF of 16 bits, or a TIFF of float32",
                at: file.path,
                remedy:
                    "Pictures of maps have too few levels to rank pixels by. Save the scores themselves with numpy.save."
            )
        }
    }

    /// Columns `image` (path with or without its ending) and `score`.
    private static func scores(_ file: URL) throws -> [String: Double] {
        let name = file.path
        let table = try CSVTable([UInt8](try DurableFile.read(file)), name: name)
        let (image, score) = (try table.column("image", name: name), try table.column("score", name: name))
        var scores: [String: Double] = [:]
        for (number, row) in table.rows.enumerated() {
            let place = "\(name), line \(number + 2)"
            guard let value = Double(row[score]), value.isFinite else {
                throw Failure(.badData, "the score is \"\(row[score])\"; expected a finite number", at: place)
            }
            let path = row[image].split(separator: "/").filter { $0 != "." }.joined(separator: "/")
            let id = (endings + [".jpg", ".jpeg", ".bmp", ".webp"]).first { path.lowercased().hasSuffix($0) }.map {
                String(path.dropLast($0.count))
            }
            guard scores.updateValue(value, forKey: id ?? path) == nil else {
                throw Failure(.badData, "a second score for \(row[image])", at: place)
            }
        }
        return scores
    }
}
