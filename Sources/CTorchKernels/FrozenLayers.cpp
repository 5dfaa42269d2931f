// Convolutions with Winograd's algorithm or oneDNN, with weights packed for their kernels beforehand, and products that
// LibTorch would leave to MKL.
#include <CTorchKernels/FrozenLayers.h>

#include "Winograd.h"

#include <CTorchKernels/Choice.h>

#include <ATen/core/dispatch/Dispatcher.h>
#include <ATen/core/grad_mode.h>
#include <torch/csrc/autograd/custom_function.h>

using namespace ctorch;

namespace {

using Attributes = c10::List<std::optional<at::Scalar>>;

template <typename Signature>
auto operation(const char *name) {
    return c10::Dispatcher::singleton().findSchemaOrThrow(name, "").typed<Signature>();
}

/// Whether a packed weight is for Winograd's algorithm; those for oneDNN are opaque.
bool is_winograd(const at::Tensor &packed) { return !packed.is_mkldnn(); }

at::Tensor pack(const at::Tensor &weight, at::IntArrayRef input, int64_t stride, int64_t padding) {
    static const auto reorder = operation<at::Tensor(
        const at::Tensor &, at::IntArrayRef, at::IntArrayRef, at::IntArrayRef, int64_t, at::OptionalIntArrayRef)>(
        "mkldnn::_reorder_convolution_weight");
    const int64_t paddings[] = {padding, padding}, strides[] = {stride, stride}, ones[] = {1, 1};
    return reorder.call(weight, paddings, strides, ones, 1, input);
}

at::Tensor convolve(const at::Tensor &x, const at::Tensor &packed, const std::optional<at::Tensor> &bias, int64_t stride, int64_t padding) {
    if (is_winograd(packed)) {
        TORCH_CHECK_VALUE(stride == 1 && padding == 1, "a kernel packed for stride 1 and padding 1 was used with ", stride, " and ", padding);
        return winograd_convolve(x, packed, bias, /*turned=*/false);
    }
    static const auto convolution = operation<at::Tensor(
        const at::Tensor &, const at::Tensor &, const std::optional<at::Tensor> &, at::IntArrayRef, at::IntArrayRef, at::IntArrayRef,
        int64_t, std::string_view, Attributes, std::optional<std::string_view>)>("mkldnn::_convolution_pointwise");
    const int64_t paddings[] = {padding, padding}, strides[] = {stride, stride}, ones[] = {1, 1};
    return convolution.call(x, packed, bias, paddings, strides, ones, 1, "none", Attributes(), std::nullopt);
}

/// For strides above 1 the backward pass is a transposed convolution with the same weights.
at::Tensor pack_transposed(const at::Tensor &weight, at::IntArrayRef output, int64_t stride, int64_t padding) {
    static const auto reorder = operation<at::Tensor(
        const at::Tensor &, at::IntArrayRef, at::IntArrayRef, at::IntArrayRef, at::IntArrayRef, int64_t, at::OptionalIntArrayRef)>(
        "mkldnn::_reorder_convolution_transpose_weight");
    const int64_t paddings[] = {padding, padding}, strides[] = {stride, stride}, ones[] = {1, 1}, zeros[] = {0, 0};
    return reorder.call(weight, paddings, zeros, strides, ones, 1, output);
}

/// - Parameter rest: rows and columns at the end in which no window begins.
at::Tensor convolve_back(const at::Tensor &gradient, const at::Tensor &packed, int64_t stride, int64_t padding, at::IntArrayRef rest) {
    static const auto convolution = operation<at::Tensor(
        const at::Tensor &, const at::Tensor &, const std::optional<at::Tensor> &, at::IntArrayRef, at::IntArrayRef, at::IntArrayRef,
        at::IntArrayRef, int64_t, std::string_view, Attributes, std::optional<std::string_view>)>(
        "mkldnn::_convolution_transpose_pointwise");
    const int64_t paddings[] = {padding, padding}, strides[] = {stride, stride}, ones[] = {1, 1};
    return convolution.call(gradient, packed, std::nullopt, paddings, rest, strides, ones, 1, "none", Attributes(), std::nullopt);
}

at::Tensor multiply(const at::Tensor &x, const at::Tensor &weight, const std::optional<at::Tensor> &bias) {
    static const auto linear = operation<at::Tensor(
        const at::Tensor &, const at::Tensor &, const std::optional<at::Tensor> &, std::string_view, Attributes,
        std::optional<std::string_view>)>("mkldnn::_linear_pointwise");
    return linear.call(x, weight, bias, "none", Attributes(), std::nullopt);
}

/// With stride 1 the gradient is a convolution, too: the output's gradient convolved with the kernel turned around and
/// its channels swapped.
struct Convolution : torch::autograd::Function<Convolution> {
    static at::Tensor forward(torch::autograd::AutogradContext *context, const at::Tensor &x, const at::Tensor &packed,
                              const at::Tensor &turned, const std::optional<at::Tensor> &bias, int64_t stride, int64_t padding) {
        const auto result = convolve(x, packed, bias, stride, padding);
        const int64_t kernel = is_winograd(packed) ? 3 : packed.size(2);
        context->saved_data["turned"] = turned;
        context->saved_data["stride"] = stride;
        context->saved_data["padding"] = stride == 1 ? kernel - 1 - padding : padding;
        context->saved_data["rest"] = std::vector<int64_t>{(x.size(2) + 2 * padding - kernel) % stride, (x.size(3) + 2 * padding - kernel) % stride};
        return result;
    }

