// Gradients, and the optimizer steps that use them.
#include <ATen/ops/_fused_adam.h>
#include <ATen/ops/_fused_adamw.h>
#include <ATen/ops/_fused_sgd.h>
#include <ATen/ops/linalg_vector_norm.h>
#include <ATen/ops/stack.h>
#include <c10/core/GradMode.h>
#include <torch/csrc/autograd/autograd.h>

#include "guard.hpp"

namespace {

std::vector<at::Tensor> gradients(const ct_tensor *parameters, int count) {
    std::vector<at::Tensor> result;
    result.reserve(count);
    for (int i = 0; i < count; ++i) {
        TORCH_CHECK(
            parameters[i]->value.grad().defined(), "parameter ", i,
            " has no gradient: call backward before the optimizer step");
        result.push_back(parameters[i]->value.grad());
    }
    return result;
}

}  // namespace

ct_status ct_requires_grad_(ct_tensor self, bool enabled) {
    return ct::guarded([&] { self->value.requires_grad_(enabled); });
}

bool ct_requires_grad(ct_tensor self) { return self->value.requires_grad(); }

ct_status ct_backward(ct_tensor self) {
    return ct::guarded([&] { self->value.backward(); });
}

ct_status ct_grad(ct_tensor *out, ct_tensor self) {
    return ct::guarded([&] {
        const auto &gradient = self->value.grad();
        *out = gradient.defined() ? ct::wrap(gradient) : nullptr;
    });
}

ct_status ct_vector_jacobian(
    ct_tensor *out, ct_tensor output, ct_tensor input, ct_tensor vector) {
    return ct::guarded([&] {
        const auto gradients =
            torch::autograd::grad({output->value}, {input->value}, {vector->value});
        *out = ct::wrap(gradients.at(0));
    });
}

void ct_clear_grad(ct_tensor self) { self->value.mutable_grad() = at::Tensor(); }

ct_status ct_clip_grad_norm(
    double *norm, const ct_tensor *parameters, int count, double max_norm) {
    return ct::guarded([&] {
        c10::AutoGradMode no_grad(false);
        auto grads = gradients(parameters, count);
        std::vector<at::Tensor> norms;
        norms.reserve(grads.size());
        for (const auto &grad : grads) norms.push_back(at::linalg_vector_norm(grad, 2));
        const auto total = at::linalg_vector_norm(at::stack(norms), 2);
        *norm = total.item<double>();
        const auto factor = total.add(1e-6).reciprocal().mul(max_norm).clamp_max(1.0);
        for (auto &grad : grads) grad.mul_(factor);
    });
}

ct_status ct_adam_step(
    const ct_tensor *parameters, const ct_tensor *first_moments, const ct_tensor *second_moments,
    const ct_tensor *steps, int count, bool decoupled_decay, double learning_rate, double beta1,
    double beta2, double weight_decay, double epsilon) {
    return ct::guarded([&] {
        c10::AutoGradMode no_grad(false);
        const auto p = ct::values(parameters, count);
        const auto g = gradients(parameters, count);
        const auto m = ct::values(first_moments, count);
        const auto v = ct::values(second_moments, count);
        const auto s = ct::values(steps, count);
        for (auto step : s) step.add_(1);
        if (decoupled_decay) {
            at::_fused_adamw_(
                p, g, m, v, {}, s, learning_rate, beta1, beta2, weight_decay, epsilon,
                /*amsgrad=*/false, /*maximize=*/false);
        } else {
            at::_fused_adam_(
                p, g, m, v, {}, s, learning_rate, beta1, beta2, weight_decay, epsilon,
                /*amsgrad=*/false, /*maximize=*/false);
        }
    });
}

ct_status ct_sgd_step(
    const ct_tensor *parameters, const ct_tensor *momentum_buffers, int count, bool first_step,
    double learning_rate, double momentum, double weight_decay, bool nesterov) {
    return ct::guarded([&] {
        c10::AutoGradMode no_grad(false);
        // Without momentum libtorch refuses buffers for it.
        at::_fused_sgd_(
            ct::values(parameters, count), gradients(parameters, count),
            ct::values(momentum_buffers, momentum == 0 ? 0 : count), weight_decay, momentum, learning_rate,
            /*dampening=*/0, nesterov, /*maximize=*/false, /*is_first_step=*/first_step);
    });
}
