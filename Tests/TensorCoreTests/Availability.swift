import TensorCore
import Testing

/// Why tests in bfloat16 are left out, for the traits of those that are in nothing else.
let noHalfKernels: Comment = "LibTorch has no kernels in bfloat16 for this processor"
let hasHalfKernels = Tensor.hasFrozenLayers(.bfloat16)

/// Ends one case of a test where this processor can't run it. The log leaves out cases that are cancelled, so it is
/// told in a line of its own.
func skipUnlessAvailable(_ dtype: DType) throws {
    guard !Tensor.hasFrozenLayers(dtype) else { return }
    print("➜ \(Test.current?.name ?? "") is not tested in \(dtype): \(noHalfKernels)")
    try Test.cancel(noHalfKernels)
}
