// Layers whose weights don't change, on the CPU. Only the input gets a gradient. Kernels, strides and padding are
// square.
#pragma once

#include <ATen/ATen.h>

#include <optional>

namespace ctorch {

/// Whether frozen layers are turned on and supported by this LibTorch and processor in this dtype.
bool has_frozen_layers(at::ScalarType dtype);

/// The weight [out, in, k, k] in the layout that suits convolving an input of this shape best; inputs of other shapes
/// work, too. The algorithm of a layer is decided here, once; turning kernels off later doesn't change it.
at::Tensor frozen_pack(const at::Tensor &weight, at::IntArrayRef input, int64_t stride, int64_t padding);

/// Makes, from a packed weight, the weight that maps gradients of an output of this shape back to the input; returns
/// the packed weight itself where it can do that.
at::Tensor frozen_pack_turned(const at::Tensor &packed, at::IntArrayRef output, int64_t stride, int64_t padding);

/// - Parameter turned: needed when the input requires a gradient.
at::Tensor frozen_convolution(const at::Tensor &x, const at::Tensor &packed, const std::optional<at::Tensor> &turned,
                              const std::optional<at::Tensor> &bias, int64_t stride, int64_t padding);

/// x · weightᵀ + bias; the weight is not packed.
at::Tensor frozen_linear(const at::Tensor &x, const at::Tensor &weight, const std::optional<at::Tensor> &bias);

}  // namespace ctorch
