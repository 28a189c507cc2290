// Convolutions and their gradients.
#include <cstdlib>

#include <ATen/Parallel.h>
#include <ATen/autocast_mode.h>
#include <ATen/ops/constant_pad_nd.h>
#include <ATen/ops/conv2d.h>
#include <ATen/ops/convolution_backward.h>
#include <ATen/ops/empty.h>
#include <ATen/ops/mm.h>
#include <ATen/ops/pixel_unshuffle.h>
#include <ATen/ops/sum.h>
#include <c10/core/GradMode.h>
#include <torch/csrc/autograd/custom_function.h>

#include "channels.hpp"
#include "guard.hpp"

// Of libgomp, which libtorch computes with.
extern "C" void omp_set_num_threads(int count);
extern "C" int omp_get_max_threads(void);

namespace {

using torch::autograd::AutogradContext;
using torch::autograd::Variable;
using torch::autograd::variable_list;

/// How the kernels of a convolution move over its images.
struct Form {
    std::array<int64_t, 2> stride, padding;
    int64_t groups;

    explicit Form(const ct_convolution &form)
        : stride{form.stride, form.stride}, padding{form.padding_height, form.padding_width},
          groups(form.groups) {}

    /// Of what `list` gave.
    explicit Form(const std::vector<int64_t> &values)
        : stride{values[0], values[0]}, padding{values[1], values[2]}, groups(values[3]) {}

    std::vector<int64_t> list() const { return {stride[0], padding[0], padding[1], groups}; }

    bool is(int64_t step, int64_t border) const {
        return stride[0] == step && padding[0] == border && padding[1] == border && groups == 1;
    }

    at::Tensor apply(
        const at::Tensor &x, const at::Tensor &weight,
        const std::optional<at::Tensor> &bias = std::nullopt) const {
        return at::conv2d(x, weight, bias, stride, padding, at::IntArrayRef({1, 1}), groups);
    }

    std::tuple<at::Tensor, at::Tensor, at::Tensor> gradients(
        const at::Tensor &gradient, const at::Tensor &x, const at::Tensor &weight,
        std::array<bool, 3> wanted) const {
        const std::array<int64_t, 2> dilation{1, 1}, zero{0, 0};
        return at::convolution_backward(
            gradient, x, weight, at::OptionalIntArrayRef(), stride, padding, dilation,
            /*transposed=*/false, zero, groups, wanted);
    }
};

/// A convolution of 3x3, stride 1 and padding 1 whose gradient of the weights is one product of
/// matrices: the columns of the whole batch with the gradient of the output. Without AVX-512
/// oneDNN takes images of few places one by one there (its "x64:gemm"), up to seven times as long.
struct FewPlaces : torch::autograd::Function<FewPlaces> {
    /// Up to so many places, and from so many channels on, the product was measured to be faster.
    static constexpr int64_t most_places = 36, least_channels = 128;

    static bool suits(const at::Tensor &x, const at::Tensor &weight, const Form &form) {
        return ct::vectors() == ct::Vectors::avx2 && x.is_cpu() && x.dim() == 4 &&
               x.scalar_type() == at::kFloat && weight.scalar_type() == at::kFloat &&
               !at::autocast::is_autocast_enabled(at::kCPU) && weight.dim() == 4 &&
               weight.size(2) == 3 && weight.size(3) == 3 && weight.size(1) == x.size(1) &&
               weight.size(1) >= least_channels && form.is(1, 1) &&
               x.size(2) * x.size(3) <= most_places;
    }

    static Variable forward(
        AutogradContext *context, const at::Tensor &x, const at::Tensor &weight) {
        context->save_for_backward({x, weight});
        return at::conv2d(x, weight, {}, at::IntArrayRef({1, 1}), at::IntArrayRef({1, 1}));
    }

    static variable_list backward(AutogradContext *context, variable_list gradients) {
        const auto saved = context->get_saved_variables();
        const auto &x = saved[0], &weight = saved[1];
        at::Tensor to_input, to_weight;
        if (context->needs_input_grad(0)) {
            const std::array<int64_t, 2> one{1, 1}, zero{0, 0};
            to_input = std::get<0>(at::convolution_backward(
                gradients[0], x, weight, at::OptionalIntArrayRef(), one, one, one,
                /*transposed=*/false, zero, /*groups=*/1, {true, false, false}));
        }
        if (context->needs_input_grad(1)) to_weight = weight_gradient(x, gradients[0]);
        return {to_input, to_weight};
    }

private:
    static at::Tensor weight_gradient(const at::Tensor &x, const at::Tensor &gradient) {
        const int64_t images = x.size(0), channels = x.size(1), height = x.size(2),
                      width = x.size(3);
        const auto padded = at::constant_pad_nd(x.permute({0, 2, 3, 1}), {0, 0, 1, 1, 1, 1});
        auto columns = at::empty({images, height, width, 9, channels}, x.options());
        for (int64_t k = 0; k < 9; ++k) {
            columns.select(3, k).copy_(
                padded.narrow(1, k / 3, height).narrow(2, k % 3, width));
        }
        const auto by_place = gradient.permute({0, 2, 3, 1}).reshape({-1, gradient.size(1)});
        return at::mm(by_place.t(), columns.view({-1, 9 * channels}))
            .view({gradient.size(1), 3, 3, channels})
            .permute({0, 3, 1, 2});
    }
};

/// A convolution whose gradient of the weights is computed by each thread for images of its own, and
/// summed. Where threads share one such gradient, oneDNN has them wait for each other in a loop that
/// never yields: beside other programs on the processors training then took up to forty times as
/// long.
/// On a quiet machine this takes a third longer: it is used where the environment says that
/// processors are shared.
struct OwnImages : torch::autograd::Function<OwnImages> {
    static bool suits(const at::Tensor &x, const at::Tensor &weight) {
        static const bool is_shared = std::getenv("MIEN_SHARED_PROCESSORS") != nullptr;
        return is_shared && x.is_cpu() && x.dim() == 4 && x.size(0) > 1 && c10::GradMode::is_enabled() &&
               weight.requires_grad() && at::get_num_threads() > 1;
    }

