// Batch normalisation, ReLU and 3x3 max pooling of stride 2 as one operation: what lies between is
// the largest tensor of a residual network, and is never stored.
#include <ATen/ops/batch_norm.h>
#include <ATen/ops/empty_like.h>
#include <ATen/ops/max_pool2d.h>
#include <ATen/ops/relu.h>
#include <torch/csrc/autograd/custom_function.h>

#include "normalization.hpp"

namespace {

using namespace ct;
using torch::autograd::AutogradContext;
using torch::autograd::Variable;
using torch::autograd::variable_list;

/// Windows of 3x3 pixels, two apart, over images with a border of one.
struct Windows {
    int64_t images, channels, height, width, rows, columns;

    explicit Windows(const at::Tensor &x)
        : images(x.size(0)), channels(x.size(1)), height(x.size(2)), width(x.size(3)),
          rows((height - 1) / 2 + 1), columns((width - 1) / 2 + 1) {}
};

/// Marks a window whose largest value is not above zero: nothing passes back through it.
constexpr uint8_t nothing = 255;

/// The largest of x * scale + shift in each window of one row of windows, and which it is.
template <typename T>
inline __attribute__((always_inline)) void pool_row(
    const Windows &of, int64_t row, const T *image, const float *scale, const float *shift,
    T *out, uint8_t *winners, float *best, int32_t *place) {
    for (int64_t column = 0; column < of.columns; ++column) {
        for (int64_t c = 0; c < of.channels; ++c) {
            best[c] = 0;
            place[c] = nothing;
        }
        for (int32_t k = 0; k < 9; ++k) {
            const int64_t y = 2 * row - 1 + k / 3, x = 2 * column - 1 + k % 3;
            if (y < 0 || y >= of.height || x < 0 || x >= of.width) continue;
            const T *pixel = image + (y * of.width + x) * of.channels;
            for (int64_t c = 0; c < of.channels; ++c) {
                const float value = load(pixel[c]) * scale[c] + shift[c];
                // Not `value > best`, which a value that is not a number would lose.
                const bool wins = !(value <= best[c]);
                best[c] = wins ? value : best[c];
                place[c] = wins ? k : place[c];
            }
        }
        const int64_t at = column * of.channels;
        for (int64_t c = 0; c < of.channels; ++c) store(out[at + c], best[c]);
        for (int64_t c = 0; c < of.channels; ++c) winners[at + c] = static_cast<uint8_t>(place[c]);
    }
}

/// What the windows give back to one row of pixels.
template <typename T>
inline __attribute__((always_inline)) void unpool_row(
    const Windows &of, int64_t y, const T *gradient, const uint8_t *winners, float *pixels) {
    for (int64_t i = 0; i < of.width * of.channels; ++i) pixels[i] = 0;
    for (int64_t row = y / 2; row <= (y + 1) / 2 && row < of.rows; ++row) {
        for (int64_t column = 0; column < of.columns; ++column) {
            const int64_t at = (row * of.columns + column) * of.channels;
            for (int64_t k = 0; k < 3; ++k) {
                const int64_t x = 2 * column - 1 + k;
                if (x < 0 || x >= of.width) continue;
                const int32_t place = static_cast<int32_t>(3 * (y - 2 * row + 1) + k);
                float *pixel = pixels + x * of.channels;
                for (int64_t c = 0; c < of.channels; ++c) {
                    pixel[c] += winners[at + c] == place ? load(gradient[at + c]) : 0;
                }
            }
        }
    }
}

template <typename T>
Statistics forward(
    const at::Tensor &x, const at::Tensor &y, const at::Tensor &winners, const Layer &layer) {
    const Windows windows(x);
    const int64_t channels = windows.channels;
    Coefficients of(channels);
    const auto result = take_statistics<T>(x, layer, of);
    const T *in = elements<T>(x);
    T *out = places<T>(y);
    uint8_t *which = places<uint8_t>(winners);
    at::parallel_for(0, windows.images * windows.rows, 1, [&](int64_t begin, int64_t end) {
        std::vector<float> best(channels);
        std::vector<int32_t> place(channels);
        for (int64_t line = begin; line < end; ++line) {
            const int64_t at = line * windows.columns * channels;
            const T *image =
                in + line / windows.rows * windows.height * windows.width * channels;
            run(KERNEL {
                pool_row(
                    windows, line % windows.rows, image, of.scale.data(), of.shift.data(),
                    out + at, which + at, best.data(), place.data());
            });
        }
    });
    return result;
}

struct Gradients {
    at::Tensor input, weight, bias;
};

template <typename T>
Gradients backward(
    const at::Tensor &gradient, const at::Tensor &x, const at::Tensor &winners,
    const float *weight, const float *mean, const float *inverse_deviation) {
    const Windows windows(x);
    const int64_t channels = windows.channels, length = windows.width * channels;
    const auto options = x.options().dtype(at::kFloat);
    Gradients result{
        at::empty_like(x), at::empty({channels}, options), at::empty({channels}, options)};
    const T *in = elements<T>(x), *g = elements<T>(gradient);
    const uint8_t *which = elements<uint8_t>(winners);
    T *dx = places<T>(result.input);
    // The gradient of one line of pixels, made when it is needed: twice, and never stored.
    const auto unpool = [&](int64_t line) -> const float * {
        thread_local std::vector<float> pixels;
        pixels.resize(length);
        const int64_t at = line / windows.height * windows.rows * windows.columns * channels;
        run(KERNEL {
            unpool_row(windows, line % windows.height, g + at, which + at, pixels.data());
        });
        return pixels.data();
    };
    const Rows lines(windows.images * windows.height, channels, 1);
    const auto moments = lines.sum([&](int64_t line, int64_t, float *sums, float *products) {
        const float *pixels = unpool(line);
        run(KERNEL {
            add_gradient_moments<float, T, false, false>(
                pixels, in + line * length, nullptr, nullptr, windows.width, channels,
                mean, sums, products);
        });
    });
    Coefficients of(channels);
    take_gradient(
        moments, weight, mean, inverse_deviation, lines.count * windows.width, of,
        places<float>(result.weight), places<float>(result.bias));
    at::parallel_for(0, lines.count, 1, [&](int64_t begin, int64_t end) {
        for (int64_t line = begin; line < end; ++line) {
            const float *pixels = unpool(line);
            run(KERNEL {
                input_gradient<float, T, false>(
                    pixels, in + line * length, nullptr, dx + line * length, windows.width,
                    channels, of.scale.data(), of.slope.data(), of.shift.data());
            });
        }
    });
    return result;
}

struct FusedStem : torch::autograd::Function<FusedStem> {
    static Variable forward(
        AutogradContext *context, const at::Tensor &input, const at::Tensor &weight,
        const at::Tensor &bias, const at::Tensor &running_mean,
        const at::Tensor &running_variance, double momentum, double epsilon) {
        const auto x = in_order(input);
        const Windows windows(x);
        const std::vector<int64_t> shape{
            windows.images, windows.channels, windows.rows, windows.columns};
        const auto order = at::MemoryFormat::ChannelsLast;
        auto y = at::empty(shape, x.options(), order);
        auto winners = at::empty(shape, x.options().dtype(at::kByte), order);
        const Layer layer{
            weight.const_data_ptr<float>(), bias.const_data_ptr<float>(),
            running_mean.mutable_data_ptr<float>(), running_variance.mutable_data_ptr<float>(),
            momentum, epsilon};
        const bool is_float = x.scalar_type() == at::kFloat;
        const auto statistics = is_float ? ::forward<float>(x, y, winners, layer)
                                         : ::forward<BFloat16>(x, y, winners, layer);
        context->save_for_backward(
            {x, winners, weight, statistics.mean, statistics.inverse_deviation});
        return y;
    }

