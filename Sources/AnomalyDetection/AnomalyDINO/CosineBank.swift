package import TensorCore

/// Patches of length 1, searched by cosine.
package struct CosineBank {
    /// Rows of length 1: half their squared distance is 1 − cosine.
    package let bank: PatchBank

    package init(_ bank: PatchBank) { self.bank = bank }

    /// - Parameter tokens: `[n, channels]`, of any length.
    package init(_ tokens: [Tensor]) throws(TensorError) {
        var rows: [Tensor] = []
        for part in tokens { rows.append(try part.normalized(1)) }
        bank = try PatchBank(Tensor.cat(rows, 0))
    }

    /// 1 − the largest cosine of each patch to the bank, `[P]`.
    ///
    /// - Parameter tokens: `[P, channels]`, of any length.
    package func distances(of tokens: Tensor) throws(TensorError) -> Tensor {
        let distances = try bank.nearest(to: tokens.normalized(1)).distances
        return try distances * distances / 2
    }
}
