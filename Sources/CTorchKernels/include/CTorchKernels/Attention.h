// Scaled dot-product attention on the CPU, by blocks of our own.
#pragma once

#include <ATen/ATen.h>

namespace ctorch {

/// Whether `attention_in_blocks` can take these, and is not turned off.
/// - Parameters: q [B, heads, Q, d]; k, v [B, heads, K, d].
bool suits_attention_in_blocks(const at::Tensor &q, const at::Tensor &k, const at::Tensor &v, double scale);

/// softmax(scale · q kᵀ) v without a matrix of probabilities; gradients reach all three.
/// - Parameters: what `suits_attention_in_blocks` said yes to.
/// - Returns: [B, heads, Q, d], laid out as [B, Q, heads, d].
at::Tensor attention_in_blocks(const at::Tensor &q, const at::Tensor &k, const at::Tensor &v, double scale);

}  // namespace ctorch
