// The way back through attention, in blocks whose probabilities are computed anew. As on the way there all is done on transposes, so that no block of
// probabilities has to be turned around.
// - Source: Dao et al. 2022 (FlashAttention), algorithm 4.
#include "Attention.h"
#include "Blocks.h"
#include "Parallel.h"

#include <limits>

using namespace ctorch;

namespace {

constexpr int64_t query_block = 256, key_block = 256;

/// From scores and the probabilities' gradients to probabilities and the scores' gradients.
/// - Parameters:
///   - scores: K·Qᵀ, [keys, query_block].
///   - gradients: of the probabilities, likewise.
///   - logarithms, means: of each query: ln Σₖ exp(scale · q·k), and Σₖ probability · gradient.
///   - probabilities: row by row; may be where the scores are.
///   - rows, panel: the scores' gradients row by row and as a `Panel`'s block; both may be where `gradients` are.
template <typename Element>
CTORCH_INLINE void differentiate(const float *scores, const float *gradients, int64_t keys, int64_t queries, float scale, const float *logarithms,
                                 const float *means, Element *probabilities, Element *rows, Element *panel) {
    for (int64_t r = 0; r < keys; r += 2) {
        const int64_t second = r + 1 < keys ? query_block : 0;
        for (int64_t column = 0; column < queries; column += lane_count) {
            const int64_t at = r * query_block + column;
            const Lanes logarithm = lanes(logarithms + column), mean = lanes(means + column);
            const Lanes p0 = exponential(lanes(scores + at) * scale - logarithm), p1 = exponential(lanes(scores + at + second) * scale - logarithm);
            const Lanes g0 = p0 * (lanes(gradients + at) - mean) * scale;
            Lanes g1 = p1 * (lanes(gradients + at + second) - mean) * scale;
            if (second == 0) g1 = 0.0f;
            store(p1, probabilities + at + second);
            store(p0, probabilities + at);
            if (rows != panel) {
                store(g1, rows + at + second);
                store(g0, rows + at);
            }
            store_pair(g0, g1, panel + r * query_block, column, query_block);
        }
    }
}

CTORCH_CLONES void differentiated(float *scores, float *gradients, int64_t keys, int64_t queries, float scale, const float *logarithms, const float *means) {
    differentiate(scores, gradients, keys, queries, scale, logarithms, means, scores, gradients, gradients);
}

CTORCH_CLONES void differentiated(const float *scores, const float *gradients, int64_t keys, int64_t queries, float scale, const float *logarithms,
                                  const float *means, Half *probabilities, Half *rows, Half *panel) {
    differentiate(scores, gradients, keys, queries, scale, logarithms, means, probabilities, rows, panel);
}

/// The gradients of one head, and what a thread needs for them.
template <typename Element>
struct HeadGradient {
    const int64_t queries, keys, width;
    const float scale;
    const bool of_context;
    /// Queries and the result's gradient as right factors, once as rows and once as columns.
    Panel<Element> query_rows, query_columns, gradient_rows, gradient_columns;
    std::vector<float> logarithms, means, scores, gradients, of_query, of_keys, of_values;
    std::vector<Half> probabilities, rows, panel;

    HeadGradient(int64_t queries, int64_t keys, int64_t width, float scale, bool of_context)
        : queries(queries), keys(keys), width(width), scale(scale), of_context(of_context),
          query_rows(of_context ? padded() : 0, width), query_columns(width, padded()), gradient_rows(of_context ? padded() : 0, width),
          gradient_columns(width, padded()), logarithms(padded(), std::numeric_limits<float>::infinity()), means(padded()),
          scores((key_block + 1) * query_block), gradients(scores.size()), of_query(width * padded()),
          of_keys(of_context ? key_block * width : 0), of_values(of_keys.size()), probabilities(sizeof(Element) == 2 ? scores.size() : 0),
          rows(probabilities.size()), panel(probabilities.size()) {}

    int64_t padded() const { return whole_lanes(queries); }

