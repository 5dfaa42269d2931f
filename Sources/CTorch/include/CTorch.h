// A thin C ABI over LibTorch (ATen and its autograd): opaque handles, status codes, no policy.
//
// Why it stands here: Swift can't catch a C++ exception; one that reached Swift would end the process. So every
// function runs its body inside one try/catch and returns a CTorchStatus. This can be removed once Swift maps C++
// exceptions to errors.
//
// Rules
//   - A status with code CTorchOK has no message; every other status carries one, which the caller frees with
//     ctorch_message_free.
//   - Functions that make a tensor write a new handle to `out` (owned by the caller, freed with ctorch_tensor_free) and
//     leave `out` unchanged on failure. The caller keeps ownership of handles it passes in. A tensor with a NULL impl
//     means "none" where a parameter says "or none".
//   - Semantics are PyTorch's: results may share storage with their arguments (views), negative dimensions count from
//     the end, dtypes are promoted.
//   - Gradient mode is per thread.
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

// MARK: - Status and handles

typedef enum CTorchCode {
    CTorchOK = 0,
    CTorchFailed = 1,       // LibTorch refused the operation: the message says why
    CTorchInvalid = 2,      // an argument out of range: index, shape or dtype
    CTorchOutOfMemory = 3,  // the host or the device has no memory left; the process can go on
} CTorchCode;

typedef struct CTorchStatus {
    CTorchCode code;
    char *_Nullable message;
} CTorchStatus;

typedef struct CTorchTensor { struct CTorchTensorImpl *_Nullable impl; } CTorchTensor;
typedef struct CTorchGenerator { struct CTorchGeneratorImpl *_Nullable impl; } CTorchGenerator;

void ctorch_message_free(char *_Nullable message);
void ctorch_tensor_free(CTorchTensor tensor);
void ctorch_generator_free(CTorchGenerator generator);

typedef enum CTorchDType {
    CTorchFloat32 = 0, CTorchFloat16, CTorchBFloat16, CTorchFloat64, CTorchInt64, CTorchInt32, CTorchInt16, CTorchInt8,
    CTorchUInt8, CTorchBool,
} CTorchDType;

typedef enum CTorchDeviceKind { CTorchCPU = 0, CTorchCUDA = 1 } CTorchDeviceKind;

typedef struct CTorchDevice {
    CTorchDeviceKind kind;
    int32_t index;          // 0 for the CPU
} CTorchDevice;

// A number that keeps its kind, as Python's int and float do: an int doesn't turn an integer tensor into floats.
typedef struct CTorchScalar {
    bool is_integer;
    int64_t integer;
    double real;
} CTorchScalar;

// Sizes and dimensions are intptr_t, Swift's Int.
typedef struct CTorchInts {
    const intptr_t *_Nullable values;
    size_t count;
} CTorchInts;

// MARK: - The library

const char *_Nonnull ctorch_version(void);
CTorchStatus ctorch_cuda_device_count(int32_t *_Nonnull out);
CTorchStatus ctorch_synchronize(CTorchDevice device);
typedef struct CTorchMemory {
    int64_t allocated, peak_allocated, reserved;  // bytes, of LibTorch's caching allocator
    int64_t device_free, device_total;            // bytes, of the whole device
} CTorchMemory;
CTorchStatus ctorch_cuda_memory(CTorchDevice device, CTorchMemory *_Nonnull out);
CTorchStatus ctorch_cuda_reset_peak_memory(CTorchDevice device);
CTorchStatus ctorch_cuda_empty_cache(void);
CTorchStatus ctorch_set_threads(int32_t count);
int32_t ctorch_threads(void);
// Keeps freed blocks of a MiB and more for tensors of the same size, at most `bytes` of them, for the rest of the
// process's life.
CTorchStatus ctorch_keep_memory(int64_t bytes);
// Deterministic algorithms only, no autotuning of convolutions, no TF32. An operation that has no deterministic
// algorithm fails; with `warn_only` it runs and prints a warning on standard error.
CTorchStatus ctorch_set_deterministic(bool enabled, bool warn_only);

// MARK: - Our own CPU kernels, which replace LibTorch's

