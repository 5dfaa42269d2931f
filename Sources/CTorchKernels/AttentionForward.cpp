// Attention in blocks of queries and keys with running maxima and sums. Everything is computed on transposes: a query's
// products with keys form one column, so that sixteen queries are processed at once, and the second product has a
// column for each query, not for each of a head's channels.
// - Source: Dao et al. 2022 (FlashAttention), algorithm 1.
#include "AttentionBlocks.h"
#include "Blocks.h"
#include "Parallel.h"

#include <algorithm>
#include <cmath>
#include <limits>
#include <numbers>
#include <optional>

using namespace ctorch;

namespace {

constexpr int64_t query_block = 128, key_block = 512;

/// The running maxima and sums of a block of queries over the keys so far.
struct Running {
    float maximum[query_block], sum[query_block], fading[query_block];
};

/// Turns products into 2^(scale · product − maximum of their column), and gives the factors to multiply older results
/// by.
/// - Parameters:
///   - products: [keys, query_block]; columns after the last query may hold anything.
///   - powers: a `Panel`'s block; may share the products' memory.
template <typename Element>
CTORCH_INLINE void exponentiate(const float *products, Element *powers, int64_t keys, int64_t queries, float scale, Running &running) {
    for (int64_t column = 0; column < queries; column += lane_count) {
        Lanes highest = lanes(products + column);
        for (int64_t r = 1; r < keys; ++r) highest = __builtin_elementwise_max(highest, lanes(products + r * query_block + column));
        const Lanes old = lanes(running.maximum + column), maximum = __builtin_elementwise_max(old, highest * scale);
        Lanes sum = 0.0f;
        for (int64_t r = 0; r + 1 < keys; r += 2) {
            const float *at = products + r * query_block + column;
            const Lanes first = power_of_two(lanes(at) * scale - maximum), second = power_of_two(lanes(at + query_block) * scale - maximum);
            sum += first + second;
            store_pair(first, second, powers + r * query_block, column, query_block);
        }
        if (keys % 2 == 1) {
            const Lanes last = power_of_two(lanes(products + (keys - 1) * query_block + column) * scale - maximum);
            sum += last;
            store_pair(last, 0.0f, powers + (keys - 1) * query_block, column, query_block);
        }
        const Lanes fading = power_of_two(old - maximum);
        store(maximum, running.maximum + column);
        store(fading, running.fading + column);
        store(lanes(running.sum + column) * fading + sum, running.sum + column);
    }
}

/// Multiplies each column of [rows, query_block] by its factor.
CTORCH_INLINE void multiply_columns(float *sums, int64_t rows, const float *factors) {
    for (int64_t r = 0; r < rows; ++r, sums += query_block)
        for (int64_t column = 0; column < query_block; column += lane_count) store(lanes(sums + column) * lanes(factors + column), sums + column);
}

/// One head's keys, and its values as columns, block by block.
template <typename Element>
struct Context {
    Rows<Element> keys;
    std::vector<Transposed<Element>> values;
    int64_t count;

    Context(Rows<Element> keys, Rows<Element> v, int64_t width, int64_t count) : keys(keys), count(count) {
        for (int64_t first = 0; first < count; first += key_block) values.emplace_back(v.from(first), width, std::min(key_block, count - first));
    }
};

/// A thread's buffers for a block of queries.
template <typename Element>
struct Workspace {
    Panel<Element> queries;
    std::vector<float> products, sums;
    std::vector<Half> halves;
    Running running{};
    const ReleasingKernels releasing;

    Workspace(int64_t keys, int64_t width)
        : queries(width, query_block), products((std::min(keys, key_block) + 1) * query_block), sums(width * query_block),
          halves(sizeof(Element) == 2 ? products.size() : 0) {}

    Element *powers() {
        if constexpr (sizeof(Element) == 2) return halves.data(); else return products.data();
    }

    /// - Parameters:
    ///   - to: [queries, width].
    ///   - logarithms: one for each query.
    void attend(Rows<Element> q, int64_t count, const Context<Element> &context, int64_t width, float scale, Rows<Element> to, float *logarithms) {
        queries.copy_transposed(q, width, count);
        std::fill_n(running.maximum, query_block, -std::numeric_limits<float>::infinity());
        std::fill_n(running.sum, query_block, 0.0f);
        for (int64_t first = 0; first < context.count; first += key_block) {
            const int64_t keys = std::min(key_block, context.count - first);
            multiply(keys, whole_lanes(count), width, context.keys.from(first), queries.rows(), products.data(), query_block, false);
            Compiled<exponentiate<Element>>::run(products.data(), powers(), keys, count, scale, running);
            if (first > 0) Compiled<multiply_columns>::run(sums.data(), width, running.fading);
            multiply(width, whole_lanes(count), keys, context.values[first / key_block].rows(), {powers(), query_block}, sums.data(), query_block, first > 0);
        }
        for (int64_t n = 0; n < count; ++n) {
            logarithms[n] = running.maximum[n] + std::log2(running.sum[n]);
            const float factor = 1 / running.sum[n];
            for (int64_t c = 0; c < width; ++c) keep(sums[c * query_block + n] * factor, const_cast<Element *>(to.first) + n * to.stride + c);
        }
    }
};

template <typename T>
void attend_all(const at::Tensor &q, const at::Tensor &k, const at::Tensor &v, float scale, const Attended &result) {
    using Element = typename Stored<T>::Type;
    const int64_t queries = q.size(2), width = q.size(3), keys = k.size(2), pairs = q.size(0) * q.size(1);
    std::vector<std::optional<Context<Element>>> contexts(pairs);
    in_parallel(pairs, [&](Tasks &tasks) {
        for (int64_t pair; tasks.next(pair);)
            contexts[pair].emplace(head<Element>(k, pair), head<Element>(v, pair), width, keys);
    });
    const int64_t blocks = (queries + query_block - 1) / query_block;
    in_parallel(pairs * blocks, [&](Tasks &tasks) {
        Workspace<Element> work(keys, width);
        for (int64_t task; tasks.next(task);) {
            const int64_t pair = task / blocks, first = task % blocks * query_block;
            work.attend(head<Element>(q, pair).from(first), std::min(query_block, queries - first), *contexts[pair], width, scale,
                        head<Element>(result.values, pair).from(first), result.logarithms.data_ptr<float>() + pair * queries + first);
        }
    });
}

}  // namespace

Attended ctorch::attend(const at::Tensor &q, const at::Tensor &k, const at::Tensor &v, double scale) {
    const Attended result{at::empty({q.size(0), q.size(2), q.size(1), q.size(3)}, q.options()).transpose(1, 2),
                          at::empty({q.size(0), q.size(1), q.size(2)}, q.options().dtype(at::kFloat))};
    const auto all = q.scalar_type() == at::kFloat ? attend_all<float> : attend_all<at::BFloat16>;
    all(q, k, v, static_cast<float>(scale * std::numbers::log2e), result);
    return result;
}
