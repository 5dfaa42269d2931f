// Convolutions with 3×3 kernels by Winograd's algorithm: tiles of the map are transformed to points, the channels are
// multiplied at each point, and the products are transformed back. A tile of 2×2 results takes 16 products instead of a
// direct sum's 36, one of 4×4 takes 36 instead of 144.
//
// Why it stands here: on CPUs oneDNN sums directly, at nine tenths of the speed at which two cores can multiply, so
// only fewer products help. 320 channels at 64×64: 20 ms instead of 35 with small tiles, 12 with large ones, with
// errors against float64 of 0.6 and 1.8 times the direct sum's; in bfloat16 10 instead of 17, with errors twice as
// large. 1280 channels at 16×16: 17 instead of 34, and 9 instead of 16. Large tiles store 36 numbers for a kernel's 9
// and are only used for maps of 128×128 and more, in float32: in bfloat16 their errors are five times a direct sum's.
#include "Winograd.h"
#include "Blocks.h"
#include "Parallel.h"
#include "WinogradPoints.h"

#include <ATen/Parallel.h>

#include <algorithm>
#include <cstddef>

using namespace ctorch;

namespace {

/// Approximate limit, in bytes, for the points of tiles that are processed together: the size of a large cache.
constexpr int64_t chunk_bytes = 24 << 20;
/// Tiles that a thread takes at a time.
constexpr int64_t tile_group = 8;
/// The largest part of a transposed product that is processed at a time: a number of the kernel's inputs, and of tiles.
constexpr int64_t largest_strip = 1280, strip_width = 64;

constexpr int64_t pieces(int64_t count, int64_t size) { return (count + size - 1) / size; }

/// Numbers on a map's cells, channels last.
template <typename Element>
struct Map {
    Element *first;
    int64_t height, width, channels;

    Element *at(int64_t picture, int64_t row, int64_t column) const { return first + ((picture * height + row) * width + column) * channels; }
    bool has(int64_t row, int64_t column) const { return row >= 0 && row < height && column >= 0 && column < width; }
};

/// Where the tiles of a batch are.
struct Tiling {
    int64_t side, rows, columns;

    Tiling(int64_t side, int64_t height, int64_t width) : side(side), rows(pieces(height, side)), columns(pieces(width, side)) {}

    int64_t picture(int64_t tile) const { return tile / (rows * columns); }
    int64_t top(int64_t tile) const { return tile / columns % rows * side; }
    int64_t left(int64_t tile) const { return tile % columns * side; }
};

/// A packed kernel: at each point a matrix [inputs, outputs], in blocks of columns.
template <typename Element>
struct Kernel {
    Element *first;
    int64_t inputs, outputs;

    explicit Kernel(const at::Tensor &packed)
        : first(static_cast<Element *>(packed.data_ptr())), inputs(packed.size(2)), outputs(packed.size(3)) {}

