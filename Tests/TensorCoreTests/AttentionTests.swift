import TensorCore
import Testing

/// Our blocked attention against the same in float64 with a full matrix of probabilities.
@Suite struct AttentionTests {
    /// What the tests attend with: q [B, heads, Q, d]; k and v [B, heads, K, d]; heads lie side by side in memory, as
    /// linear layers leave them.
    struct Shape: CustomTestStringConvertible, Sendable {
        let batch, heads, queries, keys, width: Int
        var testDescription: String { "\(batch)x\(heads): \(queries) queries, \(keys) keys, width \(width)" }
    }

    /// More than one block of each kind, whole and broken ones, odd numbers, a single key.
    static let shapes = [
        Shape(batch: 1, heads: 2, queries: 256, keys: 256, width: 40),
        Shape(batch: 2, heads: 3, queries: 300, keys: 77, width: 16),
        Shape(batch: 1, heads: 1, queries: 515, keys: 1037, width: 6),
        Shape(batch: 1, heads: 2, queries: 3, keys: 1, width: 80),
    ]
    static let dtypes = [DType.float32, .bfloat16]

    private let generator: Generator

    init() throws { generator = try Generator(seed: 3) }

    private func draw(_ shape: Shape, _ count: Int, _ dtype: DType, scale: Double = 1) throws -> Tensor {
        try (Tensor.randn([shape.batch, count, shape.heads, shape.width], generator: generator) * scale).to(dtype)
            .transpose(1, 2)
    }

    private func exact(_ q: Tensor, _ k: Tensor, _ v: Tensor, scale: Double) throws -> Tensor {
        try (q.to(.float64).matmul(k.to(.float64).transposed()) * scale).softmax(-1).matmul(v.to(.float64))
    }

    private func distance(_ one: Tensor, _ other: Tensor) throws -> Double {
        try (one.to(.float64) - other.to(.float64)).abs().max().item() / other.to(.float64).abs().max().item()
    }

    private func bound(_ dtype: DType) -> Double { dtype == .float32 ? 5e-6 : 2e-2 }

    @Test(arguments: dtypes, shapes)
    func valuesAreThoseOfTheWholeMatrix(dtype: DType, shape: Shape) throws {
        try skipUnlessAvailable(dtype)
        let q = try draw(shape, shape.queries, dtype), k = try draw(shape, shape.keys, dtype),
            v = try draw(shape, shape.keys, dtype)
        let found = try Tensor.scaledDotProductAttention(q, k, v, scale: 0.3)
        #expect(try found.dtype == dtype)
        #expect(found.shape == q.shape)
        #expect(try distance(found, exact(q, k, v, scale: 0.3)) < bound(dtype))
    }

    @Test(arguments: dtypes, shapes)
    func gradientsAreThoseOfTheWholeMatrix(dtype: DType, shape: Shape) throws {
        try skipUnlessAvailable(dtype)
        let leaves = try [
            draw(shape, shape.queries, dtype), draw(shape, shape.keys, dtype), draw(shape, shape.keys, dtype),
        ].map { try $0.requiringGrad() }
        let weights = try draw(shape, shape.queries, .float32)
        let found = try gradients(
            of: (Tensor.scaledDotProductAttention(leaves[0], leaves[1], leaves[2], scale: 0.3).to(.float32) * weights)
                .sum(), withRespectTo: leaves)
        let doubles = try leaves.map { try $0.detach().to(.float64).requiringGrad() }
        let expected = try gradients(
            of: (exact(doubles[0], doubles[1], doubles[2], scale: 0.3) * weights.to(.float64)).sum(),
            withRespectTo: doubles)
        for (one, other) in zip(found, expected) {
            // The softmax of one key doesn't depend on its arguments: their gradients are rounding errors around 0.
            let size: Double = try other.abs().max().item()
            if size > 1e-9 {
                #expect(try distance(one, other) < bound(dtype))
            } else {
                #expect(try one.to(.float32).abs().max().item() < bound(dtype))
            }
        }
    }

    /// A prompt's keys and values are constants: only queries get gradients.
    @Test(arguments: dtypes)
    func gradientsOfQueriesAloneAreTheSame(dtype: DType) throws {
        try skipUnlessAvailable(dtype)
        let shape = Self.shapes[1]
        let q = try draw(shape, shape.queries, dtype).requiringGrad(), k = try draw(shape, shape.keys, dtype),
            v = try draw(shape, shape.keys, dtype)
        let alone = try gradient(of: Tensor.scaledDotProductAttention(q, k, v).to(.float32).sum(), withRespectTo: q)
        let both = try gradients(
            of: Tensor.scaledDotProductAttention(q, k.requiringGrad(), v.requiringGrad()).to(.float32).sum(),
            withRespectTo: [q])
        #expect(try distance(alone, both[0]) == 0)
    }

