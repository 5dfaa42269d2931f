// The one try/catch that every function of the ABI runs in, and the ways from C handles to ATen and back.
#pragma once

#include "CTorch.h"

#include <ATen/ATen.h>

#include <cstdlib>
#include <cstring>
#include <new>
#include <optional>
#include <string_view>
#include <type_traits>

static_assert(std::is_same_v<intptr_t, int64_t>, "sizes are passed through as they are");

struct CTorchTensorImpl { at::Tensor tensor; };
struct CTorchGeneratorImpl { at::Generator generator; };

namespace ctorch {

inline CTorchStatus failure(CTorchCode code, std::string_view message) noexcept {
    auto *copy = static_cast<char *>(std::malloc(message.size() + 1));
    if (copy != nullptr) {
        std::memcpy(copy, message.data(), message.size());
        copy[message.size()] = '\0';
    }
    return {code, copy};
}

/// LibTorch reports some failed allocations by a plain c10::Error, so its text has to be examined.
inline bool tells_of_memory(std::string_view text) noexcept {
    return text.find("DefaultCPUAllocator: can't allocate memory") != text.npos || text.find("out of memory") != text.npos
        || text.find("CUBLAS_STATUS_ALLOC_FAILED") != text.npos;
}

template <typename Body>
CTorchStatus guarded(Body &&body) noexcept {
    try {
        body();
        return {CTorchOK, nullptr};
    } catch (const c10::OutOfMemoryError &error) {
        return failure(CTorchOutOfMemory, error.what_without_backtrace());
    } catch (const c10::IndexError &error) {
        return failure(CTorchInvalid, error.what_without_backtrace());
    } catch (const c10::ValueError &error) {
        return failure(CTorchInvalid, error.what_without_backtrace());
    } catch (const c10::TypeError &error) {
        return failure(CTorchInvalid, error.what_without_backtrace());
    } catch (const c10::Error &error) {
        const char *text = error.what_without_backtrace();
        return failure(tells_of_memory(text) ? CTorchOutOfMemory : CTorchFailed, text);
    } catch (const std::bad_alloc &) {
        return failure(CTorchOutOfMemory, "the host is out of memory");
    } catch (const std::exception &error) {
        return failure(tells_of_memory(error.what()) ? CTorchOutOfMemory : CTorchFailed, error.what());
    } catch (...) {
        return failure(CTorchFailed, "an exception of unknown type");
    }
}

/// Runs `body`, which returns a tensor, and writes a handle to it.
template <typename Body>
CTorchStatus making(CTorchTensor *out, Body &&body) noexcept {
    return guarded([&] { out->impl = new CTorchTensorImpl{body()}; });
}

inline const at::Tensor &in(CTorchTensor handle) {
    TORCH_CHECK_VALUE(handle.impl != nullptr, "a tensor is missing");
    return handle.impl->tensor;
}

inline std::optional<at::Tensor> optional(CTorchTensor handle) {
    if (handle.impl == nullptr) return std::nullopt;
    return handle.impl->tensor;
}

inline at::IntArrayRef ints(CTorchInts list) {
    return {list.values, list.count};
}

inline at::Scalar scalar(CTorchScalar value) {
    return value.is_integer ? at::Scalar(value.integer) : at::Scalar(value.real);
}

inline at::Generator &in(CTorchGenerator handle) {
    TORCH_CHECK_VALUE(handle.impl != nullptr, "a generator is missing");
    return handle.impl->generator;
}

at::ScalarType scalar_type(CTorchDType dtype);
CTorchDType dtype_code(at::ScalarType type);
at::Device device(CTorchDevice device);

}  // namespace ctorch
