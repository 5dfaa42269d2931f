package import ClipModels
package import Detectors
package import TensorCore

/// What PromptAD sees of a picture.
package struct PromptADFeatures {
    /// Of the whole picture, of length 1, `[1, C]`.
    package let image: Tensor
    /// Of the patches, through attention of values to themselves, of length 1, `[P, C]`.
    package let patches: Tensor
    /// Of the patches, in each chosen block between its attention and its perceptron, `[P, width]`.
    package let states: [Tensor]
}

/// Computes these features, each picture's once.
package final class PromptADFeatureSource {
    private let clip: CLIPModel
    private let pictures: PictureTensors
    private let blocks: [Int]
    /// Patches a side.
    package let grid: Int

    /// - Throws: `CLIPError.pictureTooSmall`, `noSuchBlock`.
    package init(
        _ clip: CLIPModel, _ settings: PromptADSettings, cache: FeatureCache,
        notice: @escaping (String) -> Void = { _ in }
    ) throws(CLIPError) {
        let vision = clip.configuration.vision
        if let last = settings.blocks.last, last > vision.shape.layers {
            throw .noSuchBlock(last, layers: vision.shape.layers)
        }
        let grid = settings.imageSize / vision.patchSize
        guard grid > 0 else { throw .pictureTooSmall(size: settings.imageSize, patch: vision.patchSize) }
        (self.clip, self.grid, blocks) = (clip, grid, settings.blocks)
        pictures = PictureTensors(
            clip, "values and states of \(settings.blocks)", size: settings.imageSize,
            names: ["image", "patches"] + settings.blocks.map { "block\($0)" }, cache: cache, notice: notice)
    }

    /// Announces the pictures that will be asked for, so that none of them is evicted for another.
    package func announce(_ pictures: [String]) throws { try self.pictures.announce(pictures) }

    /// SHA-256 of a picture's file.
    func digest(of path: String) throws -> String { try pictures.digest(of: path) }

    /// - Throws: `ImageError` when the picture can't be read; `DetectionError.tokensOutOfRange`; `TensorError`.
    package func features(of path: String) throws -> PromptADFeatures {
        let found = try pictures.tensors(of: path) { pixels in
            let found = try clip.vision.valueFeatures(pixels, attendedIn: blocks)
            return try [found.image.normalized(), found.patches.squeeze(0).normalized()]
                + found.attended.map { try $0.squeeze(0) }
        }
        return PromptADFeatures(image: found[0], patches: found[1], states: Array(found.dropFirst(2)))
    }
}
