import TensorCore
import Testing

@Suite("Tensors")
struct TensorTests {
    let a: Tensor  // [[1, 2, 3], [4, 5, 6]]

    init() throws { a = try Tensor([1, 2, 3, 4, 5, 6] as [Float], [2, 3]) }

    @Test("Operators broadcast, and scalars stand on either side")
    func operators() throws {
        let row = try Tensor([10, 20, 30] as [Float])
        #expect(try (a + row * 2 - 1).floats() == [20, 41, 62, 23, 44, 65])
        #expect(try (-a / 2).floats() == [-0.5, -1, -1.5, -2, -2.5, -3])
        #expect(try (1 - a).floats() == [0, -1, -2, -3, -4, -5])
        #expect(try (60 / a).floats() == [60, 30, 20, 15, 12, 10])
        #expect(try a.pow(2).floats() == [1, 4, 9, 16, 25, 36])
    }

    @Test("Scalars don't widen a tensor, and whole ones leave integers whole")
    func promotion() throws {
        let ids = try Tensor.arange(3)
        #expect(try (ids + 1).dtype == .int64)
        #expect(try (2 - ids).dtype == .int64)
        #expect(try (ids * 0.5).dtype == .float32)
        let half = try a.to(.float16)
        for result in [try half * 0.5, try 0.5 * half, try 1 / half, try half + 1, try 1.5 - half] {
            #expect(try result.dtype == .float16)
        }
    }

    @Test func comparisons() throws {
        #expect(try (a .> 3).array(of: Bool.self) == [false, false, false, true, true, true])
        #expect(
            try (a .== Tensor([1, 0, 3] as [Float])).array(of: Bool.self) == [true, false, true, false, false, false])
        #expect(try ((a .>= 2) .& (a .< 4)).sum().intItem() == 2)
        #expect(try Tensor.where(a .> 3, a, a.zerosLike()).floats() == [0, 0, 0, 4, 5, 6])
        #expect(try a.clamp(min: 2, max: 4.5).floats() == [2, 2, 3, 4, 4.5, 4.5])
        #expect(try a.clamp(max: 2).max().item() == 2)
    }

    @Test func reductions() throws {
        #expect(try a.sum().item() == 21)
        #expect(try a.mean(0).floats() == [2.5, 3.5, 4.5])
        #expect(try a.sum(1, keepDim: true).shape == [2, 1])
        #expect(try a.amax(0, 1).item() == 6)
        #expect(try a.amin(1).floats() == [1, 4])
        #expect(try a.argmax(1).ints() == [2, 2])
        #expect(try a.argmax().intItem() == 5)
        let top = try a.topK(2)
        #expect(try top.values.floats() == [3, 2, 6, 5])
        #expect(try top.indices.ints() == [2, 1, 2, 1])
        #expect(try Tensor([3, 4] as [Float]).norm().item() == 5)
    }

    @Test("Eigenvalues ascend, vectors are columns, and only the lower triangle is read")
    func symmetricEigen() throws {
        let matrix = try Tensor([2, 99, 1, 2] as [Double], [2, 2])
        let (values, vectors) = try matrix.symmetricEigen()
        #expect(try zip(values.doubles(), [1, 3]).allSatisfy { abs($0 - $1) < 1e-12 })
        let largest = try vectors.select(1, 1).doubles()
        #expect(abs(abs(largest[0]) - 0.5.squareRoot()) < 1e-12 && abs(largest[0] - largest[1]) < 1e-12)
        #expect(throws: TensorError.self) { try a.symmetricEigen() }
    }

    @Test func shapes() throws {
        #expect(try a.transposed().contiguous().floats() == [1, 4, 2, 5, 3, 6])
        #expect(try a.transposed().floats() == [1, 4, 2, 5, 3, 6], "a view is read in its own order")
        #expect(try a.reshape(3, -1).shape == [3, 2])
        #expect(try a.unsqueeze(0).permute(2, 0, 1).shape == [3, 1, 2])
        #expect(try a.unsqueeze(1).squeeze(1).shape == [2, 3])
        #expect(try a.unsqueeze(0).expand(4, -1, -1).shape == [4, 2, 3])
        #expect(try a.repeated(2, 1).shape == [4, 3])
        #expect(try a.flip(-1).floats() == [3, 2, 1, 6, 5, 4])
        #expect(try a.narrow(1, start: 1, length: 2).floats() == [2, 3, 5, 6])
        #expect(try a.select(0, -1).floats() == [4, 5, 6])
        #expect(try a.indexSelect(1, [2, 0]).floats() == [3, 1, 6, 4])
        #expect(try a.gather(1, Tensor([0, 2], [2, 1])).floats() == [1, 6])
        #expect(try a.chunk(2, -1).map(\.shape) == [[2, 2], [2, 1]])
        #expect(try Tensor.cat([a, a], 1).shape == [2, 6])
        #expect(try Tensor.stack([a, a]).shape == [2, 2, 3])
        #expect(try Tensor.causalMask(2).floats() == [0, -.infinity, 0, 0])
        #expect(try a.tril().floats() == [1, 0, 0, 4, 5, 0])
    }

    @Test("Numbers come back as any type; half precision keeps what it can hold")
    func conversions() throws {
        #expect(try a.ints() == [1, 2, 3, 4, 5, 6])
        #expect(try a.to(.bfloat16).doubles() == [1, 2, 3, 4, 5, 6])
        #expect(try Tensor([0, 128, 255] as [UInt8]).floats() == [0, 128, 255])
        #expect(try Tensor([1.5] as [Float]).bytes() == [0, 0, 0xC0, 0x3F])
        #expect(try Tensor([1.5] as [Float]).to(.float16).bytes() == [0, 0x3E])
        let bytes: [UInt8] = [0, 0x3E]
        #expect(try bytes.withUnsafeBytes { try Tensor(bytes: $0, shape: [1], dtype: .float16) }.item() == 1.5)
        #expect(try Tensor([] as [Float], [0, 3]).floats().isEmpty)
    }

    @Test func finiteness() throws {
        #expect(try a.allFinite)
        #expect(try !(a / 0).allFinite)
        #expect(try !(a / 0 * 0).allFinite)
    }
}
