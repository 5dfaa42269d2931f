#include <CTorchKernels/GroupNorm.h>

#include "Compiled.h"
#include "Parallel.h"

#include <torch/csrc/autograd/custom_function.h>

#include <algorithm>
#include <cmath>
#include <vector>

using namespace ctorch;

namespace {

/// Clang and the compiler of LibTorch 2.11 disagree about the name of `const_data_ptr<float>`.
const float *numbers(const at::Tensor &x) { return static_cast<const float *>(x.const_data_ptr()); }

/// For each channel of [count, channels], sums the differences to `pivot` and their squares.
CTORCH_INLINE void add_rows(const float *__restrict x, int64_t count, int64_t channels, const float *__restrict pivot, float *__restrict sum,
                            float *__restrict square) {
    for (int64_t r = 0; r < count; ++r, x += channels) {
        for (int64_t c = 0; c < channels; ++c) {
            const float difference = x[c] - pivot[c];
            sum[c] += difference;
            square[c] += difference * difference;
        }
    }
}

CTORCH_INLINE void scale_rows(const float *__restrict x, int64_t count, int64_t channels, const float *__restrict pivot, const float *__restrict factor,
                              const float *__restrict shift, float *__restrict y) {
    for (int64_t r = 0; r < count; ++r, x += channels, y += channels)
        for (int64_t c = 0; c < channels; ++c) y[c] = (x[c] - pivot[c]) * factor[c] + shift[c];
}

/// Mean and 1/√(variance + eps) of each group, as [N, groups] float32, and x normalised to mean 0 and variance 1, then
/// scaled and shifted.
///
/// Why it stands here: for channels that come last in memory, as oneDNN's convolutions leave them, PyTorch computes the
/// variance as E[x²] − E[x]² in float32. Where a channel's mean is much larger than its spread, as in pictures with
/// plain backgrounds, the variance is lost to rounding: latents of a uniform picture were off by 60 %, of a drawn disc
/// by 0.4 %. Here squares are taken around a value of the channel itself and summed in float64.
struct ChannelsLastNorm {
    int64_t pictures, channels, cells, groups;
    double eps;
    at::Tensor mean, scale;
    /// For each picture and channel one of its values, and that value's difference to the group's mean.
    std::vector<float> pivots;
    std::vector<double> offsets;

    static constexpr int64_t rows = 512;  // cells that are summed up in float32

    ChannelsLastNorm(const at::Tensor &x, int64_t groups, double eps)
        : pictures(x.size(0)), channels(x.size(1)), cells(x.size(2) * x.size(3)), groups(groups), eps(eps),
          mean(at::empty({x.size(0), groups}, x.options())), scale(at::empty({x.size(0), groups}, x.options())),
          pivots(pictures * channels), offsets(pictures * channels) {}

    void moments(const float *x) {
        const int64_t blocks = (cells + rows - 1) / rows;
        std::vector<float> sums(pictures * blocks * 2 * channels);
        for (int64_t n = 0; n < pictures; ++n) {
            // A cell from the middle, because cells at the edge are affected by zero padding.
            const float *middle = x + (n * cells + cells / 2) * channels;
            std::copy(middle, middle + channels, pivots.data() + n * channels);
        }
        in_parallel(pictures * blocks, [&](Tasks &tasks) {
            for (int64_t task; tasks.next(task);) {
                const int64_t n = task / blocks, first = task % blocks * rows;
                float *sum = sums.data() + task * 2 * channels;
                Compiled<add_rows>::run(x + (n * cells + first) * channels, std::min(rows, cells - first), channels, pivots.data() + n * channels, sum, sum + channels);
            }
        });
        const int64_t width = channels / groups;
        float *means = mean.data_ptr<float>(), *scales = scale.data_ptr<float>();
        std::vector<double> of_channel(channels), around(channels);
        for (int64_t n = 0; n < pictures; ++n) {
            for (int64_t c = 0; c < channels; ++c) {
                double sum = 0, square = 0;
                for (int64_t block = 0; block < blocks; ++block) {
                    const float *at = sums.data() + (n * blocks + block) * 2 * channels + c;
                    sum += at[0];
                    square += at[channels];
                }
                of_channel[c] = pivots[n * channels + c] + sum / cells;
                around[c] = square / cells - (sum / cells) * (sum / cells);
            }
            for (int64_t g = 0; g < groups; ++g) {
                double middle = 0, variance = 0;
                for (int64_t c = g * width; c < (g + 1) * width; ++c) middle += of_channel[c] / width;
                for (int64_t c = g * width; c < (g + 1) * width; ++c) {
                    variance += (around[c] + (of_channel[c] - middle) * (of_channel[c] - middle)) / width;
                    offsets[n * channels + c] = middle - pivots[n * channels + c];
                }
                means[n * groups + g] = static_cast<float>(middle);
                scales[n * groups + g] = static_cast<float>(1 / std::sqrt(std::max(variance, 0.0) + eps));
            }
        }
    }

