// Layers whose weights don't change.
#include "Guarded.h"

#include <CTorchKernels/FrozenLayers.h>

using namespace ctorch;

CTorchStatus ctorch_frozen_available(CTorchDType dtype, bool *out) {
    return guarded([&] { *out = has_frozen_layers(scalar_type(dtype)); });
}

CTorchStatus ctorch_frozen_pack(CTorchTensor weight, CTorchInts input, intptr_t stride, intptr_t padding, CTorchTensor *out) {
    return making(out, [&] { return frozen_pack(in(weight), ints(input), stride, padding); });
}

CTorchStatus ctorch_frozen_pack_turned(CTorchTensor packed, CTorchInts output, intptr_t stride, intptr_t padding, CTorchTensor *out) {
    return making(out, [&] { return frozen_pack_turned(in(packed), ints(output), stride, padding); });
}

CTorchStatus ctorch_frozen_conv2d(CTorchTensor input, CTorchTensor packed, CTorchTensor turned_or_none, CTorchTensor bias_or_none,
                                  intptr_t stride, intptr_t padding, CTorchTensor *out) {
    return making(out, [&] {
        return frozen_convolution(in(input), in(packed), optional(turned_or_none), optional(bias_or_none), stride, padding);
    });
}

CTorchStatus ctorch_frozen_linear(CTorchTensor input, CTorchTensor weight, CTorchTensor bias_or_none, CTorchTensor *out) {
    return making(out, [&] { return frozen_linear(in(input), in(weight), optional(bias_or_none)); });
}
