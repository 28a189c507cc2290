// The arithmetic of batch normalisation over all rows of a batch, forwards and backwards.
#pragma once

#include <ATen/Parallel.h>
#include <ATen/ops/empty.h>

#include <algorithm>
#include <cmath>
#include <utility>
#include <vector>

#include "channels.hpp"
#include "collectives.hpp"
#include "guard.hpp"

namespace ct {

/// [N, C, H, W] in channels-last order, seen as rows of C.
struct Rows {
    int64_t count;
    int64_t channels;
    /// Rows that are summed in float32 before the sums go on in float64.
    int64_t block = 64;

    explicit Rows(const at::Tensor &tensor)
        : count(tensor.size(0) * tensor.size(2) * tensor.size(3)), channels(tensor.size(1)) {}
    Rows(int64_t count, int64_t channels, int64_t block)
        : count(count), channels(channels), block(block) {}

    /// Calls `body(first, count)` for parts of the rows, on all threads.
    template <typename Body>
    void for_each_part(const Body &body) const {
        // Parts of 32768 elements or more: below, waking a thread costs more than it does.
        const int64_t grain = std::max<int64_t>(1, 32768 / channels);
        at::parallel_for(
            0, count, grain, [&](int64_t begin, int64_t end) { body(begin, end - begin); });
    }

    /// Sums of two quantities over all rows: `add(first, count, a, b)` adds those of a block.
    template <typename Add>
    std::pair<std::vector<double>, std::vector<double>> sum(const Add &add) const {
        std::vector<double> first(channels, 0), second(channels, 0);
        // Fixed parts, summed in their order: the result does not depend on the threads.
        constexpr int64_t parts = 64;
        const int64_t length = (count + parts - 1) / parts;
        std::vector<std::vector<double>> sums(parts);
        at::parallel_for(0, parts, 1, [&](int64_t begin, int64_t end) {
            std::vector<float> partial(2 * channels);
            for (int64_t part = begin; part < end; ++part) {
                sums[part].assign(2 * channels, 0);
                const int64_t stop = std::min(count, (part + 1) * length);
                for (int64_t row = part * length; row < stop; row += block) {
                    std::fill(partial.begin(), partial.end(), 0.0f);
                    add(row, std::min(block, stop - row), partial.data(),
                        partial.data() + channels);
                    for (int64_t c = 0; c < 2 * channels; ++c) sums[part][c] += partial[c];
                }
            }
        });
        for (const auto &part : sums) {
            for (int64_t c = 0; c < channels && !part.empty(); ++c) {
                first[c] += part[c];
                second[c] += part[channels + c];
            }
        }
        return {first, second};
    }
};

template <typename T>
const T *elements(const at::Tensor &tensor) {
    return tensor.defined() ? static_cast<const T *>(tensor.const_data_ptr()) : nullptr;
}
template <typename T>
T *places(const at::Tensor &tensor) {
    return tensor.defined() ? static_cast<T *>(tensor.mutable_data_ptr()) : nullptr;
}

/// What one channel is multiplied by and what is added.
struct Coefficients {
    std::vector<float> scale, slope, shift;
    explicit Coefficients(int64_t channels) : scale(channels), slope(channels), shift(channels) {}
};

/// Mean and 1 / standard deviation of each channel of a batch, float32 [C].
struct Statistics {
    at::Tensor mean, inverse_deviation;
};

/// The learned and the running values of a layer, [C] each.
struct Layer {
    const float *weight, *bias;
    float *running_mean, *running_variance;
    double momentum, epsilon;
};

using Moments = std::pair<std::vector<double>, std::vector<double>>;

/// Two sums and the count that they are of, over all processes where those share their statistics.
struct SharedMoments {
    Moments moments;
    double count;

