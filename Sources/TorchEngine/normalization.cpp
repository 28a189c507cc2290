// Batch normalisation with what follows it in a residual network, in as few passes over memory as
// it takes: statistics, then scaling, addition and ReLU at once; the same backwards.
#include <ATen/ops/add.h>
#include <ATen/ops/batch_norm.h>
#include <ATen/ops/empty_like.h>
#include <ATen/ops/relu.h>
#include <torch/csrc/autograd/custom_function.h>

#include "normalization.hpp"

namespace {

using namespace ct;

template <typename T>
Statistics forward(
    const at::Tensor &x, const at::Tensor &addend, const at::Tensor &y, const Layer &layer,
    bool rectifies) {
    const Rows rows(x);
    const int64_t channels = rows.channels;
    const T *in = elements<T>(x), *other = elements<T>(addend);
    T *out = places<T>(y);
    Coefficients of(channels);
    const auto result = take_statistics<T>(x, layer, of);
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
                add_gradient_moments<T, T, true, true>(
                    g + at, in + at, out + at, masked + at, count, channels, mean, sums, products);
            });
        } else if (rectifies) {
            run(KERNEL {
                add_gradient_moments<T, T, true, false>(
                    g + at, in + at, out + at, nullptr, count, channels, mean, sums, products);
            });
        } else {
            run(KERNEL {
                add_gradient_moments<T, T, false, false>(
                    g + at, in + at, nullptr, nullptr, count, channels, mean, sums, products);
            });
        }
    });
    Coefficients of(channels);
    take_gradient(
        moments, weight, mean, inverse_deviation, rows.count, of, places<float>(result.weight),
        places<float>(result.bias));
    // What was kept for the addend is masked already.
    const T *source = adds ? masked : g;
    rows.for_each_part([&](int64_t row, int64_t count) {
        const int64_t at = row * channels;
        const float *scale = of.scale.data(), *slope = of.slope.data(), *shift = of.shift.data();
        if (rectifies && !adds) {
            run(KERNEL {
                input_gradient<T, T, true>(
                    source + at, in + at, out + at, dx + at, count, channels, scale, slope, shift);
            });
        } else {
            run(KERNEL {
                input_gradient<T, T, false>(
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

struct FusedBatchNorm : torch::autograd::Function<FusedBatchNorm> {
    static Variable forward(
        AutogradContext *context, const at::Tensor &input, const at::Tensor &weight,
        const at::Tensor &bias, const std::optional<at::Tensor> &addend,
        const at::Tensor &running_mean, const at::Tensor &running_variance,
        bool rectifies, double momentum, double epsilon) {
        const auto x = in_order(input);
        const auto other = addend ? in_order(*addend) : at::Tensor();
        auto y = at::empty_like(x);
        const Layer layer{
            weight.const_data_ptr<float>(), bias.const_data_ptr<float>(),
            running_mean.mutable_data_ptr<float>(), running_variance.mutable_data_ptr<float>(),
            momentum, epsilon};
        const bool is_float = x.scalar_type() == at::kFloat;
        const auto statistics = is_float ? ::forward<float>(x, other, y, layer, rectifies)
                                         : ::forward<BFloat16>(x, other, y, layer, rectifies);
        context->save_for_backward(
            {x, rectifies ? y : at::Tensor(), weight, statistics.mean,
             statistics.inverse_deviation});
        context->saved_data["rectifies"] = rectifies;
        context->saved_data["adds"] = addend.has_value();
        return y;
    }

    static variable_list backward(AutogradContext *context, variable_list gradients) {
        const auto saved = context->get_saved_variables();
        const auto &x = saved[0];
        const auto gradient = in_order(gradients[0].to(x.scalar_type()));
        const auto run_backward =
            x.scalar_type() == at::kFloat ? ::backward<float> : ::backward<BFloat16>;
        const auto result = run_backward(
            gradient, x, saved[1], saved[2].const_data_ptr<float>(),
            saved[3].const_data_ptr<float>(), saved[4].const_data_ptr<float>(),
            context->saved_data["rectifies"].toBool(), context->saved_data["adds"].toBool());
        const at::Tensor none;
        return {result.input, result.weight, result.bias, result.addend, none,
                none,         none,          none,        none};
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
            x.dim() == 4 && weight->value.numel() == x.size(1),
            "expected an input [N, C, H, W] and a weight of C, got ", x.sizes(), " and ",
            weight->value.sizes());
        TORCH_CHECK(
            x.numel() > x.size(1),
            "batch normalisation in training needs more than one value per channel, got input ",
            x.sizes());
        TORCH_CHECK(
            !other || (rectifies && other->sizes() == x.sizes()),
            "expected an addend of the input's shape before a ReLU, got ", x.sizes());
        if (is_ours(x) && (!other || other->scalar_type() == x.scalar_type())) {
            *out = ct::wrap(FusedBatchNorm::apply(
                x, weight->value, bias->value, other, running_mean->value,
                running_variance->value, rectifies, momentum, epsilon));
            return;
        }
        auto y = at::batch_norm(
            own_statistics(x), weight->value, bias->value, running_mean->value,
            running_variance->value, true, momentum, epsilon, /*cudnn_enabled=*/true);
        if (other) y = at::add(y, *other);
        *out = ct::wrap(rectifies ? at::relu(y) : y);
    });
}
