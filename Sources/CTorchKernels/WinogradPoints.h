// The transforms between maps and points: the part of Winograd's algorithm that is compiled for several processors.
#pragma once

#include "Blocks.h"
#include "WinogradTiles.h"

namespace ctorch {

/// Columns of a packed kernel's blocks.
constexpr int64_t block_width = 64;

/// Tiles × channels at every point, point by point.
template <typename Element>
struct Points {
    Element *first;
    /// Numbers from one point to the next: more than tiles × channels, so that a tile's numbers at all points don't
    /// compete for the same cache lines.
    int64_t step, channels;

    Points(Element *first, int64_t tiles, int64_t channels) : first(first), step(numbers(tiles, channels)), channels(channels) {}
    static int64_t numbers(int64_t tiles, int64_t channels) { return tiles * channels + 32; }

    Element *of(int64_t tile) const { return first + tile * channels; }
    Rows<Element> at(int64_t point) const { return {first + point * step, channels}; }
};

/// Transforms a tile's cells and those around it to all points.
/// - Parameters:
///   - cells: [points, points], each with all channels, a multiple of sixteen.
///   - step: numbers between a tile's points.
void to_points(WinogradTile<2>, const float *const *cells, int64_t channels, float *to, int64_t step);
void to_points(WinogradTile<4>, const float *const *cells, int64_t channels, float *to, int64_t step);
void to_points(WinogradTile<2>, const Half *const *cells, int64_t channels, Half *to, int64_t step);

/// Computes a tile's results from the products at its points.
/// - Parameters:
///   - bias: nothing, or one for each channel.
///   - cells: where the results go, [results, results]; NULL for cells beyond the map's edge.
void from_points(WinogradTile<2>, const float *products, int64_t step, const float *bias, int64_t channels, float *const *cells);
void from_points(WinogradTile<4>, const float *products, int64_t step, const float *bias, int64_t channels, float *const *cells);
void from_points(WinogradTile<2>, const float *products, int64_t step, const Half *bias, int64_t channels, Half *const *cells);

/// Transforms 64 kernels to the points; `g` is [9][64], the result [points · points][64].
void kernels(WinogradTile<2>, const double (*g)[block_width], float (*to)[block_width]);
void kernels(WinogradTile<4>, const double (*g)[block_width], float (*to)[block_width]);

/// Writes interleaved pairs of rows as separate rows: [rows, width].
/// - Parameters:
///   - rows: an even number.
///   - width: a multiple of sixteen, the pairs' stride.
void take_apart(Rows<Half> pairs, int64_t rows, int64_t width, Half *to);

}  // namespace ctorch
