// LibTorch's threads are those of the OpenMP library that it brings.
#include "Parallel.h"

#include <ATen/Parallel.h>

#include <dlfcn.h>

void ctorch::on_every_thread(int64_t tasks, void (*body)(void *), void *context) {
    // What `#pragma omp parallel` is compiled to; it stands in GCC's and in LLVM's library. Looked up, since the library's name differs between builds of
    // LibTorch; where there is none, the work is done on one thread.
    using Parallel = void (*)(void (*)(void *), void *, unsigned threads, unsigned flags);
    static const auto parallel = reinterpret_cast<Parallel>(dlsym(RTLD_DEFAULT, "GOMP_parallel"));
    const bool alone = tasks < 2 || parallel == nullptr || at::in_parallel_region() || at::get_num_threads() < 2;
    // Never fewer threads than the team has: GCC's library would end the others and start them anew.
    alone ? body(context) : parallel(body, context, static_cast<unsigned>(at::get_num_threads()), 0);
}
