// What every shim file shares: the handle, and the guard that keeps exceptions inside.
#pragma once

#include <ATen/core/Tensor.h>
#include <c10/util/Exception.h>

#include <exception>
#include <optional>
#include <string>
#include <vector>

#include "ctorch.h"

struct ct_tensor_s {
    at::Tensor value;
};

namespace ct {

std::string &last_error();

inline ct_tensor wrap(at::Tensor value) { return new ct_tensor_s{std::move(value)}; }

inline std::optional<at::Tensor> optional(ct_tensor tensor) {
    if (tensor == nullptr) return std::nullopt;
    return tensor->value;
}

inline std::vector<at::Tensor> values(const ct_tensor *tensors, int count) {
    std::vector<at::Tensor> result;
    result.reserve(count);
    for (int i = 0; i < count; ++i) result.push_back(tensors[i]->value);
    return result;
}

at::ScalarType scalar_type(int dtype);
at::DeviceType device_type(int device);
/// With the number of the GPU that this process uses, where it was told one.
at::Device device(int device);

template <typename Body>
ct_status guarded(Body &&body) noexcept {
    try {
        body();
        return CT_OK;
    } catch (const c10::Error &error) {
        last_error() = error.what_without_backtrace();
    } catch (const std::exception &error) {
        last_error() = error.what();
    } catch (...) {
        last_error() = "unknown C++ exception";
    }
    return CT_ERROR;
}

}  // namespace ct
