// Layers whose weights don't change, on the CPU. Gradients reach the input alone. Kernels, strides and padding are square.
#pragma once

#include <ATen/ATen.h>

#include <optional>

namespace ctorch {

/// Whether this LibTorch and processor can do it in this dtype, and it is not turned off.
bool has_frozen_layers(at::ScalarType dtype);

/// The weight [out, in, k, k] in the layout that suits convolving an input of this shape best; it serves other shapes, too. Which way a layer goes is
/// decided here, once: what is turned off later doesn't reach it.
at::Tensor frozen_pack(const at::Tensor &weight, at::IntArrayRef input, int64_t stride, int64_t padding);

/// From a packed weight that which takes gradients of a result of this shape back to the input; the same where that will do.
at::Tensor frozen_pack_turned(const at::Tensor &packed, at::IntArrayRef output, int64_t stride, int64_t padding);

/// - Parameter turned: needed where the input asks for gradients.
at::Tensor frozen_convolution(const at::Tensor &x, const at::Tensor &packed, const std::optional<at::Tensor> &turned,
                              const std::optional<at::Tensor> &bias, int64_t stride, int64_t padding);

/// x · weightᵀ + bias, the weight as it is.
at::Tensor frozen_linear(const at::Tensor &x, const at::Tensor &weight, const std::optional<at::Tensor> &bias);

}  // namespace ctorch
