// The three linear maps of Winograd's algorithm, for tiles of 2×2 and of 4×4 results.
//
// m results of a kernel of three numbers come from a transposed product of polynomials (Toom and Cook's method,
// transposed), with m + 2 points p and one product at each. With the kernel g at p, g0 + g1 p + g2 p², and p's Lagrange
// polynomial on the data, the results are Σ products · (1, p, p², …).
// - Source: Lavin and Gray 2016, "Fast Algorithms for Convolutional Neural Networks", section 4; Winograd 1980.
#pragma once

#include "Lanes.h"

namespace ctorch {

/// The maps along one line. Inputs and outputs are `step` numbers apart.
template <int results> struct WinogradTile;

/// F(2, 3): the points 0, 1, −1 and ∞. Four sums a line each way; in float32 rounding errors are below those of a direct sum.
template <> struct WinogradTile<2> {
    static constexpr int results = 2, points = 4;
    /// For each point p the index of 1/p, where the kernel turned around has the value that the kernel has at p.
    static constexpr int inverse[points] = {3, 1, 2, 0};

    template <typename Number>
    CTORCH_INLINE void kernel(const Number *g, int step, Number *to) {
        const Number ends = 0.5f * (g[0] + g[2 * step]), middle = 0.5f * g[step];
        to[0] = g[0];
        to[step] = ends + middle;
        to[2 * step] = ends - middle;
        to[3 * step] = g[2 * step];
    }

    CTORCH_INLINE void data(const Lanes *d, int step, Lanes *to) {
        const Lanes d0 = d[0], d1 = d[step], d2 = d[2 * step], d3 = d[3 * step];
        to[0] = d0 - d2;
        to[step] = d1 + d2;
        to[2 * step] = d2 - d1;
        to[3 * step] = d3 - d1;
    }

    CTORCH_INLINE void sums(const Lanes *m, int step, Lanes *to) {
        const Lanes one = m[step], other = m[2 * step];
        const Lanes first = m[0] + one + other, second = one - other + m[3 * step];
        to[0] = first;
        to[step] = second;
    }
};

/// F(4, 3): the points 0, ±√½, ±√2 and ∞. They are less far apart than the usual 0, ±1, ±2, which more than halves the
/// rounding errors (to two to five times a direct sum's), and are each other's inverses: a kernel turned around has the
/// same values in another order if those at p are divided by |p|.
template <> struct WinogradTile<4> {
    static constexpr int results = 4, points = 6;
    static constexpr int inverse[points] = {5, 3, 4, 1, 2, 0};
    static constexpr double near = 0.70710678118654752440, far = 2 * near;

    template <typename Number>
    CTORCH_INLINE void kernel(const Number *g, int step, Number *to) {
        const double share = far / 3;
        const Number g0 = g[0], g1 = share * g[step], g2 = g[2 * step];
        const Number ends_near = share * (far * g0 + near * g2), ends_far = share * (near * g0 + far * g2);
        to[0] = g0;
        to[step] = ends_near + g1;
        to[2 * step] = ends_near - g1;
        to[3 * step] = ends_far + g1;
        to[4 * step] = ends_far - g1;
        to[5 * step] = g2;
    }

    CTORCH_INLINE void data(const Lanes *d, int step, Lanes *to) {
        const float a = near, b = far;
        const Lanes d0 = d[0], d1 = d[step], d2 = d[2 * step], d3 = d[3 * step], d4 = d[4 * step], d5 = d[5 * step];
        const Lanes even_near = 2.0f * d2 - d4, odd_near = a * (2.0f * d1 - d3), even_far = 0.5f * d4 - 0.25f * d2, odd_far = b * (0.5f * d3 - 0.25f * d1);
        to[0] = d0 - 2.5f * d2 + d4;
        to[step] = even_near + odd_near;
        to[2 * step] = even_near - odd_near;
        to[3 * step] = even_far + odd_far;
        to[4 * step] = even_far - odd_far;
        to[5 * step] = d1 - 2.5f * d3 + d5;
    }

    CTORCH_INLINE void sums(const Lanes *m, int step, Lanes *to) {
        const float a = near, b = far;
        const Lanes even_near = m[step] + m[2 * step], odd_near = m[step] - m[2 * step];
        const Lanes even_far = m[3 * step] + m[4 * step], odd_far = m[3 * step] - m[4 * step];
        const Lanes first = m[0] + even_near + even_far, last = 0.5f * a * odd_near + 2.0f * b * odd_far + m[5 * step];
        to[0] = first;
        to[step] = a * odd_near + b * odd_far;
        to[2 * step] = 0.5f * even_near + 2.0f * even_far;
        to[3 * step] = last;
    }
};

}  // namespace ctorch