    /// The gradient of a sum over queries is one row that stands for all.
    @Test(arguments: dtypes)
    func gradientsOfSumsOverQueriesAreTaken(dtype: DType) throws {
        try skipUnlessAvailable(dtype)
        let shape = Self.shapes[0]
        let q = try draw(shape, shape.queries, dtype).requiringGrad(), k = try draw(shape, shape.keys, dtype),
            v = try draw(shape, shape.keys, dtype)
        let weights = try Tensor.randn([shape.batch, shape.heads, shape.width], generator: generator)
        let found = try gradient(
            of: (Tensor.scaledDotProductAttention(q, k, v, scale: 0.3).sum(2).to(.float32) * weights).sum(),
            withRespectTo: q)
        let double = try q.detach().to(.float64).requiringGrad()
        let expected = try gradient(
            of: (exact(double, k, v, scale: 0.3).sum(2) * weights.to(.float64)).sum(), withRespectTo: double)
        #expect(try distance(found, expected) < bound(dtype))
    }

    /// Powers of large products would overflow, were not the largest taken off.
    @Test(arguments: dtypes)
    func largeProductsDoNotOverflow(dtype: DType) throws {
        try skipUnlessAvailable(dtype)
        let shape = Self.shapes[0]
        let q = try draw(shape, shape.queries, dtype, scale: 100), k = try draw(shape, shape.keys, dtype, scale: 100),
            v = try draw(shape, shape.keys, dtype)
        #expect(
            try distance(.scaledDotProductAttention(q, k, v, scale: 1), exact(q, k, v, scale: 1)) < 10 * bound(dtype))
    }

    /// The second NaN is CUDA's; an implementation by sums of exponents would turn it into a large number.
    @Test(arguments: [Float.nan, Float(bitPattern: 0x7fff_ffff)], dtypes)
    func whatIsNoNumberIsNotHidden(hole: Float, dtype: DType) throws {
        try skipUnlessAvailable(dtype)
        let shape = Self.shapes[1], d = shape.width
        let q = try draw(shape, shape.queries, dtype).requiringGrad(), v = try draw(shape, shape.keys, dtype)
        var numbers = [Float](repeating: 0.1, count: shape.batch * shape.keys * shape.heads * d)
        numbers.replaceSubrange(0..<d, with: repeatElement(hole, count: d))
        let k = try Tensor(numbers, [shape.batch, shape.keys, shape.heads, d]).to(dtype).transpose(1, 2)
        let found = try Tensor.scaledDotProductAttention(q, k, v)
        let back = try gradient(of: found.to(.float32).sum(), withRespectTo: q)
        // One key of one head of one picture
        for numbers in [try found.detach(), back] {
            #expect(try numbers.select(0, 0).select(0, 0).to(.float32).sum().item().isNaN)
            #expect(try numbers.select(0, 0).select(0, 1).to(.float32).allFinite)
        }
    }

    /// Cases that the blocks can't do are left to LibTorch.
    @Test func negativeScalesAndOverlappingRowsWork() throws {
        let shape = Self.shapes[0]
        let q = try draw(shape, shape.queries, .float32, scale: 3), v = try draw(shape, shape.keys, .float32)
        #expect(try distance(.scaledDotProductAttention(q, q, v, scale: -1), exact(q, q, v, scale: -1)) < 1e-4)
        let k = try q.narrow(2, start: 0, length: 1).expand(-1, -1, shape.keys, -1)
        #expect(try distance(.scaledDotProductAttention(q, k, v, scale: 1), exact(q, k, v, scale: 1)) < 1e-4)
    }

    /// One row of keys serves a batch without being copied.
    @Test func expandedContextsAreRead() throws {
        let shape = Self.shapes[1], one = Shape(batch: 1, heads: 3, queries: 300, keys: 77, width: 16)
        let q = try draw(shape, shape.queries, .float32), k = try draw(one, one.keys, .float32),
            v = try draw(one, one.keys, .float32)
        try k.requiringGrad()
        let found = try Tensor.scaledDotProductAttention(
            q, k.expand(2, -1, -1, -1), v.expand(2, -1, -1, -1), scale: 0.2)
        let double = try k.detach().to(.float64).requiringGrad()
        let expected = try exact(q, double.expand(2, -1, -1, -1), v.expand(2, -1, -1, -1), scale: 0.2)
        #expect(try distance(found.detach(), expected.detach()) < bound(.float32))
        #expect(
            try distance(
                gradient(of: found.sum(), withRespectTo: k), gradient(of: expected.sum(), withRespectTo: double)) < 1e-4
        )
    }
}
