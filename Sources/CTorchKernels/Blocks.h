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
};

/// The type that a T is stored as: bfloat16 as its bits.
template <typename T> struct Stored { using Type = T; };
template <> struct Stored<at::BFloat16> { using Type = Half; };

CTORCH_INLINE float number(float x) { return x; }
CTORCH_INLINE float number(Half x) { return __builtin_bit_cast(float, static_cast<uint32_t>(x) << 16); }
CTORCH_INLINE void keep(float number, float *to) { *to = number; }

/// Stores one number, rounded as `store` does.
CTORCH_INLINE void keep(float number, Half *to) {
    const auto bits = __builtin_bit_cast(uint32_t, number);
    *to = number == number ? (bits + 0x7fff + ((bits >> 16) & 1)) >> 16 : 0x7fc0;
}

// MARK: - Blocks brought into another order

/// Transposes words from [rows, columns] to [columns, rows].
/// - Parameter strides: in bytes.
void transpose_words(const void *from, int64_t from_stride, int64_t rows, int64_t columns, void *to, int64_t to_stride);

/// Transposes [rows, columns] to [columns, rows].
void transpose(Rows<float> matrix, int64_t rows, int64_t columns, float *to, int64_t stride);
void transpose(Rows<Half> matrix, int64_t rows, int64_t columns, Half *to, int64_t stride);

/// Writes one row of a float32 `Panel`, or two rows of a bfloat16 one.
/// - Parameter second: NULL stands for zeros; ignored in float32.
void copy_row(const float *first, const float *second, int64_t columns, float *to);
void copy_row(const Half *first, const Half *second, int64_t columns, Half *to);

/// Stores [rows, columns] of float32 in the element type.
void store_rows(Rows<float> matrix, int64_t rows, int64_t columns, float *to, int64_t stride);
void store_rows(Rows<float> matrix, int64_t rows, int64_t columns, Half *to, int64_t stride);

/// One head's matrix of a tensor [B, heads, rows, d]; `pair` counts heads through all pictures.
template <typename Element>
Rows<Element> head(const at::Tensor &x, int64_t pair) {
    const int64_t heads = x.size(1);
    return {static_cast<const Element *>(x.const_data_ptr()) + pair / heads * x.stride(0) + pair % heads * x.stride(1), x.stride(2)};
}

/// Whether oneDNN's block kernels support bfloat16 on this processor.
bool has_half_blocks();

/// Releases processor state that the kernels hold for a thread (tiles, where there are any).
struct ReleasingKernels {
    ~ReleasingKernels() { at::native::cpublas::brgemm_release(); }
};

/// C [m, n] = A [m, k] · B [k, n], or C + A · B. In bfloat16 B is interleaved as in a `Panel`; where k is odd, A has a
/// further column and B a further row, both of zeros.
inline void multiply(int64_t m, int64_t n, int64_t k, Rows<float> a, Rows<float> b, float *c, int64_t stride, bool adds) {
    at::native::cpublas::brgemm(m, n, k, a.stride, b.stride, stride, adds, a.first, b.first, c, /*is_vnni=*/false);
}

inline void multiply(int64_t m, int64_t n, int64_t k, Rows<Half> a, Rows<Half> b, float *c, int64_t stride, bool adds) {
    at::native::cpublas::brgemm(
        m, n, k + k % 2, a.stride, b.stride, stride, adds, reinterpret_cast<const at::BFloat16 *>(a.first),
        reinterpret_cast<const at::BFloat16 *>(b.first), c, /*is_vnni=*/true);
}

/// A matrix as the right factor of a product: row by row in float32; in bfloat16 two rows at a time, interleaved, as
/// the processors' instructions need them. An odd number of rows is padded with zeros.
template <typename Element>
struct Panel {
    static constexpr int64_t turns = sizeof(Element) == 2 ? 2 : 1;
    int64_t width;
    std::vector<Element> numbers;

    Panel(int64_t height, int64_t width) : width(width), numbers((height + height % turns) * width) {}

    Rows<Element> rows() const { return {numbers.data(), width}; }

    void copy(Rows<Element> matrix, int64_t height, int64_t columns) {
        for (int64_t r = 0; r < height; r += turns)
            copy_row(matrix.from(r).first, r + 1 < height ? matrix.from(r + 1).first : nullptr, columns, numbers.data() + r * width);
    }

    /// Words are transposed, so two neighbouring bfloat16 numbers in a row of `matrix` stay neighbours here.
    /// - Parameter matrix: [columns, height]; in bfloat16 an even height.
    void copy_transposed(Rows<Element> matrix, int64_t height, int64_t columns) {
        transpose_words(matrix.first, matrix.stride * sizeof(Element), columns, height / turns, numbers.data(), width * turns * sizeof(Element));
    }
};

/// The transpose of a matrix, row by row; its width is made even with zeros, as for `multiply`.
template <typename Element>
struct Transposed {
    int64_t width;
    std::vector<Element> numbers;

    /// - Parameter matrix: [columns, height].
    Transposed(Rows<Element> matrix, int64_t height, int64_t columns) : width(columns + columns % 2), numbers(height * width) {
        transpose(matrix, columns, height, numbers.data(), width);
    }

    Rows<Element> rows() const { return {numbers.data(), width}; }
};

}  // namespace ctorch
