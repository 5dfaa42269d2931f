// Scaled dot-product attention: on the CPU with our own blocked kernel; on other devices and with masks, LibTorch's.
#include "Guarded.h"

#include <CTorchKernels/Attention.h>

#include <ATen/core/grad_mode.h>

#include <cmath>

using namespace ctorch;

namespace {

/// In deterministic mode, lets attention that records no gradient use any kernel, including cuDNN's. On an H100 two
/// processes gave the same bytes with it; its effect on time was not measured separately.
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