    static variable_list backward(AutogradContext *context, variable_list gradients) {
        const auto saved = context->get_saved_variables();
        const auto &x = saved[0];
        const auto run_backward =
            x.scalar_type() == at::kFloat ? ::backward<float> : ::backward<BFloat16>;
        const auto result = run_backward(
            in_order(gradients[0].to(x.scalar_type())), x, saved[1],
            saved[2].const_data_ptr<float>(), saved[3].const_data_ptr<float>(),
            saved[4].const_data_ptr<float>());
        const at::Tensor none;
        return {result.input, result.weight, result.bias, none, none, none, none};
    }
};

}  // namespace

ct_status ct_batch_norm_relu_pool(
    ct_tensor *out, ct_tensor input, ct_tensor weight, ct_tensor bias, ct_tensor running_mean,
    ct_tensor running_variance, double momentum, double epsilon) {
    return ct::guarded([&] {
        const auto &x = input->value;
        TORCH_CHECK(
            x.dim() == 4 && weight->value.numel() == x.size(1) && x.numel() > x.size(1),
            "expected an input [N, C, H, W] with more than one value per channel and a weight of "
            "C, got ", x.sizes(), " and ", weight->value.sizes());
        if (ct::is_ours(x)) {
            *out = ct::wrap(FusedStem::apply(
                x, weight->value, bias->value, running_mean->value, running_variance->value,
                momentum, epsilon));
            return;
        }
        const auto y = at::batch_norm(
            own_statistics(x), weight->value, bias->value, running_mean->value,
            running_variance->value, true, momentum, epsilon, /*cudnn_enabled=*/true);
        *out = ct::wrap(at::max_pool2d(
            at::relu(y), at::IntArrayRef({3, 3}), at::IntArrayRef({2, 2}),
            at::IntArrayRef({1, 1})));
    });
}
