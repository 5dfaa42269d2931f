// Convolutions with 3×3 kernels, by Winograd's algorithm.
#pragma once

#include <ATen/ATen.h>

#include <optional>

namespace ctorch {

/// How many results along each side of a tile are computed together when a 3×3 kernel goes over a map of this size with
/// stride 1 and a border of one zero: 4 or 2, or 0 where another algorithm is as fast.
int64_t winograd_tile(at::ScalarType dtype, int64_t inputs, int64_t outputs, int64_t height, int64_t width);

/// A kernel transformed for multiplying, each number once: [tile + 2, tile + 2, in, out], the first two dimensions
/// being the points at which polynomials are evaluated. In memory each [in, out] is split into blocks of 64 columns,
/// each laid out like a `Panel`.
/// - Parameter weight: [out, in, 3, 3], float32 or, for tiles of 2, bfloat16; in and out are multiples of 16.
at::Tensor winograd_pack(const at::Tensor &weight, int64_t tile);

/// The convolution of `x` with a kernel, with stride 1 and a border of one zero; any height and width, not only the
/// size that the kernel was packed for.
/// - Parameters:
///   - x: [B, in, H, W], of the kernel's dtype; copied unless its channels come last in memory.
///   - packed: what `winograd_pack` made.
///   - bias: [out]; turned: [in].
///   - turned: whether the kernel is turned around and its channels are swapped, as for the gradient of such a convolution: `x` is [B, out, H, W] then.
/// - Returns: [B, out, H, W] (turned: [B, in, H, W]), channels last in memory. Sums are float32. A picture's numbers
///   don't depend on the batch where oneDNN has block kernels for the processor. A number that isn't finite can make
///   all results of the tiles that read it NaN.
at::Tensor winograd_convolve(const at::Tensor &x, const at::Tensor &packed, const std::optional<at::Tensor> &bias, bool turned);

}  // namespace ctorch
