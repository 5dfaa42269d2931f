// Scaled dot-product attention: on the CPU by blocks of our own, elsewhere and with masks by LibTorch's.
#include "Guarded.h"

#include <CTorchKernels/Attention.h>

#include <ATen/core/grad_mode.h>

#include <cmath>

using namespace ctorch;

namespace {

/// Lets attention that records no gradient choose any kernel, cuDNN's among them, where LibTorch must be deterministic. On an H100 two processes made the
/// same bytes with it; what it saves was not timed apart.
class ForwardAlone {
public:
    explicit ForwardAlone(const at::Tensor &query) : is_on_(query.is_cuda() && context_.deterministicAlgorithms() && !at::GradMode::is_enabled()) {
        if (is_on_) context_.setDeterministicAlgorithms(false, warns_);
    }
    ~ForwardAlone() {
        if (is_on_) context_.setDeterministicAlgorithms(true, warns_);
    }

private:
    at::Context &context_ = at::globalContext();
    const bool warns_ = context_.deterministicAlgorithmsWarnOnly();
    const bool is_on_;
};

}  // namespace

CTorchStatus ctorch_attention(CTorchTensor query, CTorchTensor key, CTorchTensor value, CTorchTensor mask_or_none,
                              bool is_causal, const double *scale, CTorchTensor *out) {
    return making(out, [&]() -> at::Tensor {
        const auto &q = in(query), &k = in(key), &v = in(value);
        const auto mask = optional(mask_or_none);
        const double factor = scale ? *scale : 1 / std::sqrt(static_cast<double>(q.size(-1)));
        if (!mask && !is_causal && suits_attention_in_blocks(q, k, v, factor)) return attention_in_blocks(q, k, v, factor);
        const ForwardAlone guard(q);
        return at::scaled_dot_product_attention(
            q, k, v, mask, /*dropout_p=*/0.0, is_causal, scale ? std::optional(*scale) : std::nullopt);
    });
}