// Kernels that can be turned off; LibTorch's are used then. Winograd's convolution needs frozen layers.
enum {
    CTorchOwnAttention = 1, CTorchOwnWinograd = 2, CTorchOwnFrozenLayers = 4, CTorchOwnNorms = 8, CTorchOwnAll = 15,
};
// The instruction sets that kernels are compiled for; each level includes those before it.
typedef enum CTorchKernelLevel {
    CTorchBaseline = 0,  // any processor
    CTorchAVX2 = 1,      // x86-64-v3
    CTorchAVX512 = 2,    // x86-64-v4
} CTorchKernelLevel;
typedef struct CTorchKernels {
    uint32_t own;        // a sum of the above
    CTorchKernelLevel level;
} CTorchKernels;
CTorchKernelLevel ctorch_kernels_best_level(void);
// The choice in effect on this thread: its own, or else the process's, which defaults to all kernels at the best level.
CTorchKernels ctorch_kernels(void);
void ctorch_kernels_set(uint32_t own);
// Whether this thread has a choice of its own.
bool ctorch_kernels_selected(CTorchKernels *_Nonnull out);
// Sets the choice of this thread and of the threads that compute for it; none: the process's choice. A level that the
// processor lacks is invalid.
CTorchStatus ctorch_kernels_select(const CTorchKernels *_Nullable choice_or_none);

// MARK: - Autograd

bool ctorch_grad_enabled(void);
void ctorch_set_grad_enabled(bool enabled);
CTorchStatus ctorch_requires_grad(CTorchTensor tensor, bool *_Nonnull out);
CTorchStatus ctorch_set_requires_grad(CTorchTensor tensor, bool value);
CTorchStatus ctorch_detach(CTorchTensor tensor, CTorchTensor *_Nonnull out);
// The gradients of `output` (one element) with respect to `inputs`; a NULL impl for an input that `output` doesn't
// depend on.
CTorchStatus ctorch_grad(CTorchTensor output, const CTorchTensor *_Nonnull inputs, size_t count, bool retain_graph,
                         CTorchTensor *_Nonnull out);

// MARK: - Random numbers (CPU generator: Mersenne Twister, seeded with the low 32 bits)

CTorchStatus ctorch_generator_create(uint64_t seed, CTorchGenerator *_Nonnull out);
CTorchStatus ctorch_generator_state(CTorchGenerator generator, CTorchTensor *_Nonnull out);  // bytes
CTorchStatus ctorch_generator_set_state(CTorchGenerator generator, CTorchTensor state);
CTorchStatus ctorch_randn(CTorchInts shape, CTorchGenerator generator, CTorchTensor *_Nonnull out);  // float32, CPU
CTorchStatus ctorch_rand(CTorchInts shape, CTorchGenerator generator, CTorchTensor *_Nonnull out);   // float32, CPU, [0, 1)
CTorchStatus ctorch_randperm(intptr_t count, CTorchGenerator generator, CTorchTensor *_Nonnull out); // int64, CPU

// MARK: - Making tensors, reading them

CTorchStatus ctorch_full(CTorchInts shape, CTorchScalar value, CTorchDType dtype, CTorchDevice device, CTorchTensor *_Nonnull out);
CTorchStatus ctorch_arange(CTorchScalar start, CTorchScalar end, CTorchScalar step, CTorchDType dtype, CTorchDevice device,
                           CTorchTensor *_Nonnull out);
// Copies `count` bytes in the machine's byte order; `count` must be the shape's size in `dtype`.
CTorchStatus ctorch_from_bytes(const void *_Nullable bytes, size_t count, CTorchInts shape, CTorchDType dtype,
                               CTorchTensor *_Nonnull out);
