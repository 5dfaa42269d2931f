import Algorithms
package import DetectorEvaluation
package import EngineLink
package import Foundation
package import Imaging
import NumpyFiles
import ParameterKit
import StageKit

/// Scores pictures that are in no data set with a fitted detector.
///
/// Files are read as ingest reads them: upright, 8 bits a sample, and cut where the run's data set was; the map of a
/// picture that was cut is its tiles' blended, its score the highest of theirs.
package struct NewPictures {
    package let detector: FittedDetector
    /// Folder of what was fitted.
    package let artefact: URL
    /// Files of the normals that the detector compares with.
    package let references: [String]
    package let className: String
    /// How larger pictures are cut; nil: they are not.
    package let tiles: TileRule?
    /// What 16-bit samples are scaled by; nil: for each picture the range that holds its largest.
    package let range: SampleRange?
    package let cache: FeatureCacheRequest?
    /// Empty; maps stay in it.
    package let scratch: URL

    package init(
        detector: FittedDetector, artefact: URL, references: [String], className: String, tiles: TileRule?,
        range: SampleRange?, cache: FeatureCacheRequest?, scratch: URL
    ) {
        (self.detector, self.artefact, self.references, self.className) = (detector, artefact, references, className)
        (self.tiles, self.range, self.cache, self.scratch) = (tiles, range, cache, scratch)
    }

    /// A picture's score, and its map before upsampling as a `.npy` file in the scratch.
    package struct Scored {
        package var path: String
        package var score: Double
        package var parts: [String: Double]
        package var map: URL
    }

    package enum Outcome {
        case scored(Scored)
        /// The file can't be used.
        case unreadable(path: String, error: any Error)
    }

    /// Scores files in their order and tells of each as soon as it is known.
    ///
    /// - Parameter progress: pictures done.
    /// - Throws: what the engine says, and `Failure` for a scratch that can't be written; never for a picture.
    package func score(
        _ paths: [String], engines: EnginePool, notice: @Sendable (String) -> Void = { _ in },
        _ tell: (Outcome) throws -> Void
    ) throws {
        var number = 0
        for chunk in paths.chunks(ofCount: Detection.together(references: references.count)) {
            var prepared: [(path: String, parts: [Part], grid: TileGrid?)?] = []
            var failures: [Int: any Error] = [:]
            for (index, path) in chunk.enumerated() {
                do {
                    let (parts, grid) = try prepare(path, number + index)
                    prepared.append((path, parts, grid))
                } catch {
                    prepared.append(nil)
                    failures[index] = error
                }
            }
            let items = try applied(prepared.compactMap { $0?.parts }.flatMap(\.self), engines, notice)
            var next = items[...]
            for (index, path) in chunk.enumerated() {
                guard let (_, parts, grid) = prepared[index] else {
                    if let error = failures[index] { try tell(.unreadable(path: path, error: error)) }
                    continue
                }
                let own = next.prefix(parts.count)
                next = next.dropFirst(parts.count)
                try tell(.scored(joined(path, number + index, parts, grid, Array(own))))
            }
            number += chunk.count
        }
    }

    /// A file as ingest would read it.
    ///
    /// - Throws: `ImageError` and `Failure` for one that can't be read.
    package func picture(_ path: String) throws -> (image: Image, info: ImageInfo) {
        let bytes = [UInt8](try DurableFile.read(URL(fileURLWithPath: path)))
        let info = try ImageInfo(bytes: bytes, name: path)
        let sampled =
            try info.bitDepth == 16 ? range ?? .holding(PictureReader.extent(bytes, name: path).largest) : .full
        return (try PictureReader(range: sampled).read(bytes, name: path), info)
    }

    /// What the engine sees of a picture: a file, and where its map goes.
    private struct Part {
        var file: String
        var map: URL
        /// Written for this alone.
        var isTemporary: Bool
    }

    /// - Throws: `ImageError` and `Failure` for a file that can't be read.
    private func prepare(_ path: String, _ number: Int) throws -> (parts: [Part], grid: TileGrid?) {
        // Decoded as a whole: a file that ends early is named here, not by the engine.
        let (image, info) = try picture(path)
        let grid = tiles.map { TileGrid($0, width: image.width, height: image.height) }
        func part(_ image: Image, _ name: String) throws -> Part {
            let file = scratch.child("\(name).png")
            try DurableFile.write(Data(image.png()), to: file)
            return Part(file: file.path, map: scratch.child("\(name).npy"), isTemporary: true)
        }
        if let grid, grid.isCut {
            guard grid.count <= TileGrid.most else {
                throw Failure(
                    .badData, "would be cut into \(grid.count) tiles, \(TileGrid.most) are allowed", at: path)
            }
            return (try grid.tiles.map { try part(grid.cut($0, of: image), "\(number)-\(grid.name($0))") }, grid)
        }
        let isPlain = (info.format == .png || info.format == .jpeg) && info.bitDepth <= 8 && info.orientation == 1
        if isPlain { return ([Part(file: path, map: scratch.child("\(number).npy"), isTemporary: false)], nil) }
        return ([try part(image, "\(number)")], nil)
    }

    private func applied(_ parts: [Part], _ engines: EnginePool, _ notice: @Sendable (String) -> Void) throws
        -> [AppliedItem]
    {
        guard !parts.isEmpty else { return [] }
        let request = ApplyRequest(
            call: detector.call, artefact: artefact.path, references: references, className: className,
            items: parts.map { ApplyItem(image: $0.file, output: $0.map.path) }, cache: cache)
        let answer = try engines.borrow { try $0.call(.score(request), notice: notice) }
        guard case .applied(let items) = answer, items.count == parts.count else {
            throw Failure(.internalError, "the engine answered score with something else")
        }
        for (item, part) in zip(items, parts) {
            if let failure = item.failure { throw failure }
            if part.isTemporary { try DurableFile.remove(URL(fileURLWithPath: part.file)) }
        }
        return items
    }

    /// A whole picture of its parts.
    private func joined(
        _ path: String, _ number: Int, _ parts: [Part], _ grid: TileGrid?, _ items: [AppliedItem]
    ) throws -> Scored {
        guard let highest = items.max(by: { ($0.score ?? -.infinity) < ($1.score ?? -.infinity) }),
            let score = highest.score, score.isFinite
        else { throw Failure(.internalError, "the engine gave no finite score", at: path) }
        var map = parts[0].map
        if let grid {
            let plane = try grid.joined { tile in
                let file = parts[tile.row * grid.columnCount + tile.column].map
                let part = try NumpyFile(try DurableFile.read(file), name: file.path)
                try DurableFile.remove(file)
                return Plane(width: part.width, height: part.height, values: part.values)
            }
            map = scratch.child("\(number).npy")
            try DurableFile.write(
                NumpyFile(width: plane.width, height: plane.height, values: plane.values).data, to: map)
        }
        return Scored(path: path, score: score, parts: highest.parts, map: map)
    }
}
