// Scaled dot-product attention on the CPU, with our own blocked kernel.
#pragma once

#include <ATen/ATen.h>

namespace ctorch {

/// Whether `attention_in_blocks` is turned on and supports these tensors.
/// - Parameters: q [B, heads, Q, d]; k, v [B, heads, K, d].
bool suits_attention_in_blocks(const at::Tensor &q, const at::Tensor &k, const at::Tensor &v, double scale);

/// softmax(scale · q kᵀ) v without a matrix of probabilities; all three get gradients.
/// - Parameters: tensors for which `suits_attention_in_blocks` is true.
/// - Returns: [B, heads, Q, d], laid out as [B, Q, heads, d].
at::Tensor attention_in_blocks(const at::Tensor &q, const at::Tensor &k, const at::Tensor &v, double scale);

}  // namespace ctorch