    static torch::autograd::variable_list backward(torch::autograd::AutogradContext *context, torch::autograd::variable_list gradients) {
        const auto turned = context->saved_data["turned"].toTensor();
        const auto stride = context->saved_data["stride"].toInt(), padding = context->saved_data["padding"].toInt();
        const auto rest = context->saved_data["rest"].toIntVector();
        if (is_winograd(turned)) return {winograd_convolve(gradients[0], turned, std::nullopt, /*turned=*/true), {}, {}, {}, {}, {}};
        return {stride == 1 ? convolve(gradients[0], turned, std::nullopt, 1, padding) : convolve_back(gradients[0], turned, stride, padding, rest),
                {}, {}, {}, {}, {}};
    }
};

struct Product : torch::autograd::Function<Product> {
    static at::Tensor forward(torch::autograd::AutogradContext *context, const at::Tensor &x, const at::Tensor &weight,
                              const std::optional<at::Tensor> &bias) {
        context->saved_data["weight"] = weight;
        return multiply(x, weight, bias);
    }

    static torch::autograd::variable_list backward(torch::autograd::AutogradContext *context, torch::autograd::variable_list gradients) {
        return {multiply(gradients[0], context->saved_data["weight"].toTensor().t(), std::nullopt), {}, {}};
    }
};

bool records(const at::Tensor &x) { return at::GradMode::is_enabled() && x.requires_grad(); }

}  // namespace

bool ctorch::has_frozen_layers(at::ScalarType dtype) {
    if (!uses(own_frozen_layers) || !at::hasMKLDNN()) return false;
    static const auto halves = operation<bool()>("mkldnn::_is_mkldnn_bf16_supported");
    return dtype == at::kFloat || (dtype == at::kBFloat16 && halves.call());
}

at::Tensor ctorch::frozen_pack(const at::Tensor &weight, at::IntArrayRef input, int64_t stride, int64_t padding) {
    at::NoGradGuard guard;
    TORCH_CHECK_VALUE(weight.dim() == 4 && input.size() == 4, "a convolution of ", weight.sizes(), " was given ", input);
    const bool suits = uses(own_frozen_layers) && uses(own_winograd) && weight.size(2) == 3 && stride == 1 && padding == 1;
    const int64_t tile = suits ? winograd_tile(weight.scalar_type(), weight.size(1), weight.size(0), input[2], input[3]) : 0;
    return tile > 0 ? winograd_pack(weight, tile) : pack(weight, input, stride, padding);
}

at::Tensor ctorch::frozen_pack_turned(const at::Tensor &packed, at::IntArrayRef output, int64_t stride, int64_t padding) {
    at::NoGradGuard guard;
    if (is_winograd(packed)) return packed;
    const auto plain = packed.to_dense();
    if (stride > 1) return pack_transposed(plain, output, stride, padding);
    return pack(plain.flip({2, 3}).transpose(0, 1).contiguous(), output, 1, plain.size(2) - 1 - padding);
}

at::Tensor ctorch::frozen_convolution(const at::Tensor &x, const at::Tensor &packed, const std::optional<at::Tensor> &turned,
                                      const std::optional<at::Tensor> &bias, int64_t stride, int64_t padding) {
    if (!records(x)) return convolve(x, packed, bias, stride, padding);
    TORCH_CHECK_VALUE(turned, "a tensor is missing");
    return Convolution::apply(x, packed, *turned, bias, stride, padding);
}

at::Tensor ctorch::frozen_linear(const at::Tensor &x, const at::Tensor &weight, const std::optional<at::Tensor> &bias) {
    return records(x) ? Product::apply(x, weight, bias) : multiply(x, weight, bias);
}
