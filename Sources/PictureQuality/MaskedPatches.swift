package import ClipModels
package import Imaging
package import TensorCore

/// A CLIP's patch tokens under masks, for statistics over what damage looks like without the part around it.
package enum MaskedPatches {
    /// The most patches of one picture, so that large damage doesn't outweigh all other (own choice).
    package static let most = 64

    /// The patches that a mask covers by half or more; of a mask that covers none so far, the one it covers most. Of
    /// more than ``most`` as many, evenly chosen.
    ///
    /// - Parameter grid: patches a side of the squashed picture.
    /// - Returns: indices, row by row; empty for an empty mask.
    package static func places(of mask: Mask, grid: Int) -> [Int] {
        let shares = mask.areaAveraged(width: grid, height: grid).values
        var places = shares.indices.filter { shares[$0] >= 0.5 }
        if places.isEmpty, let largest = shares.max(), largest > 0, let place = shares.firstIndex(of: largest) {
            places = [place]
        }
        guard places.count > most else { return places }
        return (0..<most).map { places[$0 * places.count / most] }
    }

    /// The block whose output is taken, counted from 1: at three quarters of the depth, where a patch still shows its
    /// own place and already what is there (own choice; 18 of ViT-L/14's 24).
    package static func block(of layers: Int) -> Int { max(1, (3 * layers + 3) / 4) }

    /// - Parameters:
    ///   - pictures: files, squashed to the model's own size, with masks, damage where > 127.
    ///   - progress: pictures done, of all.
    /// - Returns: `[patches, width]`, float32 on the CPU, each row of length 1, the pictures' one after the other; nil
    ///   where no mask marks anything. And how many each picture has.
    /// - Throws: `ImageError`, `CLIPError`, `TensorError`, and whatever `progress` throws.
    package static func run(
        _ pictures: [(image: String, mask: String)], clip: CLIPModel,
        progress: (_ done: Int, _ total: Int) throws -> Void = { _, _ in }
    ) throws -> (rows: Tensor?, counts: [Int]) {
        try withoutGradients {
            let vision = clip.configuration.vision, preprocess = clip.preprocessor(size: vision.imageSize)
            let block = block(of: vision.shape.layers)
            var rows: [Tensor] = [], counts: [Int] = []
            // One at a time, so that no number depends on its neighbours in a batch.
            for (place, picture) in pictures.enumerated() {
                let places = Self.places(
                    of: try Mask(contentsOf: picture.mask, above: 127), grid: vision.imageSize / vision.patchSize)
                counts.append(places.count)
                if !places.isEmpty {
                    let pixels = try preprocess(Image(contentsOf: picture.image)).to(device: clip.device)
                    let tokens = try clip.vision(pixels, blocks: [block]).patchTokens[0].select(0, 0)
                    rows.append(
                        try tokens.to(.float32, device: .cpu).indexSelect(0, places).normalized(-1))
                }
                try progress(place + 1, pictures.count)
            }
            return (rows.isEmpty ? nil : try Tensor.cat(rows), counts)
        }
    }
}
