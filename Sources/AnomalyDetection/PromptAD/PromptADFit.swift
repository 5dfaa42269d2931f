import NeuralNet
package import TensorCore

/// A fitted PromptAD: the anchors of its prompts, and the normals' patches.
package struct PromptADFit {
    /// Of good and of damaged objects, for pictures and for pixels, `[2, C]`, of length 1.
    package let image, pixel: Tensor
    /// The normals' patches in each block.
    package let banks: [CosineBank]

    package init(image: Tensor, pixel: Tensor, banks: [CosineBank]) {
        (self.image, self.pixel, self.banks) = (image, pixel, banks)
    }

    package struct Scores {
        /// Of the whole picture, 0…1.
        package let language: Double
        /// Half the cosine distance to the normals, the mean over blocks, `[grid, grid]`.
        package let association: Tensor
        /// The anomaly map, `[grid, grid]`.
        package let map: Tensor
        package let score: Double
    }

    /// *Source*: Li et al. 2024, as the released code has it: half harmonic means of language and
    /// association.
    package func scores(_ features: PromptADFeatures, grid: Int, scale: Double) throws(TensorError) -> Scores {
        func damaged(_ vectors: Tensor, _ anchors: Tensor) throws(TensorError) -> Tensor {
            try (vectors.matmul(anchors.transposed()) * scale).softmax(1).select(1, 1)
        }
        func joined(_ a: Tensor, _ b: Tensor) throws(TensorError) -> Tensor {
            // An association of 0, that of a normal's own patch, makes 0.
            try (a.clamp(min: 1e-12).reciprocal() + b.clamp(min: 1e-12).reciprocal()).reciprocal()
        }
        var distances: [Tensor] = []
        for (states, bank) in zip(features.states, banks) { distances.append(try bank.distances(of: states) / 2) }
        let association = try Tensor.stack(distances, 0).mean(0), largest = try association.max()
        let language = try damaged(features.image, image).select(0, 0)
        return Scores(
            language: try language.item(), association: try association.reshape([grid, grid]),
            map: try joined(damaged(features.patches, pixel), association).reshape([grid, grid]),
            score: try joined(language, largest).item())
    }

    // MARK: - Files

    /// Writes a safetensors file.
    ///
    /// - Throws: `WeightsError` of kind io, `TensorError`.
    package func write(to path: String, blocks: [Int]) throws {
        var tensors = ["image": try image.to(device: .cpu), "pixel": try pixel.to(device: .cpu)]
        for (block, bank) in zip(blocks, banks) {
            tensors["block\(block)"] = try bank.bank.vectors.to(device: .cpu).contiguous()
        }
        try SafetensorsWriter.write(tensors, to: path)
    }

    /// Reads a fit.
    ///
    /// - Throws: `WeightsError`; `DetectionError.fitted` where it is of another network or other blocks; `TensorError`.
    package static func read(_ path: String, blocks: [Int], width: Int, embedding: Int, device: Device) throws
        -> PromptADFit
    {
        let file = try SafetensorsFile(path)
        func tensor(_ name: String, _ channels: Int, rows: ClosedRange<Int>) throws -> Tensor {
            guard let shape = file.shapes[name], shape.count == 2, rows.contains(shape[0]), shape[1] == channels else {
                throw DetectionError.fitted(
                    file: path, reason: "no \(name) with \(channels) channels; fit it again")
            }
            return try file.tensor(name).to(.float32, device: device)
        }
        return PromptADFit(
            image: try tensor("image", embedding, rows: 2...2), pixel: try tensor("pixel", embedding, rows: 2...2),
            banks: try blocks.map { CosineBank(try PatchBank(tensor("block\($0)", width, rows: 1...Int.max))) })
    }
}
