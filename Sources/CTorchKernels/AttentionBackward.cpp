// The backward pass of attention, in blocks whose probabilities are computed again. The gradients of keys and values
// are summed as transposes: a product with one column for each key of a block is faster than one with a column for each
// of a head's channels.
// - Source: Dao et al. 2022 (FlashAttention), algorithm 4.
#include "AttentionBlocks.h"
#include "Blocks.h"
#include "Parallel.h"

#include <algorithm>
#include <numbers>

using namespace ctorch;

namespace {

constexpr int64_t query_block = 128, key_block = 512;

/// Σ a · b of each row.
template <typename Element>
CTORCH_INLINE void sum_products(Rows<Element> a, Rows<Element> b, int64_t rows, int64_t columns, float *to) {
    for (int64_t r = 0; r < rows; ++r) {
        const Element *first = a.from(r).first, *second = b.from(r).first;
        Lanes sums = 0.0f;
        int64_t c = 0;
        for (; c + lane_count <= columns; c += lane_count) sums += lanes(first + c) * lanes(second + c);
        float sum = 0;
        for (; c < columns; ++c) sum += number(first[c]) * number(second[c]);
        for (int64_t lane = 0; lane < lane_count; ++lane) sum += sums[lane];
        to[r] = sum;
    }
}

/// Scales of products of queries and keys, for powers of e and of 2. The scale for powers of 2 must be the forward
/// pass's, or the probabilities would not add up to 1.
struct Scale {
    float plain, binary;

    explicit Scale(double scale) : plain(static_cast<float>(scale)), binary(static_cast<float>(scale * std::numbers::log2e)) {}
};

/// What a block's scores are turned into; each is [query_block, key_block]. In float32 they overwrite the scores and
/// the probabilities' gradients.
template <typename Element>
struct Powers {
    /// Probabilities and the scores' gradients as right factors.
    Element *probabilities, *panel;
    /// The scores' gradients as a left factor.
    Element *rows;
};

/// Turns scores and the probabilities' gradients into probabilities and the scores' gradients.
/// - Parameters:
///   - logarithms, means: of each query: log₂ Σₖ exp(scale · q·k), and Σₖ probability · gradient.
///   - columns: a whole number of lanes; columns after the last key are not used.
template <typename Element>
CTORCH_INLINE void differentiate(const float *scores, const float *gradients, int64_t queries, int64_t columns, Scale scale, const float *logarithms,
                                 const float *means, Powers<Element> to) {
    for (int64_t r = 0; r < queries; r += 2) {
        const bool is_pair = r + 1 < queries;
        const int64_t second = is_pair ? 1 : 0;
        const Lanes logarithm0 = logarithms[r], logarithm1 = logarithms[r + second], mean0 = means[r], mean1 = means[r + second];
        for (int64_t column = 0; column < columns; column += lane_count) {
            const int64_t at = r * key_block + column, next = at + second * key_block;
            const Lanes p0 = power_of_two(lanes(scores + at) * scale.binary - logarithm0), g0 = p0 * (lanes(gradients + at) - mean0) * scale.plain;
            Lanes p1 = power_of_two(lanes(scores + next) * scale.binary - logarithm1), g1 = p1 * (lanes(gradients + next) - mean1) * scale.plain;
            if (to.rows != to.panel) {
                store(g1, to.rows + next);
                store(g0, to.rows + at);
            }
            if (!is_pair) p1 = g1 = 0.0f;
            store_pair(p0, p1, to.probabilities + r * key_block, column, key_block);
            store_pair(g0, g1, to.panel + r * key_block, column, key_block);
        }
    }
}

/// One head's part of the inputs.
template <typename Element>
struct Head {
    Rows<Element> q, k, v, values, gradient;
    const float *logarithms;
};

/// Computes the gradients of one head after another; holds a thread's buffers.
template <typename Element>
struct HeadGradients {
    const int64_t queries, keys, width;
    const Scale scale;
    const bool of_context;
    /// A block of keys and values as right factors.
    Panel<Element> key_columns, value_columns, key_rows;
    /// Queries and the output's gradient as left factors, block by block.
    std::vector<Transposed<Element>> query_columns, gradient_columns;
    std::vector<float> means, scores, gradients, of_query, of_keys, of_values, written;
    std::vector<Half> probabilities, rows, panel;

    HeadGradients(int64_t queries, int64_t keys, int64_t width, Scale scale, bool of_context)
        : queries(queries), keys(keys), width(width), scale(scale), of_context(of_context), key_columns(width, key_block),
          value_columns(width, key_block), key_rows(key_block, whole_lanes(width)), means(queries), scores(query_block * key_block),
          gradients(scores.size()), of_query(queries * key_rows.width), of_keys(of_context ? width * key_block : 0), of_values(of_keys.size()), written(of_keys.size()),
          probabilities(sizeof(Element) == 2 ? scores.size() : 0), rows(probabilities.size()), panel(probabilities.size()) {}

    Powers<Element> powers() {
        if constexpr (sizeof(Element) == 2) return {probabilities.data(), panel.data(), rows.data()};
        else return {scores.data(), gradients.data(), gradients.data()};
    }

