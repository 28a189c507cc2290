// Creation, shape and copies of tensors.
#include <ATen/CPUGeneratorImpl.h>
#include <ATen/ops/cat.h>
#include <ATen/ops/empty.h>
#include <ATen/ops/flip.h>
#include <ATen/ops/from_blob.h>
#include <ATen/ops/full.h>

#include <cstring>

#include "guard.hpp"

namespace {

constexpr at::ScalarType scalar_types[] = {
    at::kFloat, at::kDouble, at::kHalf, at::kBFloat16, at::kLong,
    at::kInt,   at::kShort,  at::kChar, at::kByte,     at::kBool,
};

at::IntArrayRef dimensions(const int64_t *shape, int rank) {
    return {shape, static_cast<size_t>(rank)};
}

}  // namespace

namespace ct {

at::ScalarType scalar_type(int dtype) {
    TORCH_CHECK(dtype >= CT_FLOAT32 && dtype <= CT_BOOL, "unknown element type ", dtype);
    return scalar_types[dtype];
}

}  // namespace ct

void ct_tensor_free(ct_tensor tensor) { delete tensor; }

ct_status ct_tensor_from_data(
    ct_tensor *out, const void *data, const int64_t *shape, int rank, int dtype) {
    return ct::guarded([&] {
        auto result = at::empty(dimensions(shape, rank), ct::scalar_type(dtype));
        std::memcpy(result.mutable_data_ptr(), data, result.nbytes());
        *out = ct::wrap(std::move(result));
    });
}

ct_status ct_tensor_full(ct_tensor *out, const int64_t *shape, int rank, double value, int dtype) {
    return ct::guarded([&] {
        *out = ct::wrap(at::full(dimensions(shape, rank), value, ct::scalar_type(dtype)));
    });
}

ct_status ct_tensor_normal(
    ct_tensor *out, const int64_t *shape, int rank, double mean, double std, uint64_t seed) {
    return ct::guarded([&] {
        auto result = at::empty(dimensions(shape, rank), at::kFloat);
        result.normal_(mean, std, at::detail::createCPUGenerator(seed));
        *out = ct::wrap(std::move(result));
    });
}

ct_status ct_tensor_copy_out(ct_tensor self, void *data, size_t bytes) {
    return ct::guarded([&] {
        auto source = self->value.detach().to(at::kCPU).contiguous();
        TORCH_CHECK(
            source.nbytes() == bytes, "the buffer has ", bytes, " bytes, the tensor ",
            source.nbytes());
        std::memcpy(data, source.const_data_ptr(), bytes);
    });
}

int ct_tensor_rank(ct_tensor self) { return static_cast<int>(self->value.dim()); }

int64_t ct_tensor_size(ct_tensor self, int dimension) {
    return dimension < self->value.dim() ? self->value.sizes()[dimension] : -1;
}

int ct_tensor_dtype(ct_tensor self) {
    for (int i = CT_FLOAT32; i <= CT_BOOL; ++i) {
        if (scalar_types[i] == self->value.scalar_type()) return i;
    }
    return -1;
}

int ct_tensor_device(ct_tensor self) {
    const auto &value = self->value;
    return value.is_cuda() ? CT_CUDA : value.is_meta() ? CT_META : CT_CPU;
}

ct_status ct_tensor_move(ct_tensor self, int device) {
    return ct::guarded([&] {
        const bool is_learned = self->value.requires_grad();
        self->value = self->value.detach().to(ct::device(device));
        self->value.requires_grad_(is_learned);
    });
}

ct_status ct_tensor_assign(ct_tensor self, ct_tensor source) {
    return ct::guarded([&] { self->value.detach().copy_(source->value.detach()); });
}

ct_status ct_tensor_clone(ct_tensor *out, ct_tensor self) {
    return ct::guarded([&] { *out = ct::wrap(self->value.clone()); });
}

ct_status ct_tensor_detach(ct_tensor *out, ct_tensor self) {
    return ct::guarded([&] { *out = ct::wrap(self->value.detach()); });
}

ct_status ct_tensor_to(ct_tensor *out, ct_tensor self, int device, int dtype, int memory_format) {
    return ct::guarded([&] {
        const bool channels_last = memory_format == CT_CHANNELS_LAST && self->value.dim() == 4;
        const auto options =
            self->value.options().device(ct::device(device)).dtype(ct::scalar_type(dtype));
        auto result = self->value.to(options);
        *out = ct::wrap(
            channels_last ? result.contiguous(at::MemoryFormat::ChannelsLast)
                          : result.contiguous());
    });
}

ct_status ct_tensor_reshape(ct_tensor *out, ct_tensor self, const int64_t *shape, int rank) {
    return ct::guarded([&] { *out = ct::wrap(self->value.reshape(dimensions(shape, rank))); });
}

ct_status ct_tensor_expand(ct_tensor *out, ct_tensor self, const int64_t *shape, int rank) {
    return ct::guarded([&] { *out = ct::wrap(self->value.expand(dimensions(shape, rank))); });
}

ct_status ct_tensor_flip(ct_tensor *out, ct_tensor self, int dimension) {
    return ct::guarded([&] { *out = ct::wrap(at::flip(self->value, {dimension})); });
}

ct_status ct_tensor_narrow(
    ct_tensor *out, ct_tensor self, int dimension, int64_t start, int64_t length) {
    return ct::guarded([&] { *out = ct::wrap(self->value.narrow(dimension, start, length)); });
}

ct_status ct_tensor_cat(ct_tensor *out, const ct_tensor *tensors, int count, int dimension) {
    return ct::guarded([&] { *out = ct::wrap(at::cat(ct::values(tensors, count), dimension)); });
}
