// Updates of many tensors in one call.
#include "Guarded.h"

#include <ATen/ATen.h>

#include <vector>

using namespace ctorch;

namespace {
std::vector<at::Tensor> list(const CTorchTensor *tensors, size_t count) {
    std::vector<at::Tensor> result;
    result.reserve(count);
    for (size_t i = 0; i < count; ++i) result.push_back(in(tensors[i]));
    return result;
}
}  // namespace

CTorchStatus ctorch_total_norm(const CTorchTensor *tensors, size_t count, double *out) {
    return guarded([&] {
        *out = count == 0 ? 0 : at::stack(at::_foreach_norm(list(tensors, count), 2)).norm().item<double>();
    });
}

CTorchStatus ctorch_adamw_step(const CTorchTensor *parameters, const CTorchTensor *gradients, const CTorchTensor *first,
                               const CTorchTensor *second, const CTorchTensor *steps, size_t count, CTorchAdamW settings,
                               double gradient_scale) {
    return guarded([&] {
        if (count == 0) return;
        const auto counted = list(steps, count);
        at::_foreach_add_(counted, 1);
        const auto own = list(parameters, count);
        std::optional<at::Tensor> scale;
        if (gradient_scale != 1) scale = at::full({}, gradient_scale, own.front().options().dtype(at::kFloat));
        at::_fused_adamw_(own, list(gradients, count), list(first, count), list(second, count), {}, counted, settings.learning_rate,
                          settings.beta1, settings.beta2, settings.weight_decay, settings.eps, /*amsgrad=*/false, /*maximize=*/false,
                          scale);
    });
}

CTorchStatus ctorch_lerp_all(const CTorchTensor *tensors, const CTorchTensor *ends, size_t count, double weight) {
    return guarded([&] { at::_foreach_lerp_(list(tensors, count), list(ends, count), weight); });
}

CTorchStatus ctorch_copy_all(const CTorchTensor *tensors, const CTorchTensor *sources, size_t count) {
    return guarded([&] { at::_foreach_copy_(list(tensors, count), list(sources, count)); });
}
