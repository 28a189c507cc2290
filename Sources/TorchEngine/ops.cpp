// Arithmetic and the forward passes of layers; libtorch records what autograd needs.
#include <ATen/CPUGeneratorImpl.h>
#include <ATen/ops/adaptive_avg_pool2d.h>
#include <ATen/ops/argmax.h>
#include <ATen/ops/avg_pool2d.h>
#include <ATen/ops/batch_norm.h>
#include <ATen/ops/bernoulli.h>
#include <ATen/ops/cross_entropy_loss.h>
#include <ATen/ops/empty.h>
#include <ATen/ops/linear.h>
#include <ATen/ops/matmul.h>
#include <ATen/ops/max_pool2d.h>
#include <ATen/ops/mean.h>
#include <ATen/ops/relu.h>
#include <ATen/ops/softmax.h>
#include <ATen/ops/sum.h>

#include "guard.hpp"

ct_status ct_add(ct_tensor *out, ct_tensor a, ct_tensor b, double alpha) {
    return ct::guarded([&] { *out = ct::wrap(a->value.add(b->value, alpha)); });
}

ct_status ct_mul(ct_tensor *out, ct_tensor a, ct_tensor b) {
    return ct::guarded([&] { *out = ct::wrap(a->value.mul(b->value)); });
}

ct_status ct_scale(ct_tensor *out, ct_tensor a, double factor, double offset) {
    return ct::guarded([&] { *out = ct::wrap(a->value.mul(factor).add(offset)); });
}

ct_status ct_lerp_(ct_tensor self, ct_tensor other, double weight) {
    return ct::guarded([&] { self->value.detach().lerp_(other->value.detach(), weight); });
}

ct_status ct_matmul(ct_tensor *out, ct_tensor a, ct_tensor b) {
    return ct::guarded([&] { *out = ct::wrap(at::matmul(a->value, b->value)); });
}

ct_status ct_sum(ct_tensor *out, ct_tensor self) {
    return ct::guarded([&] { *out = ct::wrap(at::sum(self->value)); });
}

ct_status ct_mean_dimensions(
    ct_tensor *out, ct_tensor self, const int64_t *dimensions, int count) {
    return ct::guarded([&] {
        *out = ct::wrap(
            at::mean(self->value, at::IntArrayRef(dimensions, static_cast<size_t>(count))));
    });
}

ct_status ct_relu(ct_tensor *out, ct_tensor self, bool in_place) {
    return ct::guarded([&] {
        *out = ct::wrap(in_place ? at::relu_(self->value) : at::relu(self->value));
    });
}

ct_status ct_softmax(ct_tensor *out, ct_tensor self, int dimension) {
    return ct::guarded([&] { *out = ct::wrap(at::softmax(self->value, dimension)); });
}

ct_status ct_argmax(ct_tensor *out, ct_tensor self, int dimension) {
    return ct::guarded([&] { *out = ct::wrap(at::argmax(self->value, dimension)); });
}

ct_status ct_linear(ct_tensor *out, ct_tensor input, ct_tensor weight, ct_tensor bias) {
    return ct::guarded([&] {
        *out = ct::wrap(at::linear(input->value, weight->value, ct::optional(bias)));
    });
}

ct_status ct_batch_norm(
    ct_tensor *out, ct_tensor input, ct_tensor weight, ct_tensor bias, ct_tensor running_mean,
    ct_tensor running_variance, double epsilon) {
    return ct::guarded([&] {
        *out = ct::wrap(at::batch_norm(
            input->value, weight->value, bias->value, running_mean->value,
            running_variance->value, /*training=*/false, /*momentum=*/0, epsilon,
            /*cudnn_enabled=*/true));
    });
}

ct_status ct_max_pool2d(
    ct_tensor *out, ct_tensor input, int64_t kernel, int64_t stride, int64_t padding,
    bool covers_edge) {
    return ct::guarded([&] {
        *out = ct::wrap(at::max_pool2d(
            input->value, at::IntArrayRef({kernel, kernel}), at::IntArrayRef({stride, stride}),
            at::IntArrayRef({padding, padding}), /*dilation=*/{1, 1}, covers_edge));
    });
}

ct_status ct_avg_pool2d(
    ct_tensor *out, ct_tensor input, int64_t kernel, int64_t stride, int64_t padding,
    bool counts_padding) {
    return ct::guarded([&] {
        *out = ct::wrap(at::avg_pool2d(
            input->value, at::IntArrayRef({kernel, kernel}), at::IntArrayRef({stride, stride}),
            at::IntArrayRef({padding, padding}), /*ceil_mode=*/false, counts_padding));
    });
}

ct_status ct_adaptive_avg_pool2d(ct_tensor *out, ct_tensor input, int64_t side) {
    return ct::guarded([&] {
        *out = ct::wrap(at::adaptive_avg_pool2d(input->value, at::IntArrayRef({side, side})));
    });
}

ct_status ct_dropout(
    ct_tensor *out, ct_tensor input, double share, uint64_t seed, int64_t first, int64_t rows) {
    return ct::guarded([&] {
        const auto &x = input->value;
        auto sizes = x.sizes().vec();
        TORCH_CHECK(
            first >= 0 && first + sizes.at(0) <= rows, "expected rows of ", rows, ", got ",
            sizes[0], " from ", first);
        const auto own = sizes[0];
        sizes[0] = rows;
        auto generator = at::detail::createCPUGenerator(seed);
        auto kept = at::empty(sizes, x.options().device(at::kCPU).requires_grad(false));
        kept.bernoulli_(1 - share, generator).div_(1 - share);
        kept = kept.narrow(0, first, own);
        *out = ct::wrap(x.mul(kept.to(x.device())));
    });
}

ct_status ct_cross_entropy(
    ct_tensor *out, ct_tensor logits, ct_tensor target, ct_tensor class_weights, int reduction,
    double label_smoothing) {
    return ct::guarded([&] {
        *out = ct::wrap(at::cross_entropy_loss(
            logits->value.to(at::kFloat), target->value, ct::optional(class_weights), reduction,
            /*ignore_index=*/-100, label_smoothing));
    });
}
