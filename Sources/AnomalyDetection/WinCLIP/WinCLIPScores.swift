package import TensorCore

/// WinCLIP's maps and scores of a picture.
///
/// *Source*: Jeong et al. 2023, as anomalib has it.
package struct WinCLIPScores {
    /// How much the picture looks like the sentences of damage, 0…1.
    package let language: Double
    /// The same at each patch, over all window sizes, `[grid, grid]`.
    package let languageMap: Tensor
    /// Half the cosine distance to the normals, at each patch, `[grid, grid]`; nil where they are not looked at.
    package let association: Tensor?

    /// - Parameters:
    ///   - grids: of the windows of each size, in the features' order.
    ///   - text: of normal and of damaged objects, `[2, C]`, of length 1.
    ///   - bank: the normals'; nil: sentences alone.
    package init(
        _ features: WindowFeatures, grids: [WindowGrid], text: Tensor, temperature: Double, bank: WinCLIPBank?
    ) throws(TensorError) {
        let side = grids[0].grid
        func abnormal(_ embeddings: Tensor) throws(TensorError) -> Tensor {
            try (embeddings.normalized().matmul(text.transposed()) / temperature).softmax(1).select(1, 1)
        }
        let whole = try abnormal(features.image)
        language = try whole.item()
        var maps = [try whole.expand([side * side])]
        for (windows, grid) in zip(features.windows, grids) { maps.append(try grid.harmonic(abnormal(windows))) }
        languageMap = try WindowGrid.harmonic(maps).reshape([side, side])
        guard let bank else {
            association = nil
            return
        }
        var distances = [try bank.patches.distances(of: features.patches) / 2]
        for (index, grid) in grids.enumerated() {
            distances.append(try grid.harmonic(bank.windows[index].distances(of: features.windows[index]) / 2))
        }
        association = try Tensor.stack(distances, 0).mean(0).reshape([side, side])
    }

    /// The anomaly map, `[grid, grid]`.
    package var map: Tensor {
        get throws(TensorError) {
            guard let association else { return languageMap }
            return try (languageMap + association) / 2
        }
    }

    /// The picture's score, and the association's part of it.
    package func score() throws(TensorError) -> (score: Double, association: Double) {
        guard let association else { return (language, 0) }
        let largest = try association.max().item()
        return ((language + largest) / 2, largest)
    }
}
