import Algorithms
import TensorCore

/// Tokens of the normals, searched for the exact nearest neighbour.
///
/// *Source*: paper section A.2, equation 9: cosine similarity on adapted tokens (the ancestors take raw ones).
///
/// A bank of hundreds of normals does not fit into memory (17 MB each at ViT-L/14, 518 pixels). It is searched block by
/// block, and a running maximum is kept, so that the result is exact and the same however much is held.
final class MemoryBank {
    private let count: Int
    private let limit: Int
    private let tokens: (Int) throws -> [Tensor]
    private var held: [Int: [Tensor]] = [:]
    private var heldBytes = 0

    /// - Parameters:
    ///   - count: of blocks, a normal each, say.
    ///   - limit: bytes of tokens that are held at a time; what is not held is asked for again when needed.
    ///   - tokens: a block's tokens: per stage `[1, P, C]`, of length 1.
    init(blocks count: Int, limit: Int, tokens: @escaping (Int) throws -> [Tensor]) {
        (self.count, self.limit, self.tokens) = (count, limit, tokens)
    }

    /// Pictures to be searched together: one by one while few blocks are asked about, else many, so that each block is
    /// made seldom.
    func portions<Element>(of elements: [Element]) -> ChunksOfCountCollection<[Element]> {
        // Up to this many normals are held whatever their size; beyond, a portion shares the work of adapting one.
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
