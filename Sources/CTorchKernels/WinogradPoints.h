// Between maps and points: what of Winograd's way is compiled for several processors.
#pragma once

#include "Blocks.h"
#include "WinogradTiles.h"

namespace ctorch {

/// Columns of a packed kernel's blocks.
constexpr int64_t block_width = 64;

/// Tiles × channels at every point, a point after the other.
template <typename Element>
struct Points {
    Element *first;
    /// Numbers between points: more than their product, so that a tile's numbers at all points don't fight for the same lines of the cache.
    int64_t step, channels;

    Points(Element *first, int64_t tiles, int64_t channels) : first(first), step(numbers(tiles, channels)), channels(channels) {}
    static int64_t numbers(int64_t tiles, int64_t channels) { return tiles * channels + 32; }

    Element *of(int64_t tile) const { return first + tile * channels; }
    Rows<Element> at(int64_t point) const { return {first + point * step, channels}; }
};

/// A tile's cells and those around it at all points.
/// - Parameters:
///   - cells: [points, points], each with all channels, a multiple of sixteen.
///   - step: numbers between a tile's points.
void to_points(WinogradTile<2>, const float *const *cells, int64_t channels, float *to, int64_t step);
void to_points(WinogradTile<4>, const float *const *cells, int64_t channels, float *to, int64_t step);
void to_points(WinogradTile<2>, const Half *const *cells, int64_t channels, Half *to, int64_t step);

/// A tile's results from the products at its points.
/// - Parameters:
///   - bias: nothing, or one for each channel.
///   - cells: where the results go, [results, results]; none where the map has ended.
void from_points(WinogradTile<2>, const float *products, int64_t step, const float *bias, int64_t channels, float *const *cells);
void from_points(WinogradTile<4>, const float *products, int64_t step, const float *bias, int64_t channels, float *const *cells);
void from_points(WinogradTile<2>, const float *products, int64_t step, const Half *bias, int64_t channels, Half *const *cells);

/// 64 kernels' numbers at the points; `g` is [9][64], the result [points · points][64].
void kernels(WinogradTile<2>, const double (*g)[block_width], float (*to)[block_width]);
void kernels(WinogradTile<4>, const double (*g)[block_width], float (*to)[block_width]);

/// Pairs of rows, their numbers by turns, row by row: [rows, width].
/// - Parameters:
///   - rows: an even number.
///   - width: a multiple of sixteen, the pairs' stride.
void take_apart(Rows<Half> pairs, int64_t rows, int64_t width, Half *to);

}  // namespace ctorch
