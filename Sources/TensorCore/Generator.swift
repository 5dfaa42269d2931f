import CTorch

/// A stream of random numbers: LibTorch's CPU generator (a Mersenne Twister), so that noise equals PyTorch's for the
/// same seed on every device.
package final class Generator {
    let handle: CTorchGenerator

    /// A stream that starts from `seed`; the generator uses its low 32 bits only.
    package init(seed: UInt64) throws(TensorError) {
        var handle = CTorchGenerator()
        try check(ctorch_generator_create(seed, &handle))
        self.handle = handle
    }

    @_disfavoredOverload
    package convenience init(seed: UInt32) throws(TensorError) {
        try self.init(seed: UInt64(seed))
    }

    deinit { ctorch_generator_free(handle) }

    /// The stream's whole state, for checkpoints.
    package var state: [UInt8] {
        get throws(TensorError) {
            try Tensor { ctorch_generator_state(handle, $0) }.array(of: UInt8.self)
        }
    }

    /// Goes on from a state that `state` gave.
    ///
    /// *Throws* `TensorError.failed` when the bytes are not such a state.
    package func restore(_ state: [UInt8]) throws(TensorError) {
        let bytes = try Tensor(state, [state.count])
        try check(ctorch_generator_set_state(handle, bytes.handle))
    }
}

extension Tensor {
    /// Standard normal noise, float32 on the CPU: bit-equal to `torch.randn(shape,
    /// generator=torch.Generator().manual_seed(seed))`.
    package static func randn(_ shape: [Int], generator: Generator) throws(TensorError) -> Tensor {
        try Tensor { out in shape.withInts { ctorch_randn($0, generator.handle, out) } }
    }

    /// Uniform noise in [0, 1), float32 on the CPU; bit-equal to `torch.rand` as above.
    package static func rand(_ shape: [Int], generator: Generator) throws(TensorError) -> Tensor {
        try Tensor { out in shape.withInts { ctorch_rand($0, generator.handle, out) } }
    }

    /// The numbers 0 ..< count in random order, int64 on the CPU; bit-equal to `torch.randperm` as above.
    package static func randperm(_ count: Int, generator: Generator) throws(TensorError) -> Tensor {
        try Tensor { ctorch_randperm(count, generator.handle, $0) }
    }
}
