// Scaled dot-product attention: on the CPU by this library's own blocks, elsewhere and with masks by LibTorch's.
//
// Why it stands here: LibTorch's fused attention takes its products from MKL, which on processors that aren't Intel's uses neither AVX-512 nor, in
// bfloat16, any bfloat16 instruction. oneDNN's block kernels, which LibTorch brings along, use both: 4096 queries and keys, 8 heads of 40, two cores of
// an EPYC: 81 ms in place of 191 in bfloat16, 125 in place of 181 in float32; the way back 172 in place of 380, and 311 in place of 491.
#include "Attention.h"
#include "Blocks.h"
#include "Guarded.h"

#include <ATen/core/grad_mode.h>
#include <torch/csrc/autograd/custom_function.h>

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

bool is_for_blocks(const at::Tensor &q, const at::Tensor &k, const at::Tensor &v, double scale) {
    const auto dtype = q.scalar_type();
    // The largest product is the largest score only then.
    if (!(scale > 0)) return false;
    for (const auto *x : {&q, &k, &v}) {
        if (!x->is_cpu() || x->scalar_type() != dtype || x->dim() != 4 || x->stride(3) != 1 || x->numel() == 0) return false;
        // Rows that overlap, as of one key expanded to many, are nothing for the kernels.
        if (x->stride(2) < x->size(3)) return false;
        if (x->size(0) != q.size(0) || x->size(1) != q.size(1) || x->size(3) != q.size(3)) return false;
    }
    if (k.size(2) != v.size(2) || !at::hasMKLDNN()) return false;
    return dtype == at::kFloat || (dtype == at::kBFloat16 && q.size(3) % 2 == 0 && has_half_blocks());
}

struct BlockAttention : torch::autograd::Function<BlockAttention> {
    static at::Tensor forward(torch::autograd::AutogradContext *context, const at::Tensor &q, const at::Tensor &k, const at::Tensor &v, double scale) {
        const auto result = attend(q, k, v, scale);
        context->save_for_backward({q, k, v, result.values});
        context->saved_data["logarithms"] = result.logarithms;
        context->saved_data["scale"] = scale;
        return result.values;
    }

    static torch::autograd::variable_list backward(torch::autograd::AutogradContext *context, torch::autograd::variable_list gradients) {
        const auto saved = context->get_saved_variables();
        const Attended result{saved[3], context->saved_data["logarithms"].toTensor()};
        const bool of_context = context->needs_input_grad(1) || context->needs_input_grad(2);
        const auto [q, k, v] =
            attend_back(gradients[0], saved[0], saved[1], saved[2], result, context->saved_data["scale"].toDouble(), of_context);
        return {q, k, v, {}};
    }
};

}  // namespace

CTorchStatus ctorch_attention(CTorchTensor query, CTorchTensor key, CTorchTensor value, CTorchTensor mask_or_none,
                              bool is_causal, const double *scale, CTorchTensor *out) {
    return making(out, [&]() -> at::Tensor {
        const auto &q = in(query), &k = in(key), &v = in(value);
        const auto mask = optional(mask_or_none);
        const double factor = scale ? *scale : 1 / std::sqrt(static_cast<double>(q.size(-1)));
        if (!mask && !is_causal && is_for_blocks(q, k, v, factor)) {
            const bool records = at::GradMode::is_enabled() && (q.requires_grad() || k.requires_grad() || v.requires_grad());
            return records ? BlockAttention::apply(q, k, v, factor) : attend(q, k, v, factor).values;
        }
        const ForwardAlone guard(q);
        return at::scaled_dot_product_attention(
            q, k, v, mask, /*dropout_p=*/0.0, is_causal, scale ? std::optional(*scale) : std::nullopt);
    });
}
