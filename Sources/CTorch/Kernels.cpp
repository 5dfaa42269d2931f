// The choice of kernels.
#include "Guarded.h"

#include <CTorchKernels/Choice.h>

using namespace ctorch;

static_assert(CTorchOwnAttention == int(own_attention) && CTorchOwnWinograd == int(own_winograd));
static_assert(CTorchOwnFrozenLayers == int(own_frozen_layers) && CTorchOwnNorms == int(own_norms) && CTorchOwnAll == int(own_all));
static_assert(CTorchBaseline == int(Level::baseline) && CTorchAVX2 == int(Level::avx2) && CTorchAVX512 == int(Level::avx512));

namespace {

CTorchKernels kernels(Choice choice) { return {choice.own, static_cast<CTorchKernelLevel>(choice.level)}; }

}  // namespace

CTorchKernelLevel ctorch_kernels_best_level(void) { return static_cast<CTorchKernelLevel>(best_level()); }

CTorchKernels ctorch_kernels(void) { return kernels(choice()); }

void ctorch_kernels_set(uint32_t own) { choose_own(own); }

bool ctorch_kernels_selected(CTorchKernels *out) {
    const auto here = choice_of_thread();
    if (here) *out = kernels(*here);
    return here.has_value();
}

CTorchStatus ctorch_kernels_select(const CTorchKernels *choice_or_none) {
    return guarded([&] {
        if (choice_or_none == nullptr) return choose_on_thread(std::nullopt);
        TORCH_CHECK_VALUE(
            choice_or_none->level >= CTorchBaseline && choice_or_none->level <= ctorch_kernels_best_level(),
            "this processor can't run kernels of level ", static_cast<int>(choice_or_none->level), ", but up to ",
            static_cast<int>(ctorch_kernels_best_level()));
        choose_on_thread(Choice{choice_or_none->own & own_all, static_cast<Level>(choice_or_none->level)});
    });
}
