// Group norm on the CPU of channels that lie last in memory.
#pragma once

#include <ATen/ATen.h>

#include <optional>

namespace ctorch {

/// Channels of [B, C, …] in groups, each brought to mean 0 and variance 1, then scaled and shifted per channel. On the CPU in float32, channels last in
/// memory, by a kernel of our own, whose gradients reach the input alone; by LibTorch's for all else, for weights that are trained, and where norms are
/// turned off.
at::Tensor group_norm(
    const at::Tensor &x, int64_t groups, const std::optional<at::Tensor> &weight, const std::optional<at::Tensor> &bias, double eps);

}  // namespace ctorch
