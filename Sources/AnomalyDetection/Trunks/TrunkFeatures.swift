package import Detectors
package import EngineLink
package import FeatureTrunks
import Foundation
package import Imaging
import NumpyFiles
package import TensorCore

/// A frozen network's features of pictures, each computed once and shared by all detectors that look through the
/// same network at the same size and geometry.
///
/// Cuts are kept one by one, so that a detector that wants two of them finds those that another has left. Pictures go
/// through the network one at a time, so that no number depends on its neighbours in a batch.
package final class TrunkFeatures {
    package let trunk: any FeatureTrunk
    package let cuts: [String]
    package let preprocessor: TrunkPreprocessor
    private let store: TensorStore
    private let storage: DType
    /// Everything that a picture's features depend on, except the picture itself and the cut.
    private let context: String
    private let file = KnownPictures()

    /// - Parameters:
    ///   - cuts: from shallow to deep.
    ///   - storage: what features are rounded to, whether they are kept or not.
    ///   - notice: told when the cache can't be written.
    package init(
        _ trunk: any FeatureTrunk, cuts: [String], _ preprocessor: TrunkPreprocessor, cache: FeatureCache,
        storage: DType = .float16, notice: @escaping (String) -> Void = { _ in }
    ) {
        (self.trunk, self.cuts, self.preprocessor, self.storage) = (trunk, cuts, preprocessor, storage)
        store = cache.store(notice: notice)
        context = """
            \(trunk.name) \(trunk.digest)
            LibTorch \(Library.version), \(trunk.device), \(Library.threads) threads, \(storage)
            \(preprocessor.size) pixels, \(preprocessor.geometry.rawValue)\(preprocessor.patch.map { " in patches of \($0)" } ?? "")
            """
    }

    /// As a detector asks for them in a call.
    package convenience init(
        _ trunk: any FeatureTrunk, cuts: [String], size: Int, _ geometry: PictureGeometry, patch: Int? = nil,
        _ cache: FeatureCacheRequest?, _ report: WorkReport
    ) {
        self.init(
            trunk, cuts: cuts, TrunkPreprocessor(size: size, geometry: geometry, patch: patch, scale: trunk.pixelScale),
            cache: FeatureCache(cache), notice: report.notice)
    }

    /// SHA-256 of a file, hexadecimal.
    ///
    /// - Throws: `ImageError` when the file can't be read.
    func digest(of path: String) throws(ImageError) -> String { try file(path).digest }

    private func key(_ picture: PictureFile, _ turn: PictureTurn?, _ cut: String) -> String {
        let turned = turn.map { ", turned by \($0.degrees), \($0.style.rawValue)" } ?? ""
        return "cnn\n\(context)\(turned)\n\(cut)\n\(picture.digest)"
    }

    /// Announces the pictures that will be asked for, so that none of them is evicted for another.
    ///
    /// - Parameter turns: which they will be asked for in, besides as they are.
    /// - Throws: `ImageError` when a file can't be read.
    package func announce(_ pictures: [String], turns: [PictureTurn] = []) throws(ImageError) {
        var keys: [String] = []
        for path in pictures {
            let file = try file(path)
            for turn in [nil] + turns { keys += cuts.map { key(file, turn, $0) } }
        }
        store.keep(keys)
    }

    /// The picture itself.
    ///
    /// - Throws: `ImageError` when the file can't be read.
    package func picture(_ path: String) throws(ImageError) -> Image { try file(path).image() }

    /// Per cut `[1, channels, h, w]`, float32, on the network's device.
    ///
    /// - Parameters:
    ///   - turn: the picture is turned before anything else; nil: it is not.
    ///   - isKept: whether to look for the features among those kept, and to keep them.
    /// - Throws: `ImageError` when the picture can't be read; `DetectionError.tokensOutOfRange`; `TensorError`.
    package func maps(of path: String, turned turn: PictureTurn? = nil, isKept: Bool = true) throws -> [Tensor] {
        let picture = try file(path)
        var known: [String: Tensor] = [:]
        if isKept {
            for cut in cuts { known[cut] = store.found(key(picture, turn, cut), names: ["features"])?["features"] }
        }
        let missing = Set(cuts).subtracting(known.keys)
        if !missing.isEmpty {
            let image = try picture.image()
            let pixels = try preprocessor(turn?(image) ?? image).to(device: trunk.device)
            for (cut, features) in try trunk(pixels, cuts: missing) {
                let rounded = try features.to(storage).to(device: .cpu).contiguous()
                guard try rounded.allFinite else {
                    throw DetectionError.tokensOutOfRange(image: picture.path, stage: cut)
                }
                if isKept { try store.keep(["features": rounded], for: key(picture, turn, cut)) }
                known[cut] = rounded
            }
        }
        return try cuts.compactMap { try known[$0]?.to(device: trunk.device).to(.float32) }
    }

    /// A map of the square that the network saw as a `.npy` file of the whole picture.
    ///
    /// - Parameter map: `[h, w]`.
    package func write(_ map: Tensor, of path: String, to output: String) throws {
        let whole: Tensor
        if preprocessor.geometry == .squash {
            whole = map
        } else {
            let picture = try file(path).image()
            whole = try preprocessor.whole(map, width: picture.width, height: picture.height)
        }
        try NumpyFile(width: whole.size(1), height: whole.size(0), values: whole.to(device: .cpu).floats()).write(
            to: output)
    }
}