    int64_t blocks() const { return pieces(outputs, block_width); }
    int64_t width(int64_t block) const { return std::min(block_width, outputs - block * block_width); }
    /// [inputs, width]; in bfloat16, two rows at a time are interleaved.
    Rows<Element> block(int64_t point, int64_t block) const { return {first + (point * outputs + block * block_width) * inputs, width(block)}; }
};

template <typename Tile, typename Element>
void pack(const Element *weight, const Kernel<Element> &to) {
    constexpr int n = Tile::points, turns = Panel<Element>::turns;
    in_parallel(to.blocks() * (to.inputs / lane_count), [&](Tasks &tasks) {
        double g[9][block_width] = {};
        float result[n * n][block_width];
        for (int64_t task; tasks.next(task);) {
            const int64_t block = task % to.blocks(), width = to.width(block);
            for (int64_t i = task / to.blocks() * lane_count, end = i + lane_count; i < end; ++i) {
                for (int64_t o = 0; o < width; ++o)
                    for (int k = 0; k < 9; ++k) g[k][o] = number(weight[((block * block_width + o) * to.inputs + i) * 9 + k]);
                kernels(Tile(), g, result);
                for (int k = 0; k < n * n; ++k) {
                    auto *row = const_cast<Element *>(to.block(k, block).first) + i / turns * turns * width + i % turns;
                    for (int64_t o = 0; o < width; ++o) keep(result[k][o], row + o * turns);
                }
            }
        }
    });
}

/// Rows of a packed matrix as a left factor.
/// - Parameter apart: a buffer for [rows, width] in bfloat16.
Rows<float> left_factor(Rows<float> block, int64_t, int64_t, float *) { return block; }

Rows<Half> left_factor(Rows<Half> block, int64_t rows, int64_t width, Half *apart) {
    take_apart(block, rows, width, apart);
    return {apart, width};
}

template <typename Tile, typename Element>
class Convolution {
public:
    Convolution(const at::Tensor &x, const at::Tensor &packed, const Element *bias, bool turned, const at::Tensor &result)
        : kernel_(packed), turned_(turned), bias_(bias), tiling_(Tile::results, x.size(2), x.size(3)),
          from_{static_cast<const Element *>(x.const_data_ptr()), x.size(2), x.size(3), x.size(1)},
          to_{static_cast<Element *>(result.data_ptr()), x.size(2), x.size(3), result.size(1)}, zeros_(from_.channels) {}

    void run(int64_t pictures) const {
        const int64_t tiles = pictures * tiling_.rows * tiling_.columns;
        const int64_t tile_bytes = squared * (from_.channels * sizeof(Element) + to_.channels * sizeof(float));
        const int64_t chunk = std::min(tiles, std::max<int64_t>(chunk_bytes / tile_bytes, 2 * tile_group));
        const int64_t data_bytes = squared * Points<Element>::numbers(chunk, from_.channels) * sizeof(Element);
        const int64_t product_bytes = squared * Points<float>::numbers(chunk, to_.channels) * sizeof(float);
        // The same size for almost all layers, so that freed memory can be reused.
        const auto room = at::empty({std::max(data_bytes + product_bytes, chunk_bytes + chunk_bytes / 16)}, at::TensorOptions(at::kByte));
        auto *start = static_cast<std::byte *>(room.data_ptr());
        const Points<Element> at_data(reinterpret_cast<Element *>(start), chunk, from_.channels);
        const Points<float> at_products(reinterpret_cast<float *>(start + data_bytes), chunk, to_.channels);
        for (int64_t first = 0; first < tiles; first += chunk) {
            const int64_t count = std::min(chunk, tiles - first);
            in_groups(count, [&](int64_t tile) { take(first + tile, at_data.of(tile), at_data.step); });
            turned_ ? multiply_turned(at_data, count, at_products) : multiply_all(at_data, count, at_products);
            in_groups(count, [&](int64_t tile) { give(at_products.of(tile), at_products.step, first + tile); });
        }
    }

private:
    static constexpr int64_t squared = Tile::points * Tile::points;
    const Kernel<Element> kernel_;
    const bool turned_;
    const Element *const bias_;
    const Tiling tiling_;
    const Map<const Element> from_;
    const Map<Element> to_;
    const std::vector<Element> zeros_;

    template <typename Body>
    static void in_groups(int64_t tiles, Body &&body) {
        in_parallel(pieces(tiles, tile_group), [&](Tasks &tasks) {
            for (int64_t task; tasks.next(task);)
                for (int64_t tile = task * tile_group, end = std::min(tiles, tile + tile_group); tile < end; ++tile) body(tile);
        });
    }

    void take(int64_t tile, Element *to, int64_t step) const {
        const Element *cells[squared];
        for (int64_t k = 0; k < squared; ++k) {
            const int64_t row = tiling_.top(tile) + k / Tile::points - 1, column = tiling_.left(tile) + k % Tile::points - 1;
            cells[k] = from_.has(row, column) ? from_.at(tiling_.picture(tile), row, column) : zeros_.data();
        }
        to_points(Tile(), cells, from_.channels, to, step);
    }

