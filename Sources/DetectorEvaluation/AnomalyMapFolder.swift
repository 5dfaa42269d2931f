import AnomalyDatasets
package import Foundation
package import Imaging
import NumpyFiles
import StageKit

/// A folder with one anomaly map per test picture, as any detector can write it: `<category>/test/<defect>/<stem>` with
/// the ending `.npy` (float32 or float64) or `.png` (grey, 16 bits), and optionally a `scores.csv`. Where a picture has
/// both endings, the `.npy` file is used.
///
/// Of a picture that was cut into tiles, maps of all its tiles will do (`AnomalyMapFolder+Tiles`); and the folder may
/// be what the tool's own detection left, which says itself which map is whose.
package struct AnomalyMapFolder: Sendable {
    package let folder: URL
    /// Id → score of the picture, from `scores.csv` or the detection's records; nil where there is neither, and the
    /// map's maximum is the score.
    package let scores: [String: Double]?
    /// How pictures were cut whose tiles have maps; nil: they were not.
    package let tiles: TileRule?
    /// The records of the tool's own detection by picture, and where their maps lie.
    let detection: (records: [String: DetectionRecord], data: URL)?

    /// - Throws: `Failure` 66 without such a folder, 65 for a table that can't be read.
    package init(_ folder: URL, tiles: TileRule? = nil) throws {
        (self.folder, self.tiles) = (folder, tiles)
        guard try DurableFile.isFolder(folder) ?? false else {
            throw Failure(.inputMissing, "no folder of anomaly maps", at: folder.path)
        }
        detection = try Self.detection(in: folder)
        if let detection {
            scores = detection.records.mapValues(\.score)
            return
        }
        let table = folder.appendingPathComponent("scores.csv")
        scores = try DurableFile.exists(table) ? try Self.scores(table) : nil
    }

    /// Names of the folders in it: the categories that were scored.
    package func categories() throws -> Set<String> {
        if let detection {
            return Set(detection.records.keys.compactMap { $0.split(separator: "/").first.map(String.init) })
        }
        let names = try FileManager.default.contentsOfDirectory(atPath: folder.path)
        return Set(
            names.filter { FileManager.default.fileExists(atPath: folder.appendingPathComponent("\($0)/test").path) })
    }

    /// Where a picture's score comes from, for protocols.
    package var scoreSource: String {
        detection != nil ? "the detection's" : scores == nil ? "maximum of the map" : "scores.csv"
    }

    /// The file of a picture's map under any of these names, or nil.
    func file(named names: [String]) -> URL? {
        names.flatMap { [folder.appendingPathComponent($0 + ".npy"), folder.appendingPathComponent($0 + ".png")] }
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

    /// The names that a picture may have here: its id; in VisA, which numbers the pictures of all defects together,
    /// also the id with `bad` in place of the kind of defect.
    static func names(of picture: TestTruth.Picture, layout: DatasetLayout) -> [String] {
        var parts = picture.id.split(separator: "/").map(String.init)
        guard layout == .visa, picture.anomalous, parts.count == 4 else { return [picture.id] }
        parts[2] = "bad"
        return [picture.id, parts.joined(separator: "/")]
    }

    /// The names of all maps of a category, ascending, without their endings.
    func names(in category: String) throws -> [String] {
        if let detection { return detection.records.keys.filter { $0.hasPrefix(category + "/") }.sorted() }
        let files = FileManager.default
        var names: Set<String> = []
        let test = folder.appendingPathComponent("\(category)/test")
        for defect in try files.contentsOfDirectory(atPath: test.path) where !defect.hasPrefix(".") {
            for file in (try? files.contentsOfDirectory(atPath: test.appendingPathComponent(defect).path)) ?? [] {
                guard !file.hasPrefix("."), file.hasSuffix(".npy") || file.hasSuffix(".png") else { continue }
                names.insert("\(category)/test/\(defect)/\(file.dropLast(4))")
            }
        }
        return names.sorted()
    }

    /// Any size; higher is more anomalous.
    ///
    /// - Throws: `NumpyFileError` for a `.npy` file that can't be used; `ImageError` for a PNG, `Failure` 65 for one
    ///   that isn't grey with 16 bits.
    func read(_ file: URL) throws -> AnomalyMap {
        let bytes = try DurableFile.read(file)
        if file.pathExtension == "npy" { return AnomalyMap(try NumpyFile(bytes, name: file.path)) }
        let info = try ImageInfo(bytes: [UInt8](bytes), name: file.path)
        guard info.format == .png, info.channels == 1, info.bitDepth == 16 else {
            throw Failure(
                .badData, "\(info.channels) channels of \(info.bitDepth) bits; an anomaly map is a grey PNG of 16 bits",
                at: file.path,
                remedy:
                    "Fewer bits are too few to rank pixels by. Save 16 bits, or the scores themselves with numpy.save.")
        }
        return AnomalyMap(plane: try Plane(png: [UInt8](bytes), name: file.path))
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
            let id = [".png", ".npy", ".jpg", ".jpeg"].first { path.lowercased().hasSuffix($0) }.map {
                String(path.dropLast($0.count))
            }
            guard scores.updateValue(value, forKey: id ?? path) == nil else {
                throw Failure(.badData, "a second score for \(row[image])", at: place)
            }
        }
        return scores
    }
}

/// The scores of one picture as its file holds them.
struct AnomalyMap {
    var plane: Plane
    /// The same scores in float64, if float32 can't hold them.
    var doubles: [Double]?

    init(plane: Plane) { self.plane = plane }

    init(_ file: NumpyFile) {
        plane = Plane(width: file.width, height: file.height, values: file.values)
        doubles = file.doubles
    }

    /// Finite scores that are infinite in float32.
    var exceedsFloat32: Bool {
        doubles.map { zip($0, plane.values).contains { $0.isFinite && !$1.isFinite } } ?? false
    }

    /// NaN where any score is NaN.
    var maximum: Double {
        if let doubles { return doubles.reduce(-.infinity) { $0.isNaN || $1.isNaN ? .nan : max($0, $1) } }
        return plane.values.contains(where: \.isNaN) ? .nan : Double(plane.maximum)
    }
}
