// Gradients, and the in-place updates that optimisers make outside the graph.
#include "Guarded.h"

#include <ATen/core/grad_mode.h>
#include <torch/csrc/autograd/autograd.h>

using namespace ctorch;

bool ctorch_grad_enabled(void) { return at::GradMode::is_enabled(); }
void ctorch_set_grad_enabled(bool enabled) { at::GradMode::set_enabled(enabled); }

CTorchStatus ctorch_requires_grad(CTorchTensor tensor, bool *out) {
    return guarded([&] { *out = in(tensor).requires_grad(); });
}

CTorchStatus ctorch_set_requires_grad(CTorchTensor tensor, bool value) {
    return guarded([&] { in(tensor).requires_grad_(value); });
}

CTorchStatus ctorch_detach(CTorchTensor tensor, CTorchTensor *out) {
    return making(out, [&] { return in(tensor).detach(); });
}

CTorchStatus ctorch_grad(CTorchTensor output, const CTorchTensor *inputs, size_t count, bool retain_graph, CTorchTensor *out) {
    return guarded([&] {
        TORCH_CHECK_VALUE(in(output).numel() == 1, "gradients are taken of one number, not of a tensor of shape ", in(output).sizes());
        torch::autograd::variable_list variables;
        for (size_t i = 0; i < count; ++i) variables.push_back(in(inputs[i]));
        const auto gradients = torch::autograd::grad(
            {in(output)}, variables, /*grad_outputs=*/{}, retain_graph, /*create_graph=*/false, /*allow_unused=*/true);
        // All or none: handles are written only after all have been made.
        std::vector<std::unique_ptr<CTorchTensorImpl>> made;
        for (const auto &gradient : gradients) {
            made.push_back(gradient.defined() ? std::make_unique<CTorchTensorImpl>(gradient) : nullptr);
        }
        for (size_t i = 0; i < count; ++i) out[i].impl = made[i].release();
    });
}

// MARK: - In place

CTorchStatus ctorch_in_place_add(CTorchTensor tensor, CTorchTensor other, double alpha) {
    return guarded([&] { in(tensor).add_(in(other), alpha); });
}

CTorchStatus ctorch_in_place_silu(CTorchTensor tensor) {
    return guarded([&] { at::silu_(const_cast<at::Tensor &>(in(tensor))); });
}

CTorchStatus ctorch_in_place_multiply(CTorchTensor tensor, double factor) {
    return guarded([&] { in(tensor).mul_(factor); });
}

CTorchStatus ctorch_in_place_lerp(CTorchTensor tensor, CTorchTensor end, double weight) {
    return guarded([&] { in(tensor).lerp_(in(end), weight); });
}

CTorchStatus ctorch_in_place_addcmul(CTorchTensor tensor, CTorchTensor left, CTorchTensor right, double value) {
    return guarded([&] { in(tensor).addcmul_(in(left), in(right), value); });
}

CTorchStatus ctorch_in_place_addcdiv(CTorchTensor tensor, CTorchTensor numerator, CTorchTensor denominator, double value) {
    return guarded([&] { in(tensor).addcdiv_(in(numerator), in(denominator), value); });
}

CTorchStatus ctorch_in_place_copy(CTorchTensor tensor, CTorchTensor source) {
    return guarded([&] { in(tensor).copy_(in(source)); });
}
