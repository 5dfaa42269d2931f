package import TensorCore

/// Maps of patches as rows.
package enum PatchTokens {
    /// `[1, channels, h, w]` as `[h · w, channels]`.
    package static func rows(_ map: Tensor) throws(TensorError) -> Tensor {
        try map.squeeze(0).flatten(1, 2).transposed().contiguous()
    }

    /// The mean of the largest hundredth of the values, of the largest alone where there are fewer than 200.
    package static func meanOfLargest(_ values: Tensor) throws(TensorError) -> Double {
        let all = try values.flatten()
        return try all.topK(max(1, all.count / 100)).values.mean().item()
    }
}
