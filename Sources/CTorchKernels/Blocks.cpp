// Finds out which of oneDNN's block kernels this processor can run, and brings blocks into the order they need.
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

/// The start of the window at `first`, moved back at the end, where the last window may overlap the one before.
CTORCH_INLINE int64_t window(int64_t first, int64_t size, int64_t count) { return std::min(first, count - size); }

template <typename Word>
CTORCH_INLINE void transpose_singly(const char *from, int64_t from_stride, int64_t rows, int64_t columns, char *to, int64_t to_stride) {
    for (int64_t r = 0; r < rows; ++r)
        for (int64_t c = 0; c < columns; ++c) std::memcpy(to + c * to_stride + r * sizeof(Word), from + r * from_stride + c * sizeof(Word), sizeof(Word));
}

/// A square of words.
struct Words {
    static constexpr int64_t rows = lane_count, size = 4;

    CTORCH_INLINE void turn(const char *from, int64_t from_stride, char *to, int64_t to_stride) {
        BitLanes square[lane_count];
        for (int64_t k = 0; k < lane_count; ++k) square[k] = words(from + k * from_stride);
        transpose(square);
        for (int64_t k = 0; k < lane_count; ++k) store(square[k], to + k * to_stride);
    }
};

/// Interleaving two rows gives words; transposing the words puts two numbers of a column side by side.
struct Halves {
    static constexpr int64_t rows = 2 * lane_count, size = 2;

    CTORCH_INLINE void turn(const char *from, int64_t from_stride, char *to, int64_t to_stride) {
        BitLanes square[lane_count];
        for (int64_t k = 0; k < lane_count; ++k) square[k] = pairs(halves(from + 2 * k * from_stride), halves(from + (2 * k + 1) * from_stride));
        transpose(square);
        for (int64_t k = 0; k < lane_count; ++k) store(square[k], to + k * to_stride);
    }
};

/// Walks along the rows that are farther apart in memory, so that few are read at a time and the processor can
/// prefetch: for 1280 columns of 64 rows 0.3 ns a number instead of 0.6.
template <typename Square>
CTORCH_INLINE void transpose_in_squares(const char *from, int64_t from_stride, int64_t rows, int64_t columns, char *to, int64_t to_stride) {
    const bool along_rows = from_stride > to_stride;
    const int64_t outer = along_rows ? rows : columns, inner = along_rows ? columns : rows;
    const int64_t outer_step = along_rows ? Square::rows : lane_count, inner_step = along_rows ? lane_count : Square::rows;
    for (int64_t a = 0; a < outer; a += outer_step)
        for (int64_t b = 0; b < inner; b += inner_step) {
            const int64_t row = window(along_rows ? a : b, Square::rows, rows), column = window(along_rows ? b : a, lane_count, columns);
            Square::turn(from + row * from_stride + column * Square::size, from_stride, to + column * to_stride + row * Square::size, to_stride);
        }
}

CTORCH_INLINE void words_transposed(const char *from, int64_t from_stride, int64_t rows, int64_t columns, char *to, int64_t to_stride) {
    if (rows < lane_count || columns < lane_count)
        transpose_singly<uint32_t>(from, from_stride, rows, columns, to, to_stride);
    else
        transpose_in_squares<Words>(from, from_stride, rows, columns, to, to_stride);
}

CTORCH_INLINE void halves_transposed(const char *from, int64_t from_stride, int64_t rows, int64_t columns, char *to, int64_t to_stride) {
    if (rows < 2 * lane_count || columns < lane_count)
        transpose_singly<Half>(from, from_stride, rows, columns, to, to_stride);
    else
        transpose_in_squares<Halves>(from, from_stride, rows, columns, to, to_stride);
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

CTORCH_INLINE void round_rows(Rows<float> matrix, int64_t rows, int64_t columns, Half *to, int64_t stride) {
    for (int64_t r = 0; r < rows; ++r) round_row(matrix.from(r).first, columns, to + r * stride);
}

}  // namespace

void ctorch::transpose_words(const void *from, int64_t from_stride, int64_t rows, int64_t columns, void *to, int64_t to_stride) {
    Compiled<words_transposed>::run(static_cast<const char *>(from), from_stride, rows, columns, static_cast<char *>(to), to_stride);
}

void ctorch::transpose(Rows<float> matrix, int64_t rows, int64_t columns, float *to, int64_t stride) {
    transpose_words(matrix.first, matrix.stride * 4, rows, columns, to, stride * 4);
}

void ctorch::transpose(Rows<Half> matrix, int64_t rows, int64_t columns, Half *to, int64_t stride) {
    Compiled<halves_transposed>::run(reinterpret_cast<const char *>(matrix.first), matrix.stride * 2, rows, columns, reinterpret_cast<char *>(to), stride * 2);
}

void ctorch::copy_row(const float *first, const float *, int64_t columns, float *to) { std::copy_n(first, columns, to); }

void ctorch::copy_row(const Half *first, const Half *second, int64_t columns, Half *to) { Compiled<put_by_turns>::run(first, second, columns, to); }

void ctorch::store_rows(Rows<float> matrix, int64_t rows, int64_t columns, float *to, int64_t stride) {
    for (int64_t r = 0; r < rows; ++r) std::copy_n(matrix.from(r).first, columns, to + r * stride);
}

void ctorch::store_rows(Rows<float> matrix, int64_t rows, int64_t columns, Half *to, int64_t stride) {
    Compiled<round_rows>::run(matrix, rows, columns, to, stride);
}
