// Parts of networks: products, convolutions, pooling, interpolation.
#include "Guarded.h"

using namespace ctorch;

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
