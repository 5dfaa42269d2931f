// Group norm on the CPU for channels that come last in memory.
#pragma once

#include <ATen/ATen.h>

#include <optional>

namespace ctorch {

/// Normalises groups of the channels of [B, C, …] to mean 0 and variance 1, then scales and shifts each channel. Our
/// own kernel is used on the CPU in float32 with channels last in memory, and gives a gradient only for the input.
/// LibTorch's is used for everything else, for weights that are trained, and where norms are turned off.
at::Tensor group_norm(
    const at::Tensor &x, int64_t groups, const std::optional<at::Tensor> &weight, const std::optional<at::Tensor> &bias, double eps);

}  // namespace ctorch
