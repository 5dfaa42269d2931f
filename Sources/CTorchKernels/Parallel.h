// Work for the threads that LibTorch computes with.
#pragma once

#include <CTorchKernels/Choice.h>

#include <c10/util/ParallelGuard.h>

#include <atomic>
#include <cstdint>
#include <exception>

namespace ctorch {

/// Hands out each of 0 ..< count once, to any thread.
class Tasks {
public:
    explicit Tasks(int64_t count) : count_(count) {}

    /// Whether there was another task; `task` is its number.
    bool next(int64_t &task) { return (task = next_.fetch_add(1, std::memory_order_relaxed)) < count_; }

    void stop() { next_.store(count_, std::memory_order_relaxed); }

private:
    std::atomic<int64_t> next_{0};
    const int64_t count_;
};

/// Sets this thread's choice of kernels for as long as the object lives.
class ChosenOnThread {
public:
    explicit ChosenOnThread(std::optional<Choice> choice) { choose_on_thread(choice); }
    ~ChosenOnThread() { choose_on_thread(before_); }

private:
    const std::optional<Choice> before_ = choice_of_thread();
};

/// Runs `body` on every thread of the team, or on this one alone; returns when all have.
void on_every_thread(int64_t tasks, void (*body)(void *), void *context);

/// Calls `body(tasks)` on every thread of LibTorch's team; each takes tasks until none are left, so `body` can keep
/// buffers across tasks. All use the calling thread's choice of kernels. `at::parallel_for`, whose code is in a header,
/// runs on one thread when that header is compiled without OpenMP, as Swift's compiler does.
/// - Throws: the first exception of a `body`, after all have ended.
template <typename Body>
void in_parallel(int64_t count, Body &&body) {
    struct Team {
        Body &body;
        Tasks tasks;
        std::optional<Choice> choice;
        std::atomic_flag has_failed = ATOMIC_FLAG_INIT;
        std::exception_ptr failure;
    } team{body, Tasks(count), choice_of_thread()};
    on_every_thread(count, [](void *context) {
        auto &team = *static_cast<Team *>(context);
        const c10::ParallelGuard guard(true);
        const ChosenOnThread chosen(team.choice);
        try {
            team.body(team.tasks);
        } catch (...) {
            team.tasks.stop();
            if (!team.has_failed.test_and_set()) team.failure = std::current_exception();
        }
    }, &team);
    if (team.failure) std::rethrow_exception(team.failure);
}

}  // namespace ctorch
