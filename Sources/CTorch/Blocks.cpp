// Which of oneDNN's block kernels this processor can run, and how blocks are brought into their order.
#include "Blocks.h"

#include <algorithm>
#include <exception>

using namespace ctorch;

bool ctorch::has_half_blocks() {
    static const bool value = [] {
        const at::BFloat16 ones[] = {1, 1};
        float sum = 0;
        try {
            at::native::cpublas::brgemm(1, 1, 2, 2, 1, 1, /*add_C=*/false, ones, ones, &sum, /*is_vnni=*/true);
            at::native::cpublas::brgemm_release();
        } catch (const std::exception &) {
            return false;
        }
        return sum == 2;
    }();
    return value;
}

namespace {

/// Where the window begins that follows `first`; the last one may overlap the one before.
CTORCH_INLINE int64_t window(int64_t first, int64_t size, int64_t count) { return std::min(first, count - size); }

template <typename Word>
CTORCH_INLINE void transpose_singly(const char *from, int64_t from_stride, int64_t rows, int64_t columns, char *to, int64_t to_stride) {
    for (int64_t r = 0; r < rows; ++r)
        for (int64_t c = 0; c < columns; ++c) std::memcpy(to + c * to_stride + r * sizeof(Word), from + r * from_stride + c * sizeof(Word), sizeof(Word));
}

CTORCH_INLINE void transpose_in_squares(const char *from, int64_t from_stride, int64_t rows, int64_t columns, char *to, int64_t to_stride) {
    for (int64_t c = 0; c < columns; c += lane_count)
        for (int64_t r = 0; r < rows; r += lane_count) {
            const int64_t column = window(c, lane_count, columns), row = window(r, lane_count, rows);
            BitLanes square[lane_count];
            for (int64_t k = 0; k < lane_count; ++k) square[k] = words(from + (row + k) * from_stride + column * 4);
            transpose(square);
            for (int64_t k = 0; k < lane_count; ++k) store(square[k], to + (column + k) * to_stride + row * 4);
        }
}

/// Two rows' numbers by turns are words, whose transpose has two numbers of a column side by side.
CTORCH_INLINE void transpose_in_pairs(const char *from, int64_t from_stride, int64_t rows, int64_t columns, char *to, int64_t to_stride) {
    for (int64_t c = 0; c < columns; c += lane_count)
        for (int64_t r = 0; r < rows; r += 2 * lane_count) {
            const int64_t column = window(c, lane_count, columns), row = window(r, 2 * lane_count, rows);
            BitLanes square[lane_count];
            for (int64_t k = 0; k < lane_count; ++k) {
                const char *at = from + (row + 2 * k) * from_stride + column * 2;
                square[k] = pairs(halves(at), halves(at + from_stride));
            }
            transpose(square);
            for (int64_t k = 0; k < lane_count; ++k) store(square[k], to + (column + k) * to_stride + row * 2);
        }
}

CTORCH_CLONES void words_transposed(const char *from, int64_t from_stride, int64_t rows, int64_t columns, char *to, int64_t to_stride) {
    if (rows < lane_count || columns < lane_count)
        transpose_singly<uint32_t>(from, from_stride, rows, columns, to, to_stride);
    else
        transpose_in_squares(from, from_stride, rows, columns, to, to_stride);
}

CTORCH_CLONES void halves_transposed(const char *from, int64_t from_stride, int64_t rows, int64_t columns, char *to, int64_t to_stride) {
    if (rows < 2 * lane_count || columns < lane_count)
        transpose_singly<Half>(from, from_stride, rows, columns, to, to_stride);
    else
        transpose_in_pairs(from, from_stride, rows, columns, to, to_stride);
}

CTORCH_INLINE void put_by_turns(const Half *first, const Half *second, int64_t columns, Half *to) {
    int64_t c = 0;
    if (second != nullptr)
        for (; c + lane_count <= columns; c += lane_count) store(pairs(halves(first + c), halves(second + c)), to + 2 * c);
    for (; c < columns; ++c) to[2 * c] = first[c], to[2 * c + 1] = second == nullptr ? Half(0) : second[c];
}

CTORCH_INLINE void round_row(const float *from, int64_t columns, Half *to) {
    int64_t c = 0;
    for (; c + lane_count <= columns; c += lane_count) store(lanes(from + c), to + c);
    for (; c < columns; ++c) keep(from[c], to + c);
}

}  // namespace

void ctorch::transpose_words(const void *from, int64_t from_stride, int64_t rows, int64_t columns, void *to, int64_t to_stride) {
    words_transposed(static_cast<const char *>(from), from_stride, rows, columns, static_cast<char *>(to), to_stride);
}

void ctorch::transpose(Rows<float> matrix, int64_t rows, int64_t columns, float *to, int64_t stride) {
    transpose_words(matrix.first, matrix.stride * 4, rows, columns, to, stride * 4);
}

void ctorch::transpose(Rows<Half> matrix, int64_t rows, int64_t columns, Half *to, int64_t stride) {
    halves_transposed(reinterpret_cast<const char *>(matrix.first), matrix.stride * 2, rows, columns, reinterpret_cast<char *>(to), stride * 2);
}

void ctorch::copy_row(const float *first, const float *, int64_t columns, float *to) { std::copy_n(first, columns, to); }

CTORCH_CLONES void ctorch::copy_row(const Half *first, const Half *second, int64_t columns, Half *to) { put_by_turns(first, second, columns, to); }

void ctorch::store_rows(Rows<float> matrix, int64_t rows, int64_t columns, float *to, int64_t stride) {
    for (int64_t r = 0; r < rows; ++r) std::copy_n(matrix.from(r).first, columns, to + r * stride);
}

CTORCH_CLONES void ctorch::store_rows(Rows<float> matrix, int64_t rows, int64_t columns, Half *to, int64_t stride) {
    for (int64_t r = 0; r < rows; ++r) round_row(matrix.from(r).first, columns, to + r * stride);
}