    void apply(const float *x, const float *weight, const float *bias, float *y) const {
        const int64_t width = channels / groups;
        const float *scales = numbers(scale);
        std::vector<float> factors(pictures * channels), shifts(pictures * channels);
        for (int64_t k = 0; k < pictures * channels; ++k) {
            const int64_t c = k % channels;
            factors[k] = scales[k / channels * groups + c / width] * weight[c];
            shifts[k] = static_cast<float>(bias[c] - offsets[k] * factors[k]);
        }
        const int64_t blocks = (cells + rows - 1) / rows;
        in_parallel(pictures * blocks, [&](Tasks &tasks) {
            for (int64_t task; tasks.next(task);) {
                const int64_t n = task / blocks, first = task % blocks * rows, at = (n * cells + first) * channels, picture = n * channels;
                Compiled<scale_rows>::run(x + at, std::min(rows, cells - first), channels, pivots.data() + picture, factors.data() + picture, shifts.data() + picture, y + at);
            }
        });
    }
};

struct GroupNorm : torch::autograd::Function<GroupNorm> {
    static at::Tensor forward(torch::autograd::AutogradContext *context, const at::Tensor &x, int64_t groups, const at::Tensor &weight,
                              const at::Tensor &bias, double eps) {
        ChannelsLastNorm norm(x, groups, eps);
        const auto plain = weight.contiguous(), shift = bias.contiguous();
        auto y = at::empty_like(x);
        norm.moments(numbers(x));
        norm.apply(numbers(x), numbers(plain), numbers(shift), y.data_ptr<float>());
        if (context != nullptr) {
            context->save_for_backward({x});
            context->saved_data["weight"] = plain;
            context->saved_data["mean"] = norm.mean;
            context->saved_data["scale"] = norm.scale;
            context->saved_data["groups"] = groups;
        }
        return y;
    }

    static torch::autograd::variable_list backward(torch::autograd::AutogradContext *context, torch::autograd::variable_list gradients) {
        const auto x = context->get_saved_variables()[0];
        const auto [dx, dweight, dbias] = at::native_group_norm_backward(
            gradients[0].contiguous(at::MemoryFormat::ChannelsLast), x, context->saved_data["mean"].toTensor(), context->saved_data["scale"].toTensor(),
            context->saved_data["weight"].toTensor(), x.size(0), x.size(1), x.size(2) * x.size(3), context->saved_data["groups"].toInt(),
            {true, false, false});
        return {dx, {}, {}, {}, {}};
    }
};

bool is_channels_last(const at::Tensor &x) {
    return x.is_cpu() && x.scalar_type() == at::kFloat && x.dim() == 4 && !x.is_contiguous() && x.is_contiguous(at::MemoryFormat::ChannelsLast);
}

}  // namespace

at::Tensor ctorch::group_norm(
    const at::Tensor &x, int64_t groups, const std::optional<at::Tensor> &weight, const std::optional<at::Tensor> &bias, double eps) {
    if (!uses(own_norms) || !is_channels_last(x)) return at::group_norm(x, groups, weight, bias, eps);
    const bool frozen = weight && bias && !weight->requires_grad() && !bias->requires_grad() && weight->scalar_type() == at::kFloat
        && bias->scalar_type() == at::kFloat && groups > 0 && x.size(1) % groups == 0 && weight->numel() == x.size(1) && bias->numel() == x.size(1);
    if (!frozen) return at::group_norm(x.contiguous(), groups, weight, bias, eps);
    if (at::GradMode::is_enabled() && x.requires_grad()) return GroupNorm::apply(x, groups, *weight, *bias, eps);
    return GroupNorm::forward(nullptr, x, groups, *weight, *bias, eps);
}
