// Sixteen float32 at a time on any processor; the compiler maps them to its instructions.
#pragma once

#include "Compiled.h"

#include <cstdint>
#include <cstring>

// The warning is about passing vectors between functions, but all of them are inlined.
#pragma clang diagnostic ignored "-Wpsabi"

namespace ctorch {

constexpr int64_t lane_count = 16;
typedef float Lanes __attribute__((ext_vector_type(16)));
typedef int32_t IntLanes __attribute__((ext_vector_type(16)));
typedef uint32_t BitLanes __attribute__((ext_vector_type(16)));
typedef uint16_t HalfLanes __attribute__((ext_vector_type(16)));

/// A bfloat16's bits.
using Half = uint16_t;

constexpr int64_t whole_lanes(int64_t count) { return (count + lane_count - 1) / lane_count * lane_count; }

CTORCH_INLINE Lanes lanes(const float *from) {
    Lanes x;
    std::memcpy(&x, from, sizeof x);
    return x;
}

CTORCH_INLINE HalfLanes halves(const void *from) {
    HalfLanes x;
    std::memcpy(&x, from, sizeof x);
    return x;
}

CTORCH_INLINE Lanes lanes(const Half *from) { return __builtin_bit_cast(Lanes, __builtin_convertvector(halves(from), BitLanes) << 16); }

/// Interleaves two times sixteen bfloat16.
CTORCH_INLINE BitLanes pairs(HalfLanes first, HalfLanes second) {
    return __builtin_convertvector(first, BitLanes) | (__builtin_convertvector(second, BitLanes) << 16);
}

/// Loads the bits of sixteen float32 or thirty-two bfloat16.
CTORCH_INLINE BitLanes words(const void *from) {
    BitLanes x;
    std::memcpy(&x, from, sizeof x);
    return x;
}

CTORCH_INLINE void store(BitLanes x, void *to) { std::memcpy(to, &x, sizeof x); }

CTORCH_INLINE void store(HalfLanes x, void *to) { std::memcpy(to, &x, sizeof x); }

CTORCH_INLINE void store(Lanes x, float *to) { std::memcpy(to, &x, sizeof x); }

/// The bits of bfloat16, rounded to the nearest, ties to even, in the upper half of each word; for numbers and
/// infinities, not NaN.
CTORCH_INLINE BitLanes rounded(Lanes x) {
    const auto bits = __builtin_bit_cast(BitLanes, x);
    return (bits + 0x7fff + ((bits >> 16) & 1)) & 0xffff0000;
}

/// NaNs are stored as NaNs, whatever their bits.
CTORCH_INLINE void store(Lanes x, Half *to) {
    const BitLanes kept = x == x ? rounded(x) : BitLanes(0x7fc00000);
    const HalfLanes bits = __builtin_convertvector(kept >> 16, HalfLanes);
    std::memcpy(to, &bits, sizeof bits);
}

/// Swaps the halves of each group of 2 · `distance` lanes between two vectors that are `distance` rows apart.
template <int distance>
CTORCH_INLINE void exchange(BitLanes &upper, BitLanes &lower) {
    constexpr auto from = [](int lane, bool is_upper) {
        const bool first = (lane & distance) == 0;
        return is_upper ? (first ? lane : 16 + lane - distance) : (first ? lane + distance : 16 + lane);
    };
#define CTORCH_ROW(u)                                                                                                                            \
    from(0, u), from(1, u), from(2, u), from(3, u), from(4, u), from(5, u), from(6, u), from(7, u), from(8, u), from(9, u), from(10, u),          \
        from(11, u), from(12, u), from(13, u), from(14, u), from(15, u)
    const BitLanes a = upper, b = lower;
    upper = __builtin_shufflevector(a, b, CTORCH_ROW(true));
    lower = __builtin_shufflevector(a, b, CTORCH_ROW(false));
#undef CTORCH_ROW
}

template <int distance>
CTORCH_INLINE void exchange_all(BitLanes *rows) {
#pragma clang loop unroll(full)
    for (int row = 0; row < 16; ++row)
        if ((row & distance) == 0) exchange<distance>(rows[row], rows[row + distance]);
}

/// Transposes the sixteen rows.
CTORCH_INLINE void transpose(BitLanes (&rows)[16]) {
    exchange_all<1>(rows);
    exchange_all<2>(rows);
    exchange_all<4>(rows);
    exchange_all<8>(rows);
}

/// Two rows of a `Panel`'s block: in float32 one after the other, in bfloat16 interleaved.
/// - Parameter stride: numbers of a row.
CTORCH_INLINE void store_pair(Lanes first, Lanes second, float *to, int64_t column, int64_t stride) {
    store(first, to + column);
    store(second, to + stride + column);
}

/// NaNs from bfloat16 or from arithmetic stay NaNs, because the lower halves of their bits are zeros.
CTORCH_INLINE void store_pair(Lanes first, Lanes second, Half *to, int64_t column, int64_t) {
    const BitLanes words = (rounded(first) >> 16) | rounded(second);
    std::memcpy(to + 2 * column, &words, sizeof words);
}

/// 2ˣ for x ≤ 0, within a unit in the last place; results below 2⁻¹²⁶ become 2⁻¹²⁶, and NaNs pass through.
/// - Source: the minimax polynomial of degree 6 for 2ʳ on −½ ≤ r ≤ ½ (Remez' exchange in float64), relative error 2e-9 before rounding.
CTORCH_INLINE Lanes power_of_two(Lanes given) {
    const Lanes least = -126.0f;
    const Lanes x = least > given ? least : given;
    const float rounding = 0x1.8p23f;  // floats of this size are integers
    const Lanes shifted = x + rounding;
    const Lanes r = x - (shifted - rounding);
    Lanes p = r * 0x1.41d334p-13f + 0x1.5f456ap-10f;
    p = p * r + 0x1.3b2dbcp-7f;
    p = p * r + 0x1.c6aed4p-5f;
    p = p * r + 0x1.ebfbdap-3f;
    p = p * r + 0x1.62e430p-1f;
    p = p * r + 1.0f;
    return p * __builtin_bit_cast(Lanes, (__builtin_bit_cast(IntLanes, shifted) << 23) + 0x3f800000);
}

}  // namespace ctorch