    static Variable forward(
        AutogradContext *context, const at::Tensor &x, const at::Tensor &weight,
        const Form &form) {
        context->save_for_backward({x, weight});
        context->saved_data["form"] = form.list();
        return form.apply(x, weight);
    }

    static variable_list backward(AutogradContext *context, variable_list gradients) {
        const auto saved = context->get_saved_variables();
        const auto &x = saved[0], &weight = saved[1], &gradient = gradients[0];
        const Form form(context->saved_data["form"].toIntVector());
        at::Tensor to_input, to_weight;
        if (context->needs_input_grad(0)) {
            to_input = std::get<0>(form.gradients(gradient, x, weight, {true, false, false}));
        }
        if (context->needs_input_grad(1)) {
            to_weight = weight_gradient(gradient, x, weight, form);
        }
        return {to_input, to_weight, at::Tensor()};
    }

private:
    static at::Tensor weight_gradient(
        const at::Tensor &gradient, const at::Tensor &x, const at::Tensor &weight,
        const Form &form) {
        const int64_t images = x.size(0);
        const int64_t count = std::min<int64_t>(at::get_num_threads(), images);
        std::vector<at::Tensor> parts(count);
        at::parallel_for(0, count, 1, [&](int64_t first, int64_t last) {
            // Not for the gradient of a gradient: threads record what is computed by default.
            const c10::AutoGradMode unrecorded(false);
            const int threads = omp_get_max_threads();
            omp_set_num_threads(1);
            for (int64_t part = first; part < last; ++part) {
                const int64_t begin = images * part / count;
                const int64_t length = images * (part + 1) / count - begin;
                parts[part] = std::get<1>(form.gradients(
                    gradient.narrow(0, begin, length), x.narrow(0, begin, length), weight,
                    {false, true, false}));
            }
            omp_set_num_threads(threads);
        });
        auto sum = parts[0].to(at::kFloat);
        for (int64_t part = 1; part < count; ++part) sum.add_(parts[part]);
        return sum.to(weight.scalar_type());
    }
};

at::Tensor convolution(const at::Tensor &x, const at::Tensor &weight, const Form &form) {
    if (FewPlaces::suits(x, weight, form)) return FewPlaces::apply(x, weight);
    if (!OwnImages::suits(x, weight)) return form.apply(x, weight);
    if (!at::autocast::is_autocast_enabled(at::kCPU)) return OwnImages::apply(x, weight, form);
    const auto type = at::autocast::get_autocast_dtype(at::kCPU);
    return OwnImages::apply(
        at::autocast::cached_cast(type, x, at::kCPU),
        at::autocast::cached_cast(type, weight, at::kCPU), form);
}

at::Tensor with_bias(const at::Tensor &x, ct_tensor bias) {
    if (bias == nullptr) return x;
    return x.add(bias->value.to(x.scalar_type()).view({1, -1, 1, 1}));
}

}  // namespace

ct_status ct_conv2d(
    ct_tensor *out, ct_tensor input, ct_tensor weight, ct_tensor bias, ct_convolution form) {
    return ct::guarded([&] {
        const auto &x = input->value, &w = weight->value;
        *out = ct::wrap(
            bias == nullptr || OwnImages::suits(x, w)
                ? with_bias(convolution(x, w, Form(form)), bias)
                : Form(form).apply(x, w, bias->value));
    });
}

// Equal channels: their weights are summed. Where stride 2 meets a 7x7 kernel and even sides, as at
// the start of a residual network, the convolution is done on 2x2 cells as four channels: 64 products
// for each output instead of 147. Row 2a + r of the kernel meets row r of the cell that lies a below.
ct_status ct_grey_conv2d(
    ct_tensor *out, ct_tensor input, ct_tensor weight, ct_tensor bias, ct_convolution form) {
    return ct::guarded([&] {
        const auto &x = input->value;
        const auto &w = weight->value;
        TORCH_CHECK(
            x.dim() == 4 && x.size(1) == 1 && w.dim() == 4 && form.groups == 1,
            "expected images [N, 1, H, W] and a weight [K, C, height, width], got ", x.sizes(),
            " and ", w.sizes());
        const auto kernel = at::sum(w, 1, /*keepdim=*/true);  // [K, 1, height, width]
        const bool has_cells = w.size(2) == 7 && w.size(3) == 7 && form.stride == 2 &&
                               form.padding_height == 3 && form.padding_width == 3 &&
                               x.size(2) % 2 == 0 && x.size(3) % 2 == 0;
        if (!has_cells) {
            *out = ct::wrap(with_bias(convolution(x, kernel, Form(form)), bias));
            return;
        }
        const auto cells = at::pixel_unshuffle(at::constant_pad_nd(x, {3, 3, 3, 3}), 2);
        const auto cell_kernel = at::pixel_unshuffle(at::constant_pad_nd(kernel, {0, 1, 0, 1}), 2);
        *out = ct::wrap(with_bias(
            convolution(
                cells.contiguous(at::MemoryFormat::ChannelsLast), cell_kernel,
                Form({.stride = 1, .padding_height = 0, .padding_width = 0, .groups = 1})),
            bias));
    });
}
