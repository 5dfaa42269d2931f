// What networks are made of: products, convolutions, attention, interpolation.
#include "Guarded.h"

#include <ATen/core/grad_mode.h>

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

CTorchStatus ctorch_matmul(CTorchTensor left, CTorchTensor right, CTorchTensor *out) {
    return making(out, [&] { return at::matmul(in(left), in(right)); });
}

CTorchStatus ctorch_bmm(CTorchTensor left, CTorchTensor right, CTorchTensor *out) {
    return making(out, [&] { return at::bmm(in(left), in(right)); });
}

CTorchStatus ctorch_linear(CTorchTensor input, CTorchTensor weight, CTorchTensor bias_or_none, CTorchTensor *out) {
    return making(out, [&] { return at::linear(in(input), in(weight), optional(bias_or_none)); });
}

CTorchStatus ctorch_conv2d(CTorchTensor input, CTorchTensor weight, CTorchTensor bias_or_none, CTorchInts stride,
                           CTorchInts padding, intptr_t groups, CTorchTensor *out) {
    return making(out, [&] {
        return at::conv2d(in(input), in(weight), optional(bias_or_none), ints(stride), ints(padding), /*dilation=*/1, groups);
    });
}

CTorchStatus ctorch_embedding(CTorchTensor weight, CTorchTensor indices, CTorchTensor *out) {
    return making(out, [&] { return at::embedding(in(weight), in(indices)); });
}

CTorchStatus ctorch_attention(CTorchTensor query, CTorchTensor key, CTorchTensor value, CTorchTensor mask_or_none,
                              bool is_causal, const double *scale, CTorchTensor *out) {
    return making(out, [&] {
        const ForwardAlone guard(in(query));
        return at::scaled_dot_product_attention(
            in(query), in(key), in(value), optional(mask_or_none), /*dropout_p=*/0.0, is_causal,
            scale ? std::optional(*scale) : std::nullopt);
    });
}

CTorchStatus ctorch_avg_pool2d(CTorchTensor input, CTorchInts kernel, CTorchInts stride, CTorchTensor *out) {
    return making(out, [&] { return at::avg_pool2d(in(input), ints(kernel), ints(stride)); });
}

CTorchStatus ctorch_adaptive_avg_pool2d(CTorchTensor input, CTorchInts size, CTorchTensor *out) {
    return making(out, [&] { return at::adaptive_avg_pool2d(in(input), ints(size)); });
}

CTorchStatus ctorch_interpolate(CTorchTensor input, CTorchInts size, CTorchInterpolation mode, bool antialias,
                                CTorchTensor *out) {
    return making(out, [&]() -> at::Tensor {
        const auto &x = in(input);
        const auto to = ints(size);
        TORCH_CHECK_VALUE(to.size() == 2, "the size must be (height, width)");
        switch (mode) {
        case CTorchNearest: return at::upsample_nearest2d(x, to);
        case CTorchBilinear: return antialias ? at::_upsample_bilinear2d_aa(x, to, false) : at::upsample_bilinear2d(x, to, false);
        case CTorchBicubic: return antialias ? at::_upsample_bicubic2d_aa(x, to, false) : at::upsample_bicubic2d(x, to, false);
        }
        TORCH_CHECK_VALUE(false, "unknown interpolation ", static_cast<int>(mode));
    });
}
