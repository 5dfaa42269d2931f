#include "WinogradPoints.h"

using namespace ctorch;

namespace {

template <typename Tile, typename Element>
CTORCH_INLINE void bring_to_points(const Element *const *cells, int64_t channels, Element *to, int64_t step) {
    constexpr int n = Tile::points;
    for (int64_t c = 0; c < channels; c += lane_count) {
        Lanes d[n * n], half[n * n];
        for (int k = 0; k < n * n; ++k) d[k] = lanes(cells[k] + c);
        for (int k = 0; k < n; ++k) Tile::data(d + k, n, half + k);
        for (int k = 0; k < n; ++k) Tile::data(half + k * n, 1, d + k * n);
        for (int k = 0; k < n * n; ++k) store(d[k], to + k * step + c);
    }
}

template <typename Tile, typename Element>
CTORCH_INLINE void bring_from_points(const float *products, int64_t step, const Element *bias, int64_t channels, Element *const *cells) {
    constexpr int n = Tile::points, m = Tile::results;
    for (int64_t c = 0; c < channels; c += lane_count) {
        Lanes d[n * n], half[m * n];
        for (int k = 0; k < n * n; ++k) d[k] = lanes(products + k * step + c);
        for (int k = 0; k < n; ++k) Tile::sums(d + k, n, half + k);
        for (int k = 0; k < m; ++k) Tile::sums(half + k * n, 1, d + k * n);
        const Lanes added = bias == nullptr ? Lanes(0.0f) : lanes(bias + c);
        for (int k = 0; k < m * m; ++k)
            if (cells[k] != nullptr) store(d[k / m * n + k % m] + added, cells[k] + c);
    }
}

template <typename Tile>
CTORCH_INLINE void bring_kernels(const double (*g)[block_width], float (*to)[block_width]) {
    constexpr int n = Tile::points;
    for (int64_t c = 0; c < block_width; ++c) {
        double square[9], half[3 * n], result[n * n];
        for (int k = 0; k < 9; ++k) square[k] = g[k][c];
        for (int k = 0; k < 3; ++k) Tile::kernel(square + k, 3, half + k);
        for (int k = 0; k < n; ++k) Tile::kernel(half + k * 3, 1, result + k * n);
        for (int k = 0; k < n * n; ++k) to[k][c] = static_cast<float>(result[k]);
    }
}

CTORCH_INLINE void write_apart(Rows<Half> block, int64_t rows, int64_t width, Half *to) {
    for (int64_t r = 0; r < rows; r += 2)
        for (int64_t c = 0; c < width; c += lane_count) {
            const BitLanes pair = words(block.first + r * width + 2 * c);
            store(__builtin_convertvector(pair & 0xffff, HalfLanes), to + r * width + c);
            store(__builtin_convertvector(pair >> 16, HalfLanes), to + (r + 1) * width + c);
        }
}

}  // namespace

#define CTORCH_WINOGRAD_MAPS(side, Element)                                                                                                           \
    void ctorch::to_points(WinogradTile<side>, const Element *const *cells, int64_t channels, Element *to, int64_t step) {                            \
        Compiled<bring_to_points<WinogradTile<side>, Element>>::run(cells, channels, to, step);                                                       \
    }                                                                                                                                                 \
    void ctorch::from_points(WinogradTile<side>, const float *products, int64_t step, const Element *bias, int64_t channels, Element *const *cells) { \
        Compiled<bring_from_points<WinogradTile<side>, Element>>::run(products, step, bias, channels, cells);                                         \
    }
CTORCH_WINOGRAD_MAPS(2, float)
CTORCH_WINOGRAD_MAPS(4, float)
CTORCH_WINOGRAD_MAPS(2, Half)
#undef CTORCH_WINOGRAD_MAPS

void ctorch::kernels(WinogradTile<2>, const double (*g)[block_width], float (*to)[block_width]) { Compiled<bring_kernels<WinogradTile<2>>>::run(g, to); }
void ctorch::kernels(WinogradTile<4>, const double (*g)[block_width], float (*to)[block_width]) { Compiled<bring_kernels<WinogradTile<4>>>::run(g, to); }

void ctorch::take_apart(Rows<Half> pairs, int64_t rows, int64_t width, Half *to) { Compiled<write_apart>::run(pairs, rows, width, to); }