CTorchStatus ctorch_copy_bytes(CTorchTensor tensor, void *_Nullable bytes, size_t count);
CTorchStatus ctorch_rank(CTorchTensor tensor, size_t *_Nonnull out);
CTorchStatus ctorch_shape(CTorchTensor tensor, intptr_t *_Nullable out, size_t count);
CTorchStatus ctorch_dtype(CTorchTensor tensor, CTorchDType *_Nonnull out);
CTorchStatus ctorch_device(CTorchTensor tensor, CTorchDevice *_Nonnull out);
CTorchStatus ctorch_item(CTorchTensor tensor, double *_Nonnull out);
CTorchStatus ctorch_item_integer(CTorchTensor tensor, int64_t *_Nonnull out);
CTorchStatus ctorch_to(CTorchTensor tensor, CTorchDType dtype, CTorchDevice device, CTorchTensor *_Nonnull out);
CTorchStatus ctorch_clone(CTorchTensor tensor, CTorchTensor *_Nonnull out);
CTorchStatus ctorch_contiguous(CTorchTensor tensor, CTorchTensor *_Nonnull out);

// MARK: - Element by element

typedef enum CTorchUnary {
    CTorchNegative, CTorchAbsolute, CTorchExponential, CTorchLogarithm, CTorchSquareRoot, CTorchReciprocalSquareRoot,
    CTorchReciprocal, CTorchSine, CTorchCosine, CTorchFloor, CTorchRound, CTorchSigmoid, CTorchTanh, CTorchReLU, CTorchSiLU,
    CTorchGELU, CTorchGELUTanh, CTorchLogSigmoid, CTorchSoftplus, CTorchIsFinite, CTorchLogicalNot,
} CTorchUnary;
typedef enum CTorchBinary {
    CTorchAdd, CTorchSubtract, CTorchMultiply, CTorchDivide, CTorchPower, CTorchMaximum, CTorchMinimum, CTorchEqual,
    CTorchNotEqual, CTorchLess, CTorchLessOrEqual, CTorchGreater, CTorchGreaterOrEqual, CTorchLogicalAnd, CTorchLogicalOr,
} CTorchBinary;
CTorchStatus ctorch_unary(CTorchUnary operation, CTorchTensor tensor, CTorchTensor *_Nonnull out);
CTorchStatus ctorch_binary(CTorchBinary operation, CTorchTensor left, CTorchTensor right, CTorchTensor *_Nonnull out);
CTorchStatus ctorch_binary_scalar(CTorchBinary operation, CTorchTensor left, CTorchScalar right, CTorchTensor *_Nonnull out);
CTorchStatus ctorch_scalar_binary(CTorchBinary operation, CTorchScalar left, CTorchTensor right, CTorchTensor *_Nonnull out);
CTorchStatus ctorch_clamp(CTorchTensor tensor, const CTorchScalar *_Nullable minimum, const CTorchScalar *_Nullable maximum,
                          CTorchTensor *_Nonnull out);
CTorchStatus ctorch_where(CTorchTensor condition, CTorchTensor yes, CTorchTensor no, CTorchTensor *_Nonnull out);

// MARK: - In place (for optimisers, outside the gradient graph)

CTorchStatus ctorch_in_place_add(CTorchTensor tensor, CTorchTensor other, double alpha);
CTorchStatus ctorch_in_place_silu(CTorchTensor tensor);
CTorchStatus ctorch_in_place_multiply(CTorchTensor tensor, double factor);
CTorchStatus ctorch_in_place_lerp(CTorchTensor tensor, CTorchTensor end, double weight);
CTorchStatus ctorch_in_place_addcmul(CTorchTensor tensor, CTorchTensor left, CTorchTensor right, double value);
CTorchStatus ctorch_in_place_addcdiv(CTorchTensor tensor, CTorchTensor numerator, CTorchTensor denominator, double value);
CTorchStatus ctorch_in_place_copy(CTorchTensor tensor, CTorchTensor source);

// MARK: - In place, over lists of tensors at once (for optimisers; one call a step, not one a tensor)

// The norm of all elements of all tensors together.
CTorchStatus ctorch_total_norm(const CTorchTensor *_Nonnull tensors, size_t count, double *_Nonnull out);
typedef struct CTorchAdamW { double learning_rate, beta1, beta2, weight_decay, eps; } CTorchAdamW;
// One update of AdamW. `steps` holds one float32 tensor for each parameter, which is increased here; gradients are
// divided by `gradient_scale` first.
CTorchStatus ctorch_adamw_step(const CTorchTensor *_Nonnull parameters, const CTorchTensor *_Nonnull gradients,
                               const CTorchTensor *_Nonnull first, const CTorchTensor *_Nonnull second,
                               const CTorchTensor *_Nonnull steps, size_t count, CTorchAdamW settings, double gradient_scale);
