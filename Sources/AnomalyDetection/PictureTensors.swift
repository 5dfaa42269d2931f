import ClipModels
import TensorCore

/// What a detector makes of pictures with CLIP's vision tower, each picture's once, kept as other detectors' features
/// are, but in float32.
final class PictureTensors {
    private let clip: CLIPModel
    private let size: Int
    private let names: [String]
    private let store: TensorStore
    /// Everything that the tensors depend on, except the picture.
    private let context: String
    private let file = KnownPictures()

    /// - Parameters:
    ///   - kind: what is made, with all settings that it depends on.
    ///   - size: pixels a side that pictures are squashed to.
    ///   - names: of what is made of a picture.
    init(
        _ clip: CLIPModel, _ kind: String, size: Int, names: [String], cache: FeatureCache,
        notice: @escaping (String) -> Void
    ) {
        (self.clip, self.size, self.names, store) = (clip, size, names, cache.store(notice: notice))
        context = """
            \(kind) at \(size) pixels
            \(clip.fingerprint)
            LibTorch \(Library.version), \(clip.device), \(Library.threads) threads
            """
    }

    private func key(_ picture: PictureFile) -> String { "\(context)\n\(picture.digest)" }

    /// SHA-256 of a file, hexadecimal.
    ///
    /// - Throws: `ImageError` when the file can't be read.
    func digest(of path: String) throws -> String { try file(path).digest }

    /// Announces the pictures that will be asked for, so that none of them is evicted for another.
    func announce(_ pictures: [String]) throws { store.keep(try pictures.map { key(try file($0)) }) }

    /// A picture's tensors in the order of `names`, float32, on the model's device.
    ///
    /// - Parameter compute: from `[1, 3, size, size]`; nothing is recorded for gradients.
    /// - Throws: `ImageError` when the picture can't be read; `DetectionError.tokensOutOfRange`; what `compute` throws.
    func tensors(of path: String, _ compute: (Tensor) throws -> [Tensor]) throws -> [Tensor] {
        let picture = try file(path)
        let found = try store.tensors(key(picture), names: names) {
            try withoutGradients {
                let pixels = try clip.preprocessor(size: size)(picture.image()).to(device: clip.device)
                var kept: [String: Tensor] = [:]
                for (name, tensor) in zip(names, try compute(pixels)) {
                    guard try tensor.allFinite else {
                        throw DetectionError.tokensOutOfRange(image: path, stage: name)
                    }
                    kept[name] = try tensor.to(.float32, device: .cpu).contiguous()
                }
                return kept
            }
        }
        return try names.compactMap { try found[$0]?.to(device: clip.device) }
    }
}
