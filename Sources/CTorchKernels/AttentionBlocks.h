// Fused attention on the CPU; see Attention.cpp.
#pragma once

#include <ATen/ATen.h>

#include <tuple>

namespace ctorch {

struct Attended {
    /// [B, heads, Q, d], laid out as [B, Q, heads, d].
    at::Tensor values;
    /// log₂ Σₖ exp(scale · q·k) of each query, [B, heads, Q] float32; powers of two are cheaper than those of e.
    at::Tensor logarithms;
};

/// softmax(scale · q kᵀ) v without a matrix of probabilities.
/// - Parameters: q [B, heads, Q, d]; k, v [B, heads, K, d]; float32, or bfloat16 with an even d; none empty, the last
///   dimension contiguous, rows that don't overlap; scale > 0.
Attended attend(const at::Tensor &q, const at::Tensor &k, const at::Tensor &v, double scale);

/// The gradients of q, k and v, the last two only on request; laid out as `Attended.values`.
/// - Parameter gradient: the gradient of the values, in any layout.
std::tuple<at::Tensor, at::Tensor, at::Tensor> attend_back(
    const at::Tensor &gradient, const at::Tensor &q, const at::Tensor &k, const at::Tensor &v, const Attended &result, double scale, bool of_context);

}  // namespace ctorch
