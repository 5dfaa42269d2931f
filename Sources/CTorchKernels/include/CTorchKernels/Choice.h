// Whose kernels compute, and for which processor they were compiled.
#pragma once

#include <cstdint>
#include <optional>

namespace ctorch {

/// The kernels of this library. Where one is turned off, LibTorch's own does its work.
enum Own : uint32_t {
    own_attention = 1,
    /// Convolutions of frozen layers with 3×3 kernels; oneDNN's direct sums without it.
    own_winograd = 2,
    /// Layers whose weights are laid out beforehand; without it there is no `own_winograd` either.
    own_frozen_layers = 4,
    own_norms = 8,
    own_all = own_attention | own_winograd | own_frozen_layers | own_norms,
};

/// What the kernels are compiled for; a processor that has one has those before it, too.
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

/// The last one that this processor has.
Level best_level();

/// What holds on this thread: its own choice, or else the process's.
Choice choice();

/// Whether LibTorch leaves this work to this library's kernel on this thread.
inline bool uses(Own kernel) { return (choice().own & kernel) == kernel; }

/// Chooses for the process.
void choose_own(uint32_t own);

/// This thread's own choice; none unless one was made.
std::optional<Choice> choice_of_thread();

/// Chooses for this thread alone, and for those that compute for it; nothing: as the process chose.
void choose_on_thread(std::optional<Choice> choice);

}  // namespace ctorch
