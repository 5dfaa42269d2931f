// The choice between our kernels and LibTorch's, and the processor level that ours are compiled for.
#pragma once

#include <cstdint>
#include <optional>

namespace ctorch {

/// The kernels of this library. Where one is turned off, LibTorch's own does its work.
enum Own : uint32_t {
    own_attention = 1,
    /// Convolutions of frozen layers with 3×3 kernels; if turned off, oneDNN's direct sums.
    own_winograd = 2,
    /// Layers whose weights are packed beforehand; if turned off, `own_winograd` has no effect.
    own_frozen_layers = 4,
    own_norms = 8,
    own_all = own_attention | own_winograd | own_frozen_layers | own_norms,
};

/// The instruction sets that kernels are compiled for; each level includes those before it.
enum class Level : int32_t {
    /// Any processor.
    baseline,
    /// AVX2 and FMA (x86-64-v3).
    avx2,
    /// AVX-512 with F, BW, CD, DQ and VL (x86-64-v4).
    avx512,
};

struct Choice {
    /// A sum of `Own`.
    uint32_t own;
    Level level;
};

/// The highest level that this processor supports.
Level best_level();

/// The choice in effect on this thread: its own, or else the process's.
Choice choice();

/// Whether this thread uses this library's kernel instead of LibTorch's.
inline bool uses(Own kernel) { return (choice().own & kernel) == kernel; }

/// Sets the process's choice.
void choose_own(uint32_t own);

/// This thread's own choice; none unless one was set.
std::optional<Choice> choice_of_thread();

/// Sets the choice of this thread and of the threads that compute for it; nothing: the process's choice.
void choose_on_thread(std::optional<Choice> choice);

}  // namespace ctorch
