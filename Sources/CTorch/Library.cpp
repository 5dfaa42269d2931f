// The library itself: version, threads, determinism, memory figures of CUDA devices.
#include "Guarded.h"

#include <ATen/DeviceAccelerator.h>
#include <ATen/Parallel.h>
#include <torch/csrc/api/include/torch/version.h>

using namespace ctorch;

void ctorch_message_free(char *message) { std::free(message); }

const char *ctorch_version(void) { return TORCH_VERSION; }

CTorchStatus ctorch_cuda_device_count(int32_t *out) {
    return guarded([&] {
        *out = at::hasCUDA() ? static_cast<int32_t>(at::detail::getCUDAHooks().deviceCount()) : 0;
    });
}

CTorchStatus ctorch_synchronize(CTorchDevice where) {
    return guarded([&] {
        if (where.kind == CTorchCUDA) at::accelerator::synchronizeDevice(static_cast<c10::DeviceIndex>(where.index));
    });
}

CTorchStatus ctorch_cuda_memory(CTorchDevice where, CTorchMemory *out) {
    return guarded([&] {
        const auto index = static_cast<c10::DeviceIndex>(where.index);
        const auto stats = at::accelerator::getDeviceStats(index);
        const auto [free, total] = at::accelerator::getMemoryInfo(index);
        const auto all = static_cast<size_t>(c10::CachingAllocator::StatType::AGGREGATE);
        *out = {
            .allocated = stats.allocated_bytes[all].current,
            .peak_allocated = stats.allocated_bytes[all].peak,
            .reserved = stats.reserved_bytes[all].current,
            .device_free = static_cast<int64_t>(free),
            .device_total = static_cast<int64_t>(total),
        };
    });
}

CTorchStatus ctorch_cuda_reset_peak_memory(CTorchDevice where) {
    return guarded([&] { at::accelerator::resetPeakStats(static_cast<c10::DeviceIndex>(where.index)); });
}

CTorchStatus ctorch_cuda_empty_cache(void) {
    return guarded([] { at::accelerator::emptyCache(); });
}

CTorchStatus ctorch_set_threads(int32_t count) {
    return guarded([&] {
        TORCH_CHECK_VALUE(count > 0, "the number of threads must be positive, not ", count);
        at::set_num_threads(count);
    });
}

int32_t ctorch_threads(void) { return at::get_num_threads(); }

CTorchStatus ctorch_set_deterministic(bool enabled, bool warn_only) {
    return guarded([&] {
        auto &context = at::globalContext();
        context.setDeterministicAlgorithms(enabled, warn_only);
        // Filling fresh memory only hides reads of uninitialised memory, and this program has none.
        context.setDeterministicFillUninitializedMemory(false);
        context.setDeterministicCuDNN(enabled);
        context.setBenchmarkCuDNN(false);
        context.setAllowTF32CuDNN(!enabled);
        context.setAllowTF32CuBLAS(false);
    });
}
