// Batch normalisation with what follows it in a residual network, in as few passes over memory as
// it takes: statistics, then scaling, addition and ReLU at once; the same backwards.
#include <ATen/Parallel.h>
#include <ATen/ops/add.h>
#include <ATen/ops/batch_norm.h>
#include <ATen/ops/empty.h>
#include <ATen/ops/empty_like.h>
#include <ATen/ops/relu.h>
#include <torch/csrc/autograd/custom_function.h>

#include <algorithm>
#include <cmath>
#include <utility>
#include <vector>

#include "channels.hpp"
#include "guard.hpp"

namespace {

using namespace ct;

// -- Both passes ----------------------------------------------------------------------------------

/// [N, C, H, W] in channels-last order, seen as rows of C.
struct Rows {
    int64_t count;
    int64_t channels;

    explicit Rows(const at::Tensor &tensor)
        : count(tensor.size(0) * tensor.size(2) * tensor.size(3)), channels(tensor.size(1)) {}

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
            std::vector<float> block(2 * channels);
            for (int64_t part = begin; part < end; ++part) {
                sums[part].assign(2 * channels, 0);
                const int64_t stop = std::min(count, (part + 1) * length);
                for (int64_t row = part * length; row < stop; row += block_rows) {
                    std::fill(block.begin(), block.end(), 0.0f);
                    add(row, std::min(block_rows, stop - row), block.data(),
                        block.data() + channels);
                    for (int64_t c = 0; c < 2 * channels; ++c) sums[part][c] += block[c];
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

struct Statistics {
    std::vector<float> mean, inverse_deviation;
};

template <typename T>
Statistics forward(
    const at::Tensor &x, const at::Tensor &addend, const at::Tensor &y, const float *weight,
    const float *bias, float *running_mean, float *running_variance, bool rectifies,
    double momentum, double epsilon) {
    const Rows rows(x);
    const int64_t channels = rows.channels;
    const T *in = elements<T>(x), *other = elements<T>(addend);
    T *out = places<T>(y);
    const auto moments = rows.sum([&](int64_t row, int64_t count, float *sums, float *squares) {
        run(KERNEL { add_moments(in + row * channels, count, channels, sums, squares); });
    });
    Statistics result{std::vector<float>(channels), std::vector<float>(channels)};
    Coefficients of(channels);
    const double n = static_cast<double>(rows.count);
    for (int64_t c = 0; c < channels; ++c) {
        const double mean = moments.first[c] / n;
        const double variance = std::max(moments.second[c] / n - mean * mean, 0.0);
        const double inverse = 1 / std::sqrt(variance + epsilon);
        result.mean[c] = static_cast<float>(mean);
        result.inverse_deviation[c] = static_cast<float>(inverse);
        of.scale[c] = static_cast<float>(weight[c] * inverse);
        of.shift[c] = static_cast<float>(bias[c] - mean * weight[c] * inverse);
        // PyTorch keeps the unbiased variance.
        const double unbiased = variance * n / std::max(n - 1, 1.0);
        running_mean[c] += static_cast<float>(momentum * (mean - running_mean[c]));
        running_variance[c] += static_cast<float>(momentum * (unbiased - running_variance[c]));
    }
    rows.for_each_part([&](int64_t row, int64_t count) {
        const int64_t at = row * channels;
        const float *scale = of.scale.data(), *shift = of.shift.data();
        if (other != nullptr) {
            run(KERNEL {
                scale_rows<T, true, true>(
                    in + at, other + at, out + at, count, channels, scale, shift);
            });
        } else if (rectifies) {
            run(KERNEL {
                scale_rows<T, false, true>(
                    in + at, nullptr, out + at, count, channels, scale, shift);
            });
        } else {
            run(KERNEL {
                scale_rows<T, false, false>(
                    in + at, nullptr, out + at, count, channels, scale, shift);
            });
        }
    });
    return result;
}

struct Gradients {
    at::Tensor input, addend, weight, bias;
};

template <typename T>
Gradients backward(
    const at::Tensor &gradient, const at::Tensor &x, const at::Tensor &y, const float *weight,
    const float *mean, const float *inverse_deviation, bool rectifies, bool adds) {
    const Rows rows(x);
    const int64_t channels = rows.channels;
    const auto options = x.options().dtype(at::kFloat);
    Gradients result{
        at::empty_like(x), adds ? at::empty_like(x) : at::Tensor(), at::empty({channels}, options),
        at::empty({channels}, options)};
    const T *g = elements<T>(gradient), *in = elements<T>(x), *out = elements<T>(y);
    T *masked = places<T>(result.addend), *dx = places<T>(result.input);
    const auto moments = rows.sum([&](int64_t row, int64_t count, float *sums, float *products) {
        const int64_t at = row * channels;
        if (adds) {
            run(KERNEL {
                add_gradient_moments<T, true, true>(
                    g + at, in + at, out + at, masked + at, count, channels, mean, sums, products);
            });
        } else if (rectifies) {
            run(KERNEL {
                add_gradient_moments<T, true, false>(
                    g + at, in + at, out + at, nullptr, count, channels, mean, sums, products);
            });
        } else {
            run(KERNEL {
                add_gradient_moments<T, false, false>(
                    g + at, in + at, nullptr, nullptr, count, channels, mean, sums, products);
            });
        }
    });
    // dx = weight / deviation * (g - mean(g) - normalised * mean(g * normalised)),
    // Ioffe and Szegedy 2015, section 3.
    Coefficients of(channels);
    float *weight_gradient = places<float>(result.weight), *bias_gradient = places<float>(result.bias);
    const double n = static_cast<double>(rows.count);
    for (int64_t c = 0; c < channels; ++c) {
        const double inverse = inverse_deviation[c], scale = weight[c] * inverse;
        const double product = moments.second[c] * inverse;
        weight_gradient[c] = static_cast<float>(product);
        bias_gradient[c] = static_cast<float>(moments.first[c]);
        const double slope = -scale * product * inverse / n;
        of.scale[c] = static_cast<float>(scale);
        of.slope[c] = static_cast<float>(slope);
        of.shift[c] = static_cast<float>(-scale * moments.first[c] / n - slope * mean[c]);
    }
    // What was kept for the addend is masked already.
    const T *source = adds ? masked : g;
    rows.for_each_part([&](int64_t row, int64_t count) {
        const int64_t at = row * channels;
        const float *scale = of.scale.data(), *slope = of.slope.data(), *shift = of.shift.data();
        if (rectifies && !adds) {
            run(KERNEL {
                input_gradient<T, true>(
                    source + at, in + at, out + at, dx + at, count, channels, scale, slope, shift);
            });
        } else {
            run(KERNEL {
                input_gradient<T, false>(
                    source + at, in + at, nullptr, dx + at, count, channels, scale, slope, shift);
            });
        }
    });
    return result;
}

// -- For autograd ---------------------------------------------------------------------------------

using torch::autograd::AutogradContext;
using torch::autograd::Variable;
using torch::autograd::variable_list;

at::Tensor in_order(const at::Tensor &tensor) {
    return tensor.contiguous(at::MemoryFormat::ChannelsLast);
}

struct FusedBatchNorm : torch::autograd::Function<FusedBatchNorm> {
    static Variable forward(
        AutogradContext *context, const at::Tensor &input, const at::Tensor &weight,
        const at::Tensor &bias, const std::optional<at::Tensor> &addend,
        const at::Tensor &running_mean, const at::Tensor &running_variance, bool rectifies, double momentum, double epsilon) {
        const auto x = in_order(input);
        const auto other = addend ? in_order(*addend) : at::Tensor();
        auto y = at::empty_like(x);
        const auto run_forward = x.scalar_type() == at::kFloat ? ::forward<float> : ::forward<BFloat16>;
        const auto statistics = run_forward(
            x, other, y, weight.const_data_ptr<float>(), bias.const_data_ptr<float>(),
            running_mean.mutable_data_ptr<float>(), running_variance.mutable_data_ptr<float>(),
            rectifies, momentum, epsilon);
        context->save_for_backward({x, rectifies ? y : at::Tensor(), weight});
        context->saved_data["mean"] = as_doubles(statistics.mean);
        context->saved_data["inverse"] = as_doubles(statistics.inverse_deviation);
        context->saved_data["rectifies"] = rectifies;
        context->saved_data["adds"] = addend.has_value();
        return y;
    }

    static variable_list backward(AutogradContext *context, variable_list gradients) {
        const auto saved = context->get_saved_variables();
        const auto &x = saved[0], &weight = saved[2];
        const auto mean = as_floats(context->saved_data["mean"]);
        const auto inverse = as_floats(context->saved_data["inverse"]);
        const auto gradient = in_order(gradients[0].to(x.scalar_type()));
        const auto run_backward =
            x.scalar_type() == at::kFloat ? ::backward<float> : ::backward<BFloat16>;
        const auto result = run_backward(
            gradient, x, saved[1], weight.const_data_ptr<float>(), mean.data(), inverse.data(),
            context->saved_data["rectifies"].toBool(), context->saved_data["adds"].toBool());
        const at::Tensor none;
        return {result.input, result.weight, result.bias, result.addend, none,
                none,         none,          none,        none};
    }

    static std::vector<double> as_doubles(const std::vector<float> &values) {
        return {values.begin(), values.end()};
    }

    static std::vector<float> as_floats(const c10::IValue &values) {
        const auto list = values.toDoubleVector();
        return {list.begin(), list.end()};
    }
};

}  // namespace

ct_status ct_batch_norm_relu(
    ct_tensor *out, ct_tensor input, ct_tensor weight, ct_tensor bias, ct_tensor addend,
    ct_tensor running_mean, ct_tensor running_variance, bool rectifies, double momentum,
    double epsilon) {
    return ct::guarded([&] {
        const auto &x = input->value;
        const auto other = ct::optional(addend);
        TORCH_CHECK(
            x.dim() == 4 && x.numel() > 0 && weight->value.numel() == x.size(1),
            "expected an input [N, C, H, W] and a weight of C, got ", x.sizes(), " and ",
            weight->value.sizes());
        TORCH_CHECK(
            x.numel() > x.size(1),
            "batch normalisation in training needs more than one value per channel, got input ",
            x.sizes());
        TORCH_CHECK(
            !other || (rectifies && other->sizes() == x.sizes()),
            "expected an addend of the input's shape before a ReLU, got ", x.sizes());
        const bool here = x.is_cpu() && (x.scalar_type() == at::kFloat ||
                                         x.scalar_type() == at::kBFloat16);
        if (here && (!other || other->scalar_type() == x.scalar_type())) {
            *out = ct::wrap(FusedBatchNorm::apply(
                x, weight->value, bias->value, other, running_mean->value,
                running_variance->value, rectifies, momentum, epsilon));
            return;
        }
        auto y = at::batch_norm(
            x, weight->value, bias->value, running_mean->value, running_variance->value, true,
            momentum, epsilon, /*cudnn_enabled=*/true);
        if (other) y = at::add(y, *other);
        *out = ct::wrap(rectifies ? at::relu(y) : y);
    });
}
