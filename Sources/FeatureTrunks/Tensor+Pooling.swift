import TensorCore

// Maximum pools of `[B, C, H, W]` that hold no negative number, as rectifiers leave them. They are made of reshapes.

extension Tensor {
    /// The larger of 2×2 cells; an odd row or column at the end is left out.
    func pooledByTwo() throws(TensorError) -> Tensor {
        let (height, width) = (try size(2) / 2, try size(3) / 2)
        return try narrow(2, start: 0, length: 2 * height).narrow(3, start: 0, length: 2 * width)
            .reshape([size(0), size(1), height, 2, width, 2]).amax(3, 5)
    }

    /// The largest of 3×3 cells around every second place, the first included; zeros around never win.
    func pooledByThree() throws(TensorError) -> Tensor { try pooledByThree(3).pooledByThree(2) }

    /// The same along one dimension: place 2 i with its two neighbours.
    private func pooledByThree(_ dimension: Int) throws(TensorError) -> Tensor {
        let length = try size(dimension), count = (length + 1) / 2
        // A zero in front, and behind as many as make it even: pairs (2 i − 1, 2 i), and 2 i + 1 begins the next pair.
        let after = 2 * (count + 1) - length - 1
        let padded = try pad(dimension == 3 ? [1, after] : [0, 0, 1, after])
        var shape = padded.shape
        shape[dimension] = count + 1
        shape.insert(2, at: dimension + 1)
        let pairs = try padded.reshape(shape)
        let both = try pairs.narrow(dimension, start: 0, length: count).amax(dimension + 1)
        let next = try pairs.narrow(dimension, start: 1, length: count).select(dimension + 1, 0)
        return try both.maximum(next)
    }
}
