import ClipModels
import DiffusionModels
package import Foundation
import NeuralNet
import TensorCore

/// Model folders written by `StarterAssembly`, from which a training can continue if its checkpoint is lost. Their
/// weights are rounded to float16, and the optimiser starts again.
package struct StartingWeights {
    /// Holds `diffusion` and `clip`.
    package let folder: URL

    package init(folder: URL) { self.folder = folder }

    var diffusion: URL { folder.appendingPathComponent("diffusion", isDirectory: true) }

    // MARK: - Parameters by the trainings' names, float32

    func autoencoder(_ drawn: [String: Tensor], _ components: PatchComponents) throws -> [String: Tensor] {
        try check(components)
        let file = try weights(diffusion, "vae")
        return try taken(file.name, drawn, from: file.shapes) { name in try file.tensor(name) }
    }

    func diffusion(_ drawn: [String: Tensor], _ components: PatchComponents) throws -> [String: Tensor] {
        try check(components)
        let unet = try weights(diffusion, "unet"), text = try weights(diffusion, "text_encoder")
        var result = try taken(unet.name, part("unet.", of: drawn), from: unet.shapes) { name in try unet.tensor(name) }
        result = Dictionary(uniqueKeysWithValues: result.map { ("unet.\($0.key)", $0.value) })
        // The training has open_clip's names, the folder Hugging Face's.
        let mine = part("text.", of: drawn)
        var pieces: [String: [String]] = [:]
        var shapes: [String: [Int]] = [:]
        for (name, tensor) in mine {
            let theirs = try CLIPTextNames.huggingFace(fromOpenCLIP: [name: tensor]).keys.sorted(by: Self.queriesFirst)
            pieces[name] = theirs
            guard theirs.allSatisfy({ text.shapes[$0] != nil }) else { continue }
            let rows = theirs.reduce(0) { $0 + (text.shapes[$1]?.first ?? 0) }
            shapes[name] = [rows] + (text.shapes[theirs[0]] ?? []).dropFirst()
        }
        let known = Set(pieces.values.joined())
        for name in text.shapes.keys where !known.contains(name) { shapes[name] = text.shapes[name] }
        let tower = try taken(text.name, mine, from: shapes) { name in
            try .cat((pieces[name] ?? []).map { piece throws(TensorError) in try text.tensor(piece) })
        }
        for (name, tensor) in tower { result["text.\(name)"] = tensor }
        return result
    }

    func clip(_ drawn: [String: Tensor]) throws -> [String: Tensor] {
        let file = try SafetensorsFolder(
            folder.appendingPathComponent("clip").path, stems: ["open_clip_model"])
        return try taken(file.name, drawn, from: file.shapes) { name in try file.tensor(name) }
    }

    // MARK: - Reading

    func weights(_ model: URL, _ part: String) throws(WeightsError) -> SafetensorsFolder {
        try SafetensorsFolder(
            model.appendingPathComponent(part).path, stems: ["diffusion_pytorch_model", "model"])
    }

    private func part(_ prefix: String, of tensors: [String: Tensor]) -> [String: Tensor] {
        Dictionary(
            uniqueKeysWithValues: tensors.filter { $0.key.hasPrefix(prefix) }.map {
                (String($0.key.dropFirst(prefix.count)), $0.value)
            })
    }

    /// The joined matrix of open_clip has queries, keys and values in this order.
    private static func queriesFirst(_ a: String, _ b: String) -> Bool {
        func place(_ name: String) -> Int {
            ["q_proj", "k_proj", "v_proj"].firstIndex { name.contains($0) } ?? 0
        }
        return (place(a), a) < (place(b), b)
    }

    /// - Throws: `TrainingError.checkpoint` naming what differs from the settings' network.
    private func taken(
        _ path: String, _ drawn: [String: Tensor], from shapes: [String: [Int]], _ read: (String) throws -> Tensor
    ) throws -> [String: Tensor] {
        let different = drawn.keys.filter { shapes[$0] != drawn[$0]?.shape } + shapes.keys.filter { drawn[$0] == nil }
        guard different.isEmpty else {
            let some = different.sorted().prefix(3).joined(separator: ", ")
            throw TrainingError.checkpoint(
                path,
                "isn't the network that the settings describe: \(different.count) parameters are missing, left over or of another shape (\(some)…)"
            )
        }
        var result: [String: Tensor] = [:]
        for name in drawn.keys { result[name] = try read(name).to(.float32) }
        return result
    }
}
