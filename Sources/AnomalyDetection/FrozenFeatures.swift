package import ClipModels
import Crypto
package import Detectors
import Foundation
import Imaging
package import TensorCore

/// The frozen vision tower's output for one picture; on the CPU.
struct FrozenFeatures {
    /// Per stage `[P, width]`, float16: 11.2 MB a picture at ViT-L/14 and 518 pixels. They are rounded whether cached
    /// or not, so that the cache changes no result.
    var patchTokens: [Tensor]
    /// `[C]`, float32.
    var imageToken: Tensor
}

/// Computes the frozen parts of pictures, labels and sentences, each once.
///
/// The tower is frozen and nothing is augmented, so a picture's tokens never change; training reads them once per
/// epoch. Pictures go through the tower one at a time, so that no number depends on its neighbours in a batch.
package final class FeatureSource {
    private let clip: CLIPModel
    private let settings: VLADSettings
    private let text: TextFeatures
    private let store: TensorStore
    /// Everything that a picture's tokens depend on, except the picture itself.
    private let context: String

    /// From patches to the network's pixels.
    package let upsampling: BilinearUpsampling
    private let files = KnownPictures()
    private var texts: [String: Tensor] = [:]

    /// - Parameter notice: told when the cache can't be written.
    package init(
        _ clip: CLIPModel, _ settings: VLADSettings, ensemble: PromptEnsemble, cache: FeatureCache,
        notice: @escaping (String) -> Void = { _ in }
    ) throws(TensorError) {
        (self.clip, self.settings, store) = (clip, settings, cache.store(notice: notice))
        text = TextFeatures(clip: clip, ensemble: ensemble)
        // The tower refuses a size below one patch, with a better message.
        upsampling = try BilinearUpsampling(
            from: max(settings.imageSize / clip.configuration.vision.patchSize, 1), to: settings.imageSize,
            device: clip.device)
        context = """
            \(clip.fingerprint)
            LibTorch \(Library.version), \(clip.device), \(Library.threads) threads, \(settings.imageSize) pixels, stages \(settings.stages)
            """
    }

    /// A file and its digest, which is computed once per run.
    ///
    /// - Throws: `ImageError` when the file can't be read.
    func file(_ path: String) throws(ImageError) -> PictureFile { try files(path) }

    /// Bytes of one picture's tokens.
    var tokenBytes: Int {
        let vision = clip.configuration.vision
        let grid = settings.imageSize / vision.patchSize
        return settings.stages.count * grid * grid * vision.shape.width * 2 + vision.embedding * 4
    }

    /// Announces the files that will be asked for, so that none of them is evicted for another.
    ///
    /// - Throws: `ImageError` when a file can't be read.
    func announce(pictures: [String], labels: [String]) throws(ImageError) {
        var keys: [String] = []
        for path in pictures { keys.append(pictureKey(try file(path))) }
        for path in labels { keys.append(labelKey(try file(path))) }
        store.keep(keys)
    }

    private func pictureKey(_ picture: PictureFile) -> String { "picture\n\(context)\n\(picture.digest)" }
    private func labelKey(_ label: PictureFile) -> String { "label\n\(settings.imageSize)\n\(label.digest)" }

    /// - Throws: `ImageError` when the picture can't be read; `DetectionError.tokensOutOfRange`.
    func features(of picture: PictureFile) throws -> FrozenFeatures {
        let names = settings.stages.map { "stage\($0)" }
        let tensors = try store.tensors(pictureKey(picture), names: names + ["image"]) {
            let pixels = try clip.preprocessor(size: settings.imageSize)(picture.image())
            let found = try withoutGradients {
                try clip.vision(pixels.to(device: clip.device), blocks: settings.stages)
            }
            var tensors = ["image": try found.imageToken.select(0, 0).to(.float32, device: .cpu)]
            for (name, tokens) in zip(names, found.patchTokens) {
                let rounded = try tokens.select(0, 0).to(.float16).to(device: .cpu).contiguous()
                guard try rounded.allFinite else {
                    throw DetectionError.tokensOutOfRange(image: picture.path, stage: name)
                }
                tensors[name] = rounded
            }
            return tensors
        }
        return FrozenFeatures(patchTokens: names.compactMap { tensors[$0] }, imageToken: try named("image", tensors))
    }

    /// `[2, C]`, on the model's device.
    package func text(of className: String) throws -> Tensor {
        if let known = texts[className] { return known }
        let name = text.ensemble.name(of: className)
        let sentences = [text.ensemble.normal, text.ensemble.abnormal].flatMap {
            text.ensemble.sentences($0, for: name)
        }
        let tensors = try store.tensors("text\n\(context)\n\(sentences.joined(separator: "\n"))", names: ["text"]) {
            ["text": try text(className).to(device: .cpu)]
        }
        let vectors = try named("text", tensors).to(device: clip.device)
        texts[className] = vectors
        return vectors
    }

    /// A soft label at the network's size: stored value / 65535 (8 bits: / 255), bilinear with half-pixel centres,
    /// `[size, size]`.
    ///
    /// - Parameter file: nil for a normal picture, whose label is 0.
    func label(_ file: PictureFile?) throws -> Tensor {
        let size = settings.imageSize
        guard let file else { return try .zeros([size, size]) }
        let tensors = try store.tensors(labelKey(file), names: ["label"]) {
            let plane = try file.plane()
            let stored = try Tensor(plane.values, [1, 1, plane.height, plane.width])
            return ["label": try stored.interpolate(height: size, width: size, .bilinear).reshape([size, size])]
        }
        return try named("label", tensors)
    }

    /// Caches any other tensors that are made of frozen tokens.
    ///
    /// - Parameter asked: everything the tensors depend on except model, machine, picture size and stages.
    func remembered(_ asked: String, names: [String], _ compute: () throws -> [String: Tensor]) throws -> [String:
        Tensor]
    {
        try store.tensors("\(asked)\n\(context)", names: names, compute)
    }

    private func named(_ name: String, _ tensors: [String: Tensor]) throws -> Tensor {
        guard let tensor = tensors[name] else {
            preconditionFailure("a tensor store gives every name it was asked for")
        }
        return tensor
    }
}

/// A picture on disk, known by its bytes.
struct PictureFile {
    let path: String
    /// SHA-256 of the file, hexadecimal.
    let digest: String

    /// - Throws: `ImageError` when the file can't be read.
    init(_ path: String) throws(ImageError) {
        self.path = path
        digest = Self.hexadecimal(SHA256.hash(data: try Self.bytes(path)))
    }

    func image() throws(ImageError) -> Image { try Image(contentsOf: path) }
    func plane() throws(ImageError) -> Plane { try Plane(contentsOf: path) }

    private static func bytes(_ path: String) throws(ImageError) -> Data {
        do {
            return try Data(contentsOf: URL(fileURLWithPath: path))
        } catch {
            let code = ((error as? CocoaError)?.underlying as? POSIXError)?.code.rawValue ?? 0
            throw ImageError(.unreadable, file: path, reason: error.localizedDescription, code: code)
        }
    }

    static func hexadecimal(_ digest: some Sequence<UInt8>) -> String {
        digest.map { String($0 >> 4, radix: 16) + String($0 & 15, radix: 16) }.joined()
    }
}