    void run(Rows<Element> q, Rows<Element> k, Rows<Element> v, Rows<Element> values, Rows<Element> gradient, const float *sums,
             Rows<Element> q_gradient, Rows<Element> k_gradient, Rows<Element> v_gradient) {
        query_columns.copy_transposed(q, width, queries);
        gradient_columns.copy_transposed(gradient, width, queries);
        if (of_context) {
            query_rows.copy(q, queries, width);
            gradient_rows.copy(gradient, queries, width);
        }
        std::copy(sums, sums + queries, logarithms.data());
        for (int64_t n = 0; n < queries; ++n) {
            means[n] = 0;
            for (int64_t c = 0; c < width; ++c) means[n] += number(values.at(n, c)) * number(gradient.at(n, c));
        }
        const Transposed<Element> key_columns(k, width, keys);
        for (int64_t first = 0; first < keys; first += key_block) {
            const int64_t count = std::min(key_block, keys - first);
            for (int64_t query = 0; query < queries; query += query_block)
                block(k.from(first), v.from(first), key_columns.from(first), count, query, first > 0);
            if (of_context) {
                write(of_keys, count, k_gradient.from(first));
                write(of_values, count, v_gradient.from(first));
            }
        }
        for (int64_t n = 0; n < queries; ++n)
            for (int64_t c = 0; c < width; ++c) keep(of_query[c * padded() + n], const_cast<Element *>(q_gradient.first) + n * q_gradient.stride + c);
    }

    /// Some keys and some queries.
    void block(Rows<Element> k, Rows<Element> v, Rows<Element> key_columns, int64_t count, int64_t query, bool adds) {
        const int64_t columns = std::min(query_block, padded() - query);
        multiply(count, columns, width, k, query_columns.from(0, query), scores.data(), query_block, false);
        multiply(count, columns, width, v, gradient_columns.from(0, query), gradients.data(), query_block, false);
        const float *logarithm = logarithms.data() + query, *mean = means.data() + query;
        Rows<Element> p{nullptr, query_block}, row_by_row = p, in_turns = p;
        if constexpr (sizeof(Element) == 2) {
            differentiated(scores.data(), gradients.data(), count, columns, scale, logarithm, mean, probabilities.data(), rows.data(), panel.data());
            p.first = probabilities.data(), row_by_row.first = rows.data(), in_turns.first = panel.data();
        } else {
            differentiated(scores.data(), gradients.data(), count, columns, scale, logarithm, mean);
            p.first = scores.data(), row_by_row.first = in_turns.first = gradients.data();
        }
        multiply(width, columns, count, key_columns, in_turns, of_query.data() + query, padded(), adds);
        if (!of_context) return;
        multiply(count, width, columns, row_by_row, query_rows.from(query), of_keys.data(), width, query > 0);
        multiply(count, width, columns, p, gradient_rows.from(query), of_values.data(), width, query > 0);
    }

    void write(const std::vector<float> &sums, int64_t count, Rows<Element> to) const {
        for (int64_t r = 0; r < count; ++r)
            for (int64_t c = 0; c < width; ++c) keep(sums[r * width + c], const_cast<Element *>(to.first) + r * to.stride + c);
    }
};

template <typename T>
void all_back(const at::Tensor &gradient, const at::Tensor &q, const at::Tensor &k, const at::Tensor &v, const Attended &result, float scale,
              bool of_context, const at::Tensor &dq, const at::Tensor &dk, const at::Tensor &dv) {
    using Element = typename Stored<T>::Type;
    const int64_t queries = q.size(2);
    const auto *logarithms = static_cast<const float *>(result.logarithms.const_data_ptr());
    in_parallel(q.size(0) * q.size(1), [&](Tasks &tasks) {
        const ReleasingKernels releasing;
        for (int64_t pair; tasks.next(pair);) {
            HeadGradient<Element> head_gradient(queries, k.size(2), q.size(3), scale, of_context);
            const Rows<Element> none{nullptr, 0};
            head_gradient.run(
                head<Element>(q, pair), head<Element>(k, pair), head<Element>(v, pair), head<Element>(result.values, pair), head<Element>(gradient, pair),
                logarithms + pair * queries, head<Element>(dq, pair), of_context ? head<Element>(dk, pair) : none,
                of_context ? head<Element>(dv, pair) : none);
        }
    });
}

/// Laid out as [B, rows, heads, d]: the next thing is to join the heads.
at::Tensor like(const at::Tensor &x) { return at::empty({x.size(0), x.size(2), x.size(1), x.size(3)}, x.options()).transpose(1, 2); }

}  // namespace

std::tuple<at::Tensor, at::Tensor, at::Tensor> ctorch::attend_back(
    const at::Tensor &gradient, const at::Tensor &q, const at::Tensor &k, const at::Tensor &v, const Attended &result, double scale, bool of_context) {
    const auto dq = like(q), dk = of_context ? like(k) : at::Tensor(), dv = of_context ? like(v) : at::Tensor();
    const auto back = q.scalar_type() == at::kFloat ? all_back<float> : all_back<at::BFloat16>;
    back(gradient.stride(3) == 1 ? gradient : gradient.contiguous(), q, k, v, result, static_cast<float>(scale), of_context, dq, dk, dv);
    return {dq, dk, dv};
}