    void run(const Head<Element> &head, Rows<Element> q_gradient, Rows<Element> k_gradient, Rows<Element> v_gradient) {
        Compiled<sum_products<Element>>::run(head.values, head.gradient, queries, width, means.data());
        query_columns.clear();
        gradient_columns.clear();
        if (of_context)
            for (int64_t query = 0; query < queries; query += query_block) {
                const int64_t count = std::min(query_block, queries - query);
                query_columns.emplace_back(head.q.from(query), width, count);
                gradient_columns.emplace_back(head.gradient.from(query), width, count);
            }
        for (int64_t key = 0; key < keys; key += key_block) {
            const int64_t count = std::min(key_block, keys - key);
            key_columns.copy_transposed(head.k.from(key), width, count);
            value_columns.copy_transposed(head.v.from(key), width, count);
            key_rows.copy(head.k.from(key), count, width);
            for (int64_t query = 0; query < queries; query += query_block) block(head, query, count, key > 0);
            if (of_context) {
                write(of_keys, count, k_gradient.from(key));
                write(of_values, count, v_gradient.from(key));
            }
        }
        store_rows({of_query.data(), key_rows.width}, queries, width, const_cast<Element *>(q_gradient.first), q_gradient.stride);
    }

    /// Adds the share of a block of queries and the current keys.
    /// - Parameter adds: whether earlier keys have already contributed.
    void block(const Head<Element> &head, int64_t query, int64_t count, bool adds) {
        const int64_t some = std::min(query_block, queries - query), columns = whole_lanes(count);
        multiply(some, columns, width, head.q.from(query), key_columns.rows(), scores.data(), key_block, false);
        multiply(some, columns, width, head.gradient.from(query), value_columns.rows(), gradients.data(), key_block, false);
        const auto to = powers();
        Compiled<differentiate<Element>>::run(scores.data(), gradients.data(), some, columns, scale, head.logarithms + query, means.data() + query, to);
        if (sizeof(Element) == 2 && count % 2 == 1)
            for (int64_t r = 0; r < some; ++r) to.rows[r * key_block + count] = 0;
        multiply(some, key_rows.width, count, {to.rows, key_block}, key_rows.rows(), of_query.data() + query * key_rows.width, key_rows.width, adds);
        if (!of_context) return;
        multiply(width, columns, some, query_columns[query / query_block].rows(), {to.panel, key_block}, of_keys.data(), key_block, query > 0);
        multiply(width, columns, some, gradient_columns[query / query_block].rows(), {to.probabilities, key_block}, of_values.data(), key_block, query > 0);
    }

    /// - Parameter sums: [width, key_block].
    void write(const std::vector<float> &sums, int64_t count, Rows<Element> to) {
        transpose({sums.data(), key_block}, width, count, written.data(), width);
        store_rows({written.data(), width}, count, width, const_cast<Element *>(to.first), to.stride);
    }
};

template <typename T>
void all_back(const at::Tensor &gradient, const at::Tensor &q, const at::Tensor &k, const at::Tensor &v, const Attended &result, double scale,
              bool of_context, const at::Tensor &dq, const at::Tensor &dk, const at::Tensor &dv) {
    using Element = typename Stored<T>::Type;
    const int64_t queries = q.size(2);
    const auto *logarithms = static_cast<const float *>(result.logarithms.const_data_ptr());
    in_parallel(q.size(0) * q.size(1), [&](Tasks &tasks) {
        const ReleasingKernels releasing;
        HeadGradients<Element> gradients(queries, k.size(2), q.size(3), Scale(scale), of_context);
        for (int64_t pair; tasks.next(pair);) {
            const Head<Element> inputs{head<Element>(q, pair), head<Element>(k, pair), head<Element>(v, pair), head<Element>(result.values, pair),
                                       head<Element>(gradient, pair), logarithms + pair * queries};
            const Rows<Element> none{nullptr, 0};
            gradients.run(inputs, head<Element>(dq, pair), of_context ? head<Element>(dk, pair) : none, of_context ? head<Element>(dv, pair) : none);
        }
    });
}

/// Laid out as [B, rows, heads, d]: the heads are joined next.
at::Tensor like(const at::Tensor &x) { return at::empty({x.size(0), x.size(2), x.size(1), x.size(3)}, x.options()).transpose(1, 2); }

}  // namespace

std::tuple<at::Tensor, at::Tensor, at::Tensor> ctorch::attend_back(
    const at::Tensor &gradient, const at::Tensor &q, const at::Tensor &k, const at::Tensor &v, const Attended &result, double scale, bool of_context) {
    const auto dq = like(q), dk = of_context ? like(k) : at::Tensor(), dv = of_context ? like(v) : at::Tensor();
    const auto back = q.scalar_type() == at::kFloat ? all_back<float> : all_back<at::BFloat16>;
    const bool suits = gradient.stride(3) == 1 && gradient.stride(2) >= gradient.size(3);
    back(suits ? gradient : gradient.clone(at::MemoryFormat::Contiguous), q, k, v, result, scale, of_context, dq, dk, dv);
    return {dq, dk, dv};
}
