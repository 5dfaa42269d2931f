package import TensorCore

/// Features of several layers at each place of the finest, some channels of them.
///
/// *Source*: Defard et al. 2021, section III.A: deeper layers are repeated, not blended.
package enum PlaceEmbedding {
    /// - Parameters:
    ///   - maps: per layer `[1, channels, h, w]`, the finest first.
    ///   - channels: of all layers side by side, int64 `[d]`.
    /// - Returns: `[h · w, d]`, and the grid.
    package static func vectors(_ maps: [Tensor], channels: Tensor) throws(TensorError) -> (
        vectors: Tensor, height: Int, width: Int
    ) {
        precondition(!maps.isEmpty)
        let (height, width) = (try maps[0].size(2), try maps[0].size(3))
        var layers: [Tensor] = []
        for map in maps {
            layers.append(layers.isEmpty ? map : try map.interpolate(height: height, width: width, .nearest))
        }
        let chosen = try Tensor.cat(layers, 1).indexSelect(1, channels)
        return (
            try chosen.squeeze(0).permute(1, 2, 0).reshape([height * width, chosen.size(1)]).contiguous(), height, width
        )
    }
}