CTorchStatus ctorch_lerp_all(const CTorchTensor *_Nonnull tensors, const CTorchTensor *_Nonnull ends, size_t count, double weight);
CTorchStatus ctorch_copy_all(const CTorchTensor *_Nonnull tensors, const CTorchTensor *_Nonnull sources, size_t count);

// MARK: - Reductions (no dimensions: over all)

typedef enum CTorchReduction {
    CTorchSum, CTorchMean, CTorchMaximumOf, CTorchMinimumOf, CTorchNorm, CTorchAll, CTorchAny,
} CTorchReduction;
CTorchStatus ctorch_reduce(CTorchReduction operation, CTorchTensor tensor, CTorchInts dimensions, bool keep, CTorchTensor *_Nonnull out);
CTorchStatus ctorch_argmax(CTorchTensor tensor, const intptr_t *_Nullable dimension, bool keep, CTorchTensor *_Nonnull out);
CTorchStatus ctorch_softmax(CTorchTensor tensor, intptr_t dimension, CTorchTensor *_Nonnull out);
CTorchStatus ctorch_log_softmax(CTorchTensor tensor, intptr_t dimension, CTorchTensor *_Nonnull out);
CTorchStatus ctorch_topk(CTorchTensor tensor, intptr_t count, intptr_t dimension, bool largest, CTorchTensor *_Nonnull values,
                         CTorchTensor *_Nonnull indices);
/// Of symmetric matrices, [..., n, n]: only lower triangles are read. Values ascend; vectors are columns.
CTorchStatus ctorch_eigh(CTorchTensor tensor, CTorchTensor *_Nonnull values, CTorchTensor *_Nonnull vectors);

// MARK: - Shape and selection

CTorchStatus ctorch_reshape(CTorchTensor tensor, CTorchInts shape, CTorchTensor *_Nonnull out);
CTorchStatus ctorch_permute(CTorchTensor tensor, CTorchInts dimensions, CTorchTensor *_Nonnull out);
CTorchStatus ctorch_transpose(CTorchTensor tensor, intptr_t first, intptr_t second, CTorchTensor *_Nonnull out);
CTorchStatus ctorch_unsqueeze(CTorchTensor tensor, intptr_t dimension, CTorchTensor *_Nonnull out);
CTorchStatus ctorch_squeeze(CTorchTensor tensor, intptr_t dimension, CTorchTensor *_Nonnull out);
CTorchStatus ctorch_flatten(CTorchTensor tensor, intptr_t start, intptr_t end, CTorchTensor *_Nonnull out);
CTorchStatus ctorch_expand(CTorchTensor tensor, CTorchInts shape, CTorchTensor *_Nonnull out);
CTorchStatus ctorch_repeat(CTorchTensor tensor, CTorchInts counts, CTorchTensor *_Nonnull out);
CTorchStatus ctorch_narrow(CTorchTensor tensor, intptr_t dimension, intptr_t start, intptr_t length, CTorchTensor *_Nonnull out);
CTorchStatus ctorch_select(CTorchTensor tensor, intptr_t dimension, intptr_t index, CTorchTensor *_Nonnull out);
CTorchStatus ctorch_index_select(CTorchTensor tensor, intptr_t dimension, CTorchTensor indices, CTorchTensor *_Nonnull out);
CTorchStatus ctorch_gather(CTorchTensor tensor, intptr_t dimension, CTorchTensor indices, CTorchTensor *_Nonnull out);
CTorchStatus ctorch_flip(CTorchTensor tensor, CTorchInts dimensions, CTorchTensor *_Nonnull out);
CTorchStatus ctorch_tril(CTorchTensor tensor, intptr_t diagonal, CTorchTensor *_Nonnull out);
CTorchStatus ctorch_triu(CTorchTensor tensor, intptr_t diagonal, CTorchTensor *_Nonnull out);
CTorchStatus ctorch_cat(const CTorchTensor *_Nullable tensors, size_t count, intptr_t dimension, CTorchTensor *_Nonnull out);
CTorchStatus ctorch_stack(const CTorchTensor *_Nullable tensors, size_t count, intptr_t dimension, CTorchTensor *_Nonnull out);
typedef enum CTorchPadding { CTorchConstant, CTorchReflect, CTorchReplicate } CTorchPadding;
// `widths`: (before, after) of the last dimension, then of the one before it, ...
CTorchStatus ctorch_pad(CTorchTensor tensor, CTorchInts widths, CTorchPadding mode, double value, CTorchTensor *_Nonnull out);