    SharedMoments(Moments own, int64_t own_count)
        : moments(std::move(own)), count(static_cast<double>(own_count)) {
        if (!sums_statistics()) return;
        auto &[first, second] = moments;
        std::vector<double> values(first);
        values.insert(values.end(), second.begin(), second.end());
        values.push_back(count);
        sum_statistics(values.data(), values.size());
        count = values.back();
        std::copy_n(values.begin(), first.size(), first.begin());
        std::copy_n(values.begin() + first.size(), second.size(), second.begin());
    }
};

/// Statistics of x, what they make of the layer (`of.scale` and `of.shift`), running values moved.
template <typename T>
Statistics take_statistics(const at::Tensor &x, const Layer &layer, Coefficients &of) {
    const Rows rows(x);
    const int64_t channels = rows.channels;
    const T *in = elements<T>(x);
    const SharedMoments shared(
        rows.sum([&](int64_t row, int64_t count, float *sums, float *squares) {
            run(KERNEL { add_moments(in + row * channels, count, channels, sums, squares); });
        }),
        rows.count);
    const auto &[sums, squares] = shared.moments;
    const auto options = x.options().dtype(at::kFloat);
    Statistics result{at::empty({channels}, options), at::empty({channels}, options)};
    float *means = places<float>(result.mean), *inverses = places<float>(result.inverse_deviation);
    const double n = shared.count;
    for (int64_t c = 0; c < channels; ++c) {
        const double mean = sums[c] / n;
        const double variance = std::max(squares[c] / n - mean * mean, 0.0);
        const double inverse = 1 / std::sqrt(variance + layer.epsilon);
        means[c] = static_cast<float>(mean);
        inverses[c] = static_cast<float>(inverse);
        of.scale[c] = static_cast<float>(layer.weight[c] * inverse);
        of.shift[c] = static_cast<float>(layer.bias[c] - mean * layer.weight[c] * inverse);
        // PyTorch keeps the unbiased variance.
        const double unbiased = variance * n / std::max(n - 1, 1.0);
        float &running_mean = layer.running_mean[c], &running = layer.running_variance[c];
        running_mean += static_cast<float>(layer.momentum * (mean - running_mean));
        running += static_cast<float>(layer.momentum * (unbiased - running));
    }
    return result;
}

/// From the sums of g and of g * (x - mean), g being the gradient of what was normalised: the
/// gradients of weight and bias, and what makes dx = g * scale + x * slope + shift:
/// dx = weight / deviation * (g - mean(g) - normalised * mean(g * normalised)),
/// Ioffe and Szegedy 2015, section 3. Weight and bias get the gradients of this process alone, which
/// are summed with all others.
inline void take_gradient(
    const Moments &moments, const float *weight,
    const float *mean, const float *inverse_deviation, int64_t count, Coefficients &of,
    float *weight_gradient, float *bias_gradient) {
    const SharedMoments shared(moments, count);
    const auto &[sums, products] = shared.moments;
    for (size_t c = 0; c < of.scale.size(); ++c) {
        const double inverse = inverse_deviation[c], scale = weight[c] * inverse;
        weight_gradient[c] = static_cast<float>(moments.second[c] * inverse);
        bias_gradient[c] = static_cast<float>(moments.first[c]);
        const double product = products[c] * inverse;
        const double slope = -scale * product * inverse / shared.count;
        of.scale[c] = static_cast<float>(scale);
        of.slope[c] = static_cast<float>(slope);
        of.shift[c] = static_cast<float>(-scale * sums[c] / shared.count - slope * mean[c]);
    }
}

inline at::Tensor in_order(const at::Tensor &tensor) {
    return tensor.contiguous(at::MemoryFormat::ChannelsLast);
}

/// Whether the kernels here take such a tensor.
inline bool is_ours(const at::Tensor &x) {
    return x.is_cpu() && (x.scalar_type() == at::kFloat || x.scalar_type() == at::kBFloat16);
}

/// The input of libtorch's own batch normalisation, which knows of this process alone.
inline const at::Tensor &own_statistics(const at::Tensor &x) {
    TORCH_CHECK(
        !sums_statistics(),
        "batch statistics of all processes are computed on the processor in float32 and bfloat16, "
        "got ", x.scalar_type(), " on ", x.device());
    return x;
}

}  // namespace ct
