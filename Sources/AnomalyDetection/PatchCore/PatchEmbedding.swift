package import TensorCore

/// Features of several layers as one vector a patch.
///
/// *Source*: Roth et al. 2022, section 3.1, as anomalib has it: each layer averaged over 3×3 places (zeros around
/// count), deeper ones resized to the first one's grid, channels side by side.
package enum PatchEmbedding {
    /// - Parameter maps: per layer `[1, channels, h, w]`, the finest first.
    /// - Returns: `[h · w, channels]`, and the grid.
    package static func vectors(_ maps: [Tensor]) throws(TensorError) -> (vectors: Tensor, height: Int, width: Int) {
        precondition(!maps.isEmpty)
        let (height, width) = (try maps[0].size(2), try maps[0].size(3))
        var layers: [Tensor] = []
        for map in maps {
            let averaged = try map.pad([1, 1, 1, 1]).avgPool2d(3, stride: 1)
            layers.append(
                layers.isEmpty ? averaged : try averaged.interpolate(height: height, width: width, .bilinear))
        }
        let channels = try Tensor.cat(layers, 1)
        return (
            try channels.squeeze(0).permute(1, 2, 0).reshape([height * width, channels.size(1)]).contiguous(), height,
            width
        )
    }
}
