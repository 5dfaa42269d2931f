// Functions that are compiled several times, for different processors.
#pragma once

#include <CTorchKernels/Choice.h>

#define CTORCH_INLINE static inline __attribute__((always_inline))

#if defined(__x86_64__)
#define CTORCH_FOR(processors) __attribute__((target("arch=" processors)))
#else
#define CTORCH_FOR(processors)
#endif

namespace ctorch {

/// `Compiled<body>::run(…)` is `body(…)` with the instructions of the level that is chosen where it runs. `body` and
/// everything it calls are `CTORCH_INLINE`: only inlined code is compiled for the level.
///
/// Why it stands here and not `target_clones`: there the loader decides, so the code for other processors could not be
/// tested on one processor.
template <auto body> struct Compiled;

template <typename... Parameters, void (*body)(Parameters...)>
struct Compiled<body> {
    static void run(Parameters... parameters) {
        switch (choice().level) {
        case Level::avx512: return avx512(parameters...);
        case Level::avx2: return avx2(parameters...);
        case Level::baseline: return baseline(parameters...);
        }
    }

private:
    CTORCH_FOR("x86-64-v4") static void avx512(Parameters... parameters) { body(parameters...); }
    CTORCH_FOR("x86-64-v3") static void avx2(Parameters... parameters) { body(parameters...); }
    static void baseline(Parameters... parameters) { body(parameters...); }
};

}  // namespace ctorch