// MARK: - Networks

CTorchStatus ctorch_matmul(CTorchTensor left, CTorchTensor right, CTorchTensor *_Nonnull out);
CTorchStatus ctorch_bmm(CTorchTensor left, CTorchTensor right, CTorchTensor *_Nonnull out);
CTorchStatus ctorch_linear(CTorchTensor input, CTorchTensor weight, CTorchTensor bias_or_none, CTorchTensor *_Nonnull out);
CTorchStatus ctorch_conv2d(CTorchTensor input, CTorchTensor weight, CTorchTensor bias_or_none, CTorchInts stride,
                           CTorchInts padding, intptr_t groups, CTorchTensor *_Nonnull out);

// Layers whose weights never change, on the CPU, with oneDNN or Winograd's convolution; only the input gets a gradient.
// Kernels, strides and padding are square. `out`: whether this LibTorch and processor support frozen layers in this
// dtype.
CTorchStatus ctorch_frozen_available(CTorchDType dtype, bool *_Nonnull out);
// The weight [out, in, k, k] in the layout that suits convolving an input of this shape best; inputs of other shapes
// work, too.
CTorchStatus ctorch_frozen_pack(CTorchTensor weight, CTorchInts input, intptr_t stride, intptr_t padding, CTorchTensor *_Nonnull out);
// Makes, from a packed weight, the weight that maps gradients of an output of this shape back to the input; returns the
// packed weight itself where it can do that.
CTorchStatus ctorch_frozen_pack_turned(CTorchTensor packed, CTorchInts output, intptr_t stride, intptr_t padding,
                                       CTorchTensor *_Nonnull out);
// `turned` is needed when the input requires a gradient.
CTorchStatus ctorch_frozen_conv2d(CTorchTensor input, CTorchTensor packed, CTorchTensor turned_or_none, CTorchTensor bias_or_none,
                                  intptr_t stride, intptr_t padding, CTorchTensor *_Nonnull out);
// `weight` is not packed.
CTorchStatus ctorch_frozen_linear(CTorchTensor input, CTorchTensor weight, CTorchTensor bias_or_none, CTorchTensor *_Nonnull out);
CTorchStatus ctorch_group_norm(CTorchTensor input, intptr_t groups, CTorchTensor weight_or_none, CTorchTensor bias_or_none,
                               double eps, CTorchTensor *_Nonnull out);
CTorchStatus ctorch_layer_norm(CTorchTensor input, CTorchInts shape, CTorchTensor weight_or_none, CTorchTensor bias_or_none,
                               double eps, CTorchTensor *_Nonnull out);
CTorchStatus ctorch_embedding(CTorchTensor weight, CTorchTensor indices, CTorchTensor *_Nonnull out);
CTorchStatus ctorch_attention(CTorchTensor query, CTorchTensor key, CTorchTensor value, CTorchTensor mask_or_none,
                              bool is_causal, const double *_Nullable scale, CTorchTensor *_Nonnull out);
CTorchStatus ctorch_avg_pool2d(CTorchTensor input, CTorchInts kernel, CTorchInts stride, CTorchTensor *_Nonnull out);
CTorchStatus ctorch_adaptive_avg_pool2d(CTorchTensor input, CTorchInts size, CTorchTensor *_Nonnull out);
typedef enum CTorchInterpolation { CTorchNearest, CTorchBilinear, CTorchBicubic } CTorchInterpolation;
// Half-pixel centres (align_corners = false); `antialias` has no effect on nearest.
CTorchStatus ctorch_interpolate(CTorchTensor input, CTorchInts size, CTorchInterpolation mode, bool antialias,
                                CTorchTensor *_Nonnull out);

#ifdef __cplusplus
}
#endif
