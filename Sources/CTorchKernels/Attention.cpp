// Decides which attention is computed in blocks, and records it for gradients.
//
// Why it stands here: LibTorch's fused attention multiplies with MKL, which on processors that aren't Intel's uses
// neither AVX-512 nor, in bfloat16, any bfloat16 instruction. oneDNN's block kernels, which come with LibTorch, use
// both. For 4096 queries and keys, 8 heads of 40, on two cores of an EPYC: 81 ms instead of 191 in bfloat16, 125
// instead of 181 in float32; the backward pass 172 instead of 380, and 311 instead of 491.
#include <CTorchKernels/Attention.h>

#include "AttentionBlocks.h"
#include "Blocks.h"

#include <CTorchKernels/Choice.h>

#include <ATen/core/grad_mode.h>
#include <torch/csrc/autograd/custom_function.h>

using namespace ctorch;

namespace {

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

bool ctorch::suits_attention_in_blocks(const at::Tensor &q, const at::Tensor &k, const at::Tensor &v, double scale) {
    const auto dtype = q.scalar_type();
    // The largest product is the largest score only if the scale is positive.
    if (!uses(own_attention) || !(scale > 0)) return false;
    for (const auto *x : {&q, &k, &v}) {
        if (!x->is_cpu() || x->scalar_type() != dtype || x->dim() != 4 || x->stride(3) != 1 || x->numel() == 0) return false;
        // The kernels can't read overlapping rows, such as one key expanded to many.
        if (x->stride(2) < x->size(3)) return false;
        if (x->size(0) != q.size(0) || x->size(1) != q.size(1) || x->size(3) != q.size(3)) return false;
    }
    if (k.size(2) != v.size(2) || !at::hasMKLDNN()) return false;
    return dtype == at::kFloat || (dtype == at::kBFloat16 && q.size(3) % 2 == 0 && has_half_blocks());
}

at::Tensor ctorch::attention_in_blocks(const at::Tensor &q, const at::Tensor &k, const at::Tensor &v, double scale) {
    const bool records = at::GradMode::is_enabled() && (q.requires_grad() || k.requires_grad() || v.requires_grad());
    return records ? BlockAttention::apply(q, k, v, scale) : attend(q, k, v, scale).values;
}
