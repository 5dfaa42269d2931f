import Algorithms
import TensorCore

/// Tokens of the normals, searched for the exact nearest neighbour.
///
/// *Source*: paper section A.2, equation 9: cosine similarity on adapted tokens (the ancestors take raw ones).
///
/// A bank of hundreds of normals does not fit into memory (17 MB each at ViT-L/14, 518 pixels). It is searched block by
/// block, and a running maximum is kept, so that the result is exact and doesn't depend on how much is held.
final class MemoryBank {
    private let count: Int
    private let limit: Int
    private let tokens: (Int) throws -> [Tensor]
    private var held: [Int: [Tensor]] = [:]
    private var heldBytes = 0

    /// - Parameters:
    ///   - count: number of blocks, for example one for each normal.
    ///   - limit: bytes of tokens that are held at a time; other tokens are asked for again when needed.
    ///   - tokens: a block's tokens: per stage `[1, P, C]`, of length 1.
    init(blocks count: Int, limit: Int, tokens: @escaping (Int) throws -> [Tensor]) {
        (self.count, self.limit, self.tokens) = (count, limit, tokens)
    }

    /// Groups of pictures to be searched together: single pictures while there are few blocks, else many at a time, so
    /// that each block is computed rarely.
    func portions<Element>(of elements: [Element]) -> ChunksOfCountCollection<[Element]> {
        // Up to 16 normals are held whatever their size; with more, a portion of pictures shares the work of adapting
        // each normal.
        elements.chunks(ofCount: count <= 16 ? 1 : 32)
    }

    /// Σ over stages of 1 − the largest cosine to any token of the bank; 0 where the bank is empty.
    ///
    /// - Parameter pictures: for each its tokens per stage, `[1, P, C]`, of length 1.
    /// - Returns: for each `[P]`.
    func distances(of pictures: [[Tensor]]) throws -> [Tensor] {
        var nearest: [[Tensor]] = []
        for index in 0..<count {
            let block = try block(index)
            let similarities = try pictures.map { picture in
                try zip(picture, block).map { try $0.squeeze(0).products(withRowsOf: $1.squeeze(0)).amax(1) }
            }
            nearest =
                nearest.isEmpty
                ? similarities : try zip(nearest, similarities).map { try zip($0, $1).map { try $0.maximum($1) } }
        }
        return try pictures.enumerated().map { number, picture in
            guard count > 0 else { return try picture[0].select(0, 0).select(1, 0).zerosLike() }
            return try nearest[number].dropFirst().reduce(1 - nearest[number][0]) { try $0 + (1 - $1) }
        }
    }

    private func block(_ index: Int) throws -> [Tensor] {
        if let found = held[index] { return found }
        let tokens = try tokens(index)
        let bytes = try tokens.reduce(0) { try $0 + $1.count * $1.dtype.size }
        if heldBytes + bytes <= limit {
            held[index] = tokens
            heldBytes += bytes
        }
        return tokens
    }
}