    void give(const float *products, int64_t step, int64_t tile) const {
        Element *cells[Tile::results * Tile::results];
        for (int64_t k = 0; k < Tile::results * Tile::results; ++k) {
            const int64_t row = tiling_.top(tile) + k / Tile::results, column = tiling_.left(tile) + k % Tile::results;
            cells[k] = to_.has(row, column) ? to_.at(tiling_.picture(tile), row, column) : nullptr;
        }
        from_points(Tile(), products, step, bias_, to_.channels, cells);
    }

    void multiply_all(const Points<Element> &data, int64_t tiles, const Points<float> &products) const {
        in_parallel(squared * kernel_.blocks(), [&](Tasks &tasks) {
            const ReleasingKernels releasing;
            for (int64_t task; tasks.next(task);) {
                const int64_t point = task / kernel_.blocks(), block = task % kernel_.blocks();
                multiply(tiles, kernel_.width(block), kernel_.inputs, data.at(point), kernel_.block(point, block),
                         const_cast<float *>(products.at(point).from(0, block * block_width).first), products.channels, false);
            }
        });
    }

    /// The transposed product: data · Uᵀ is (U · dataᵀ)ᵀ. On small maps with many channels the kernels are far larger
    /// than the data. They are read here in their order in memory, so that reading overlaps with multiplying;
    /// transposing them first would wait for memory. Large maps lose a little by it.
    void multiply_turned(const Points<Element> &data, int64_t tiles, const Points<float> &products) const {
        const int64_t groups = pieces(tiles, strip_width);
        // Enough pieces for every thread, but no more, because each transposes its data again.
        const int64_t share = pieces(kernel_.inputs, pieces(at::get_num_threads(), squared * groups));
        const int64_t strip_height = std::min(whole_lanes(share), largest_strip), strips = pieces(kernel_.inputs, strip_height);
        in_parallel(squared * strips * groups, [&](Tasks &tasks) {
            const ReleasingKernels releasing;
            Panel<Element> factor(kernel_.outputs, strip_width);
            std::vector<float> strip(strip_height * strip_width);
            std::vector<Element> apart(sizeof(Element) == 2 ? strip_height * block_width : 0);
            for (int64_t task; tasks.next(task);) {
                const int64_t point = task / (strips * groups), row = task / groups % strips * strip_height, tile = task % groups * strip_width;
                const int64_t rows = std::min(strip_height, kernel_.inputs - row), count = std::min(strip_width, tiles - tile);
                const int64_t inverse = Tile::inverse[point / Tile::points] * Tile::points + Tile::inverse[point % Tile::points];
                factor.copy_transposed(data.at(point).from(tile), kernel_.outputs, count);
                for (int64_t block = 0; block < kernel_.blocks(); ++block) {
                    const int64_t width = kernel_.width(block);
                    multiply(rows, whole_lanes(count), width, left_factor(kernel_.block(inverse, block).from(row), rows, width, apart.data()),
                             factor.rows().from(block * block_width), strip.data(), strip_width, block > 0);
                }
                transpose({strip.data(), strip_width}, rows, count, const_cast<float *>(products.at(point).from(tile, row).first), products.channels);
            }
        });
    }
};

/// Large tiles are only for float32.
bool is_packed(const at::Tensor &x) {
    const bool is_float = x.scalar_type() == at::kFloat;
    if (!x.is_cpu() || !x.is_contiguous() || (!is_float && x.scalar_type() != at::kBFloat16) || x.dim() != 4 || x.size(0) != x.size(1)) return false;
    const bool has_tile = x.size(0) == WinogradTile<2>::points || (is_float && x.size(0) == WinogradTile<4>::points);
    return has_tile && x.size(2) % lane_count == 0 && x.size(3) % lane_count == 0;
}

/// - Parameter packed: a weight that `is_packed` accepts.
template <typename Body>
void with_types(const at::Tensor &packed, Body &&body) {
    if (packed.scalar_type() != at::kFloat)
        body(WinogradTile<2>(), Half());
    else if (packed.size(0) == WinogradTile<2>::points)
        body(WinogradTile<2>(), float());
    else
        body(WinogradTile<4>(), float());
}

}  // namespace

