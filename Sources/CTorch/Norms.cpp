// Norms over the last dimensions and over groups of channels.
#include "Guarded.h"

#include <CTorchKernels/GroupNorm.h>

using namespace ctorch;

CTorchStatus ctorch_group_norm(CTorchTensor input, intptr_t groups, CTorchTensor weight_or_none, CTorchTensor bias_or_none,
                               double eps, CTorchTensor *out) {
    return making(out, [&] { return ctorch::group_norm(in(input), groups, optional(weight_or_none), optional(bias_or_none), eps); });
}

CTorchStatus ctorch_layer_norm(CTorchTensor input, CTorchInts shape, CTorchTensor weight_or_none, CTorchTensor bias_or_none,
                               double eps, CTorchTensor *out) {
    return making(out, [&] {
        return at::layer_norm(in(input), ints(shape), optional(weight_or_none), optional(bias_or_none), eps);
    });
}
