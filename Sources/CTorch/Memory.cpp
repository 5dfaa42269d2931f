// CPU memory of tensors, which is kept for later tensors of the same size.
#include "Guarded.h"

#include <c10/core/CPUAllocator.h>
#include <c10/core/impl/alloc_cpu.h>

#include <malloc.h>

#include <algorithm>
#include <list>
#include <mutex>
#include <unordered_map>

namespace {

/// Reuses freed blocks of a MiB and more instead of returning them to the system, up to a limit. Used and kept blocks
/// together never exceed the peak use plus `slack`: before a fresh block would exceed it, the oldest kept ones are
/// freed.
///
/// Why it stands here: each pass of a network allocates the same gigabytes as the one before. If they came from the
/// system, the kernel would have to clear their pages: a sixth of the time of a gradient of Stable Diffusion's UNet.
class KeepingAllocator final : public c10::Allocator {
public:
    void set_limit(size_t bytes) {
        std::lock_guard guard(lock_);
        limit_ = bytes;
        trim(limit_);
    }

    c10::DataPtr allocate(size_t count) override {
        void *block = take(count);
        return {block, block, &KeepingAllocator::give, c10::Device(c10::kCPU)};
    }

    c10::DeleterFnPtr raw_deleter() const override { return &KeepingAllocator::give; }

    void copy_data(void *to, const void *from, size_t count) const override { default_copy_data(to, from, count); }

    static KeepingAllocator &shared() {
        // Never destroyed, because tensors in static storage may be freed later.
        static auto *allocator = new KeepingAllocator;
        return *allocator;
    }

    static constexpr size_t smallest = 1 << 20, grain = 1 << 16;

private:
    /// Without it, passes that use blocks of many sizes in turn, never all at once, would keep clearing pages.
    static constexpr size_t slack = 1 << 26;

    void *take(size_t count) {
        if (count < smallest) return c10::alloc_cpu(count);
        const size_t size = (count + grain - 1) / grain * grain;
        {
            std::lock_guard guard(lock_);
            // The block freed last is the most likely to be in the caches.
            for (auto block = free_.rbegin(); block != free_.rend(); ++block) {
                if (block->second != size) continue;
                void *found = block->first;
                kept_ -= size;
                use(found, size);
                free_.erase(std::next(block).base());
                return found;
            }
            const size_t most = std::max(most_in_use_ + slack, in_use_ + size);
            trim(most - in_use_ - size);
        }
        void *fresh = allocate_fresh(size);
        std::lock_guard guard(lock_);
        use(fresh, size);
        return fresh;
    }

    void use(void *block, size_t size) {
        used_.emplace(block, size);
        in_use_ += size;
        most_in_use_ = std::max(most_in_use_, in_use_);
    }

    void *allocate_fresh(size_t size) {
        try {
            return c10::alloc_cpu(size);
        } catch (const c10::Error &) {
            // Memory may be short because of the kept blocks.
            std::lock_guard guard(lock_);
            if (free_.empty()) throw;
            trim(0);
        }
        return c10::alloc_cpu(size);
    }

    static void give(void *block) {
        auto &self = shared();
        std::unique_lock guard(self.lock_);
        const auto entry = self.used_.find(block);
        if (entry == self.used_.end()) {
            guard.unlock();
            c10::free_cpu(block);
            return;
        }
        self.free_.emplace_back(block, entry->second);
        self.kept_ += entry->second;
        self.in_use_ -= entry->second;
        self.used_.erase(entry);
        self.trim(self.limit_);
    }

    /// Frees the oldest kept blocks until at most `most` bytes are kept.
    void trim(size_t most) {
        while (kept_ > most) {
            const auto [block, size] = free_.front();
            free_.pop_front();
            kept_ -= size;
            c10::free_cpu(block);
        }
    }

    std::mutex lock_;
    std::list<std::pair<void *, size_t>> free_;  // oldest first
    std::unordered_map<void *, size_t> used_;
    size_t kept_ = 0, in_use_ = 0, most_in_use_ = 0, limit_ = 0;
};

}  // namespace

CTorchStatus ctorch_keep_memory(int64_t bytes) {
    return ctorch::guarded([&] {
        TORCH_CHECK_VALUE(bytes >= 0, "bytes to keep: ", bytes);
        // Freed blocks return to the system at once. By default the C library raises this threshold over time, and
        // large blocks then leave holes in its heap.
        mallopt(M_MMAP_THRESHOLD, KeepingAllocator::smallest);
        KeepingAllocator::shared().set_limit(static_cast<size_t>(bytes));
        c10::SetCPUAllocator(&KeepingAllocator::shared(), /*priority=*/1);
    });
}