int64_t ctorch::winograd_tile(at::ScalarType dtype, int64_t inputs, int64_t outputs, int64_t height, int64_t width) {
    if (inputs % lane_count != 0 || outputs % lane_count != 0 || std::min(inputs, outputs) < 128) return 0;
    const bool is_half = dtype == at::kBFloat16;
    if (!is_half && dtype != at::kFloat) return 0;
    if (is_half && !has_half_blocks()) return 0;
    // With few tiles, reading a kernel from memory takes as long as multiplying with it.
    const auto has = [&](int64_t tile, int64_t count) { return pieces(height, tile) * pieces(width, tile) >= count; };
    return !is_half && has(4, 1024) ? 4 : has(2, 64) ? 2 : 0;
}

at::Tensor ctorch::winograd_pack(const at::Tensor &weight, int64_t tile) {
    TORCH_CHECK_VALUE(weight.dim() == 4 && weight.size(2) == 3 && weight.size(3) == 3, "Winograd's way is for kernels of 3×3");
    const auto plain = weight.contiguous();
    auto packed = at::empty({tile + 2, tile + 2, weight.size(1), weight.size(0)}, weight.options().memory_format(at::MemoryFormat::Contiguous));
    TORCH_CHECK_VALUE(is_packed(packed), "no Winograd's way in tiles of ", tile, " for ", weight.scalar_type(), ' ', weight.sizes());
    with_types(packed, [&](auto tile, auto element) {
        using Element = decltype(element);
        pack<decltype(tile)>(static_cast<const Element *>(plain.const_data_ptr()), Kernel<Element>(packed));
    });
    return packed;
}

at::Tensor ctorch::winograd_convolve(const at::Tensor &x, const at::Tensor &packed, const std::optional<at::Tensor> &bias, bool turned) {
    TORCH_CHECK_VALUE(is_packed(packed), "not a kernel packed for Winograd's way: ", packed.sizes());
    const int64_t inputs = packed.size(turned ? 3 : 2), outputs = packed.size(turned ? 2 : 3);
    TORCH_CHECK_VALUE(x.dim() == 4 && x.size(1) == inputs, "a convolution of ", inputs, " channels was given ", x.sizes());
    TORCH_CHECK_VALUE(x.scalar_type() == packed.scalar_type(), "a convolution in ", packed.scalar_type(), " was given ", x.scalar_type());
    TORCH_CHECK_VALUE(x.is_cpu() && (!bias || bias->is_cpu()), "a convolution packed for the CPU was given what is elsewhere");
    TORCH_CHECK_VALUE(!bias || bias->numel() == outputs, "a convolution with ", outputs, " results has a bias of ", bias->numel());
    const auto cells = x.contiguous(at::MemoryFormat::ChannelsLast);
    auto result = at::empty({x.size(0), outputs, x.size(2), x.size(3)}, x.options().memory_format(at::MemoryFormat::ChannelsLast));
    const auto added = bias ? bias->to(packed.scalar_type()).contiguous() : at::Tensor();
    with_types(packed, [&](auto tile, auto element) {
        using Element = decltype(element);
        const auto *biases = added.defined() ? static_cast<const Element *>(added.const_data_ptr()) : nullptr;
        Convolution<decltype(tile), Element>(cells, packed, biases, turned, result).run(x.size(0));
    });
    return result;
}
