// LibTorch's threads belong to the OpenMP library that comes with it.
#include "Parallel.h"

#include <ATen/Parallel.h>

#include <dlfcn.h>

void ctorch::on_every_thread(int64_t tasks, void (*body)(void *), void *context) {
    // The function that `#pragma omp parallel` compiles to, in both GCC's and LLVM's library. It is looked up because
    // the library's name differs between builds of LibTorch; if it isn't found, the work is done on one thread.
    using Parallel = void (*)(void (*)(void *), void *, unsigned threads, unsigned flags);
    static const auto parallel = reinterpret_cast<Parallel>(dlsym(RTLD_DEFAULT, "GOMP_parallel"));
    const bool alone = tasks < 2 || parallel == nullptr || at::in_parallel_region() || at::get_num_threads() < 2;
    // Always as many threads as the team has: with fewer, GCC's library would end the others and start them again
    // later.
    alone ? body(context) : parallel(body, context, static_cast<unsigned>(at::get_num_threads()), 0);
}
