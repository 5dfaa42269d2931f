// Blocks of matrices and oneDNN's products of them.
#pragma once

#include "Lanes.h"

#include <ATen/ATen.h>
#include <ATen/native/CPUBlas.h>

#include <vector>

namespace ctorch {

/// A matrix in memory, row by row.
template <typename Element>
struct Rows {
    const Element *first;
    int64_t stride;

    Rows from(int64_t row, int64_t column = 0) const { return {first + row * stride + column, stride}; }
    Element at(int64_t row, int64_t column) const { return first[row * stride + column]; }
};

/// Number by number what is stored for T: bfloat16 as its bits.
template <typename T> struct Stored { using Type = T; };
template <> struct Stored<at::BFloat16> { using Type = Half; };

inline float number(float x) { return x; }
inline float number(Half x) { return at::BFloat16(x, at::BFloat16::from_bits()); }
inline void keep(float number, float *to) { *to = number; }
inline void keep(float number, Half *to) { *to = at::BFloat16(number).x; }

/// One head's matrix of a tensor [B, heads, rows, d]; `pair` counts heads through all pictures.
template <typename Element>
Rows<Element> head(const at::Tensor &x, int64_t pair) {
    const int64_t heads = x.size(1);
    return {static_cast<const Element *>(x.const_data_ptr()) + pair / heads * x.stride(0) + pair % heads * x.stride(1), x.stride(2)};
}

/// Whether oneDNN's block kernels can be had in bfloat16 on this processor.
bool has_half_blocks();

/// Gives back what the kernels hold of a thread's processor (tiles, where it has them).
struct ReleasingKernels {
    ~ReleasingKernels() { at::native::cpublas::brgemm_release(); }
};

/// C [m, n] = A [m, k] · B [k, n], or C + A · B. In bfloat16 B is interleaved as in a `Panel`; where k is odd, both have another column
/// and row, of zeros.
inline void multiply(int64_t m, int64_t n, int64_t k, Rows<float> a, Rows<float> b, float *c, int64_t stride, bool adds) {
    at::native::cpublas::brgemm(m, n, k, a.stride, b.stride, stride, adds, a.first, b.first, c, /*is_vnni=*/false);
}

inline void multiply(int64_t m, int64_t n, int64_t k, Rows<Half> a, Rows<Half> b, float *c, int64_t stride, bool adds) {
    at::native::cpublas::brgemm(
        m, n, k + k % 2, a.stride, b.stride, stride, adds, reinterpret_cast<const at::BFloat16 *>(a.first),
        reinterpret_cast<const at::BFloat16 *>(b.first), c, /*is_vnni=*/true);
}

/// Writes the transpose of [columns, height], sixteen numbers of a row at a time: whole columns would fight for the same lines of the cache.
template <typename Element, typename Place>
void transpose(Rows<Element> matrix, int64_t height, int64_t columns, Place &&place, int64_t step) {
    for (int64_t first = 0; first < columns; first += lane_count) {
        const int64_t count = std::min(lane_count, columns - first);
        for (int64_t r = 0; r < height; ++r) {
            const Element *from = matrix.first + first * matrix.stride + r;
            Element *to = place(r, first);
            for (int64_t c = 0; c < count; ++c) to[c * step] = from[c * matrix.stride];
        }
    }
}

/// A matrix as the right factor of a product: row by row in float32; in bfloat16 two rows at a time, their numbers by turns, as the processors'
/// instructions want them. An odd number of rows is filled up with zeros.
template <typename Element>
struct Panel {
    static constexpr int64_t turns = sizeof(Element) == 2 ? 2 : 1;
    int64_t width;
    std::vector<Element> numbers;

    Panel(int64_t height, int64_t width) : width(width), numbers((height + height % turns) * width) {}

    Element *place(int64_t row, int64_t column) { return numbers.data() + row / turns * turns * width + column * turns + row % turns; }

    /// The block that begins here; the row is even.
    Rows<Element> from(int64_t row, int64_t column = 0) const { return {numbers.data() + row * width + column * turns, width}; }

    void copy(Rows<Element> matrix, int64_t height, int64_t columns) {
        for (int64_t r = 0; r < height; ++r) {
            const Element *from = matrix.first + r * matrix.stride;
            Element *to = place(r, 0);
            for (int64_t c = 0; c < columns; ++c) to[c * turns] = from[c];
        }
    }

    /// - Parameter matrix: [columns, height].
    void copy_transposed(Rows<Element> matrix, int64_t height, int64_t columns) {
        transpose(matrix, height, columns, [&](int64_t row, int64_t column) { return place(row, column); }, turns);
    }
};

/// The transpose of a matrix, row by row; its width is made even with zeros, as for `multiply`.
template <typename Element>
struct Transposed {
    int64_t width;
    std::vector<Element> numbers;

    /// - Parameter matrix: [columns, height].
    Transposed(Rows<Element> matrix, int64_t height, int64_t columns) : width(columns + columns % 2), numbers(height * width) {
        transpose(matrix, height, columns, [&](int64_t row, int64_t column) { return numbers.data() + row * width + column; }, 1);
    }

    Rows<Element> from(int64_t column) const { return {numbers.data() + column, width}; }
};

}  // namespace ctorch
