package import ClipModels
package import Detectors
package import TensorCore

/// What WinCLIP sees of a picture.
package struct WindowFeatures {
    /// Of the whole picture, `[1, C]`.
    package let image: Tensor
    /// Behind the tower's last norm, `[P, width]`.
    package let patches: Tensor
    /// Of the windows of each side, `[windows, C]`.
    package let windows: [Tensor]
}

/// Computes these features, each picture's once: 1.7 MB a picture of ViT-B/16+.
package final class WindowFeatureSource {
    private let clip: CLIPModel
    private let pictures: PictureTensors
    /// The windows of each side.
    package let grids: [WindowGrid]
    /// Patches a side.
    package let grid: Int

    /// - Throws: `DetectionError.noWindow` where the picture is smaller than a window; `CLIPError.pictureTooSmall`.
    package init(
        _ clip: CLIPModel, _ settings: WinCLIPSettings, cache: FeatureCache,
        notice: @escaping (String) -> Void = { _ in }
    ) throws {
        let patch = clip.configuration.vision.patchSize, grid = settings.imageSize / patch
        guard grid > 0 else { throw CLIPError.pictureTooSmall(size: settings.imageSize, patch: patch) }
        (self.clip, self.grid) = (clip, grid)
        grids = try settings.windows.map { side throws(DetectionError) in try WindowGrid(grid: grid, side: side) }
        pictures = PictureTensors(
            clip, "windows of \(settings.windows)", size: settings.imageSize,
            names: ["image", "patches"] + settings.windows.map { "windows\($0)" }, cache: cache, notice: notice)
    }

    /// Announces the pictures that will be asked for, so that none of them is evicted for another.
    package func announce(_ pictures: [String]) throws { try self.pictures.announce(pictures) }

    /// - Throws: `ImageError` when the picture can't be read; `DetectionError.tokensOutOfRange`; `TensorError`.
    package func features(of path: String) throws -> WindowFeatures {
        let found = try pictures.tensors(of: path) { pixels in
            let tokens = try clip.vision.embedded(pixels)
            let whole = try clip.vision.encoded(tokens)
            return try [whole.image, whole.patches.squeeze(0)] + grids.map { try encoded(tokens, windows: $0) }
        }
        return WindowFeatures(image: found[0], patches: found[1], windows: Array(found.dropFirst(2)))
    }

    /// Each window's tokens with the class token, through the whole tower by themselves, `[windows, C]`.
    private func encoded(_ tokens: Tensor, windows: WindowGrid) throws -> Tensor {
        let rows = windows.patches.flatMap { [0] + $0.map { $0 + 1 } }
        let width = try tokens.size(2)
        let chosen = try tokens.squeeze(0).indexSelect(0, rows).reshape([windows.count, -1, width])
        return try clip.vision.encoded(chosen).image
    }
}
