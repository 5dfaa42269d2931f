#include <CTorchKernels/Choice.h>

#include <atomic>

using namespace ctorch;

namespace {

constinit std::atomic<uint32_t> own_of_process = own_all;
constinit thread_local std::optional<Choice> chosen_here;

Level found_level() {
#if defined(__x86_64__)
    __builtin_cpu_init();
    if (__builtin_cpu_supports("x86-64-v4")) return Level::avx512;
    if (__builtin_cpu_supports("x86-64-v3")) return Level::avx2;
#endif
    return Level::baseline;
}

}  // namespace

Level ctorch::best_level() {
    static const Level value = found_level();
    return value;
}

Choice ctorch::choice() {
    if (chosen_here) return *chosen_here;
    return {own_of_process.load(std::memory_order_relaxed), best_level()};
}

void ctorch::choose_own(uint32_t own) { own_of_process.store(own & own_all, std::memory_order_relaxed); }

std::optional<Choice> ctorch::choice_of_thread() { return chosen_here; }

void ctorch::choose_on_thread(std::optional<Choice> choice) { chosen_here = choice; }
