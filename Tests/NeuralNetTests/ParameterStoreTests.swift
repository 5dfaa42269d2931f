import NeuralNet
import TensorCore
import Testing

@Suite("Parameters")
struct ParameterStoreTests {
    /// A network of a few layers, as the real ones are written.
    struct Network {
        let conv: Conv2d
        let norm: GroupNorm
        let fc: Linear
        let ln: LayerNorm
        let table: Embedding

        init(_ parameters: Parameters) throws(TensorError) {
            conv = try Conv2d(parameters["conv"], 2, 4, kernel: 3, padding: 1)
            norm = try GroupNorm(parameters["norm"], groups: 2, channels: 4)
            fc = try Linear(parameters["blocks"][0][anyOf: "to_q", "query"], 4, 3, bias: false)
            ln = try LayerNorm(parameters["ln"], 3)
            table = try Embedding(parameters["token_embedding"], count: 5, width: 3)
        }

        func callAsFunction(_ x: Tensor, _ ids: Tensor) throws(TensorError) -> Tensor {
            try ln(fc(norm(conv(x)).mean(-1, -2)) + table(ids))
        }
    }

    func drawn(_ seed: UInt32) throws -> (ParameterStore, Network) {
        let store = try ParameterStore(drawnFrom: Generator(seed: seed))
        return (store, try Network(store.root))
    }

    func dictionary(_ store: ParameterStore) -> [String: Tensor] {
        Dictionary(uniqueKeysWithValues: store.named.map { ($0.name, $0.tensor) })
    }

    @Test("A network loaded from what a drawn one holds gives the same numbers")
    func reload() throws {
        let (store, network) = try drawn(1)
        #expect(store.parameterCount == 4 * 2 * 9 + 4 + 8 + 12 + 6 + 15)
        let loading = ParameterStore(WeightsInMemory(dictionary(store)))
        let loaded = try Network(loading.root)
        try loading.verify()
        let x = try Tensor.randn([1, 2, 4, 4], generator: Generator(seed: 2))
        let ids = try Tensor([3])
        // Equal to rounding: read weights use other kernels than weights that are drawn for training.
        let (one, other) = (try network(x, ids).floats(), try loaded(x, ids).floats())
        #expect(!one.isEmpty && one.count == other.count)
        #expect(zip(one, other).allSatisfy { abs($0 - $1) < 1e-5 })
    }

    @Test("The same seed draws the same parameters; PyTorch's bounds hold")
    func seeded() throws {
        let (one, other, third) = (try drawn(1).0, try drawn(1).0, try drawn(2).0)
        #expect(try one.named.map { try $0.tensor.floats() } == other.named.map { try $0.tensor.floats() })
        #expect(try one.named.map { try $0.tensor.floats() } != third.named.map { try $0.tensor.floats() })
        let bound = 1 / Float(18).squareRoot()
        let weight = try #require(dictionary(one)["conv.weight"]).floats()
        #expect(weight.count == 4 * 2 * 9)
        #expect(weight.allSatisfy { abs($0) <= bound } && weight.contains { abs($0) > bound / 2 })
    }

    @Test("One error lists everything that is missing, misshaped and left over")
    func differences() throws {
        var tensors = dictionary(try drawn(1).0)
        tensors["conv.bias"] = nil
        tensors["ln.weight"] = nil
        tensors["norm.weight"] = try Tensor.zeros([8])
        tensors["token_embedding.weight"] = try Tensor.zeros([5, 4])
        tensors["extra.one"] = try Tensor.zeros([1])
        tensors["extra.two"] = try Tensor.zeros([1])
        tensors["position_ids"] = try Tensor.zeros([1])
        let store = ParameterStore(WeightsInMemory(tensors, name: "model.safetensors"))
        _ = try Network(store.root)
        let error = try #require(weightsError { try store.verify { $0 == "position_ids" } })
        #expect(
            error.description == """
                model.safetensors: the weights don't fit the network that the configuration describes
                  missing (2):
                    conv.bias [4]
                    ln.weight [3]
                  of another shape (2):
                    norm.weight: [8], expected [4]
                    token_embedding.weight: [5, 4], expected [5, 3]
                  not part of the network (2):
                    extra.one
                    extra.two
                """)
        #expect(error.kind == .badData)
    }

    @Test("Second names, prefixes and casts on load")
    func names() throws {
        var tensors: [String: Tensor] = [:]
        for (name, tensor) in try drawn(1).0.named {
            tensors["text_model." + name.replacing("to_q", with: "query")] = try tensor.to(.bfloat16)
        }
        let store = ParameterStore(WeightsInMemory(tensors), dtype: .float16) { "text_model." + $0 }
        let network = try Network(store.root)
        try store.verify()
        #expect(try network.fc.weight.dtype == .float16)
        #expect(store.root.contains("blocks.0.query"))
        #expect(!store.root.contains("block"))
        #expect(try store.root.optionalTensor("none", [1]) == nil)
    }

    @Test(
        "Parameters start as asked",
        arguments: [
            (Initialization.zeros, [0, 0, 0, 0] as [Float]), (.ones, [1, 1, 1, 1]),
            (.constant(0.5), [0.5, 0.5, 0.5, 0.5]),
            (.identity, [1, 0, 0, 1]),
        ])
    func initialization(_ initial: Initialization, _ expected: [Float]) throws {
        let store = try ParameterStore(drawnFrom: Generator(seed: 1))
        #expect(try store.root.tensor("x", [2, 2], initial).floats() == expected)
    }

    @Test func activations() throws {
        let x = try Tensor([-1, 2] as [Float])
        #expect(try Activation(named: "swish")(x).floats() == x.silu().floats())
        #expect(try Activation(named: "quick_gelu")(x).floats() == x.quickGELU().floats())
        #expect(try Activation(named: "gelu")(x).floats() == x.gelu().floats())
        #expect(throws: TensorError.self) { try Activation(named: "mish") }
    }
}
