// Several processes that train one network: libtorch's store, its process group over gloo for tensors
// on the processor, and one over NCCL for tensors on GPUs, which is loaded at need. In a file of its
// own: its headers take longer to compile than all the others.
#define USE_C10D_GLOO
#include <ATen/ops/cat.h>
#include <ATen/ops/empty.h>
#include <ATen/ops/from_blob.h>
#include <ATen/ops/full.h>
#include <c10/core/GradMode.h>
#include <dlfcn.h>

#include <torch/csrc/distributed/c10d/PrefixStore.hpp>
#include <torch/csrc/distributed/c10d/ProcessGroupGloo.hpp>
#include <torch/csrc/distributed/c10d/TCPStore.hpp>

#include <algorithm>
#include <cstring>
#include <limits>

#include "collectives.hpp"
#include "guard.hpp"
#include "nccl.hpp"

struct ct_store_s {
    c10::intrusive_ptr<c10d::TCPStore> server;
    c10::intrusive_ptr<c10d::Store> keys;
};

struct ct_group_s {
    c10::intrusive_ptr<c10d::ProcessGroupGloo> group;
    at::Tensor message;
    /// Why statistics could not be summed: said by the next sum, as nothing can be thrown in between.
    std::string failure;
    /// Sums tensors on GPUs, where the processes train there.
    c10::intrusive_ptr<c10d::Backend> nccl;

    /// Whether a tensor is summed where it lies, from GPU to GPU.
    bool sums_on_gpu(const at::Tensor &tensor) const { return nccl && tensor.is_cuda(); }
};

namespace {

using Milliseconds = std::chrono::milliseconds;

/// The group that the calling thread sums batch statistics over, where it does. Gradients on the
/// processor are computed by the thread that asks for them.
thread_local ct_group statistics_group = nullptr;

/// The tensor on the processor, which gloo reads and writes.
at::Tensor on_processor(const at::Tensor &tensor) { return tensor.contiguous().cpu(); }

/// The tensor where its elements can be summed.
at::Tensor in_place(const ct_group group, const at::Tensor &tensor) {
    return group->sums_on_gpu(tensor) ? tensor.contiguous() : on_processor(tensor);
}

void sum(const ct_group group, at::Tensor tensor) {
    TORCH_CHECK(group->failure.empty(), group->failure);
    std::vector<at::Tensor> tensors{std::move(tensor)};
    const bool is_on_gpu = group->sums_on_gpu(tensors[0]);
    (is_on_gpu ? group->nccl->allreduce(tensors) : group->group->allreduce(tensors))->wait();
}

/// The function of the library mien-nccl, which is loaded at the first call and stays.
ct::OpenNccl *nccl_opener() {
    static constexpr auto name = "libmien-nccl.so", symbol = "mien_nccl_open";
    void *library = dlopen(name, RTLD_NOW | RTLD_LOCAL);
    void *opener = library == nullptr ? nullptr : dlsym(library, symbol);
    const char *reason = opener == nullptr ? dlerror() : nullptr;
    TORCH_CHECK(
        opener != nullptr, "NCCL is not there: ", reason == nullptr ? symbol : reason,
        "; it comes with the build that has CUDA (make build CUDA=1)");
    return reinterpret_cast<ct::OpenNccl *>(opener);
}

}  // namespace

namespace ct {

bool sums_statistics() { return statistics_group != nullptr; }

void sum_statistics(double *values, size_t count) {
    auto &failure = statistics_group->failure;
    if (failure.empty()) {
        try {
            const auto length = static_cast<int64_t>(count);
            sum(statistics_group,
                at::from_blob(values, {length}, at::TensorOptions(at::kDouble)));
            return;
        } catch (const std::exception &error) {
            failure = error.what();
        }
    }
    // No loss that comes of it is finite.
    std::fill_n(values, count, std::numeric_limits<double>::quiet_NaN());
}

}  // namespace ct

// -- The store ------------------------------------------------------------------------------------

ct_status ct_store_open(
    ct_store *out, const char *host, int port, int listening, const char *prefix,
    int64_t timeout) {
    return ct::guarded([&] {
        c10d::TCPStoreOptions options;
        options.port = static_cast<uint16_t>(port);
        options.isServer = listening >= 0;
        if (listening >= 0) options.masterListenFd = listening;
        options.waitWorkers = false;
        options.timeout = Milliseconds(timeout);
        auto server = c10::make_intrusive<c10d::TCPStore>(host, options);
        auto keys = c10::make_intrusive<c10d::PrefixStore>(prefix, server);
        *out = new ct_store_s{std::move(server), std::move(keys)};
    });
}

void ct_store_free(ct_store self) { delete self; }

int ct_store_port(ct_store self) { return self->server->getPort(); }

ct_status ct_store_set(ct_store self, const char *key, const char *value) {
    return ct::guarded([&] { self->keys->set(key, std::string(value)); });
}

ct_status ct_store_has(bool *out, ct_store self, const char *key) {
    return ct::guarded([&] { *out = self->keys->check({key}); });
}

ct_status ct_store_get(
    char *out, size_t capacity, ct_store self, const char *key, int64_t timeout) {
    return ct::guarded([&] {
        self->keys->wait({key}, Milliseconds(timeout));
        const auto value = self->keys->get(key);
        TORCH_CHECK(
            value.size() < capacity, "expected fewer than ", capacity, " bytes under ", key,
            ", got ", value.size());
        std::memcpy(out, value.data(), value.size());
        out[value.size()] = 0;
    });
}

// -- The group ------------------------------------------------------------------------------------

ct_status ct_group_open(
    ct_group *out, ct_store store, const char *address, int rank, int size, int64_t timeout) {
    return ct::guarded([&] {
        auto options = c10d::ProcessGroupGloo::Options::create(Milliseconds(timeout));
        options->devices.push_back(c10d::ProcessGroupGloo::createDeviceForHostname(address));
        *out = new ct_group_s{
            c10::make_intrusive<c10d::ProcessGroupGloo>(store->keys, rank, size, options), {}, {}, {}};
    });
}

ct_status ct_group_open_nccl(
    ct_group self, ct_store store, const char *interface, int device, int64_t timeout) {
    return ct::guarded([&] {
        auto keys = c10::make_intrusive<c10d::PrefixStore>("nccl", store->keys);
        const auto &gloo = *self->group;
        nccl_opener()(
            self->nccl, keys, gloo.getRank(), gloo.getSize(), interface, Milliseconds(timeout));
        // The processes connect now, where a failure can be told from one of the training.
        const auto index = static_cast<c10::DeviceIndex>(device);
        const auto ones =
            at::full({1}, 1, at::TensorOptions(at::kFloat).device(at::kCUDA, index));
        sum(self, ones);
        const auto found = ones.item<float>();
        TORCH_CHECK(
            found == static_cast<float>(gloo.getSize()), "a sum over ", gloo.getSize(),
            " GPUs is wrong: found ", found);
    });
}

void ct_group_abandon(ct_group self) {
    if (self->nccl) (void)ct::guarded([&] { self->nccl->abort(); });
}

void ct_group_free(ct_group self) {
    if (statistics_group == self) statistics_group = nullptr;
    if (self->nccl) (void)ct::guarded([&] { self->nccl->shutdown(); });
    delete self;
}

ct_status ct_group_sum(ct_group self, ct_tensor tensor) {
    return ct::guarded([&] {
        c10::AutoGradMode no_grad(false);
        auto &value = tensor->value;
        auto local = in_place(self, value);
        sum(self, local);
        if (!local.is_same(value)) value.copy_(local);
    });
}

ct_status ct_group_sum_step(
    ct_group self, const ct_tensor *parameters, int parameter_count, const ct_tensor *buffers,
    int buffer_count, double *values, int value_count) {
    return ct::guarded([&] {
        c10::AutoGradMode no_grad(false);
        const auto size = static_cast<double>(self->group->getSize());
        std::vector<at::Tensor> parts;
        int64_t length = value_count;
        for (int i = 0; i < parameter_count; ++i) {
            const auto &gradient = parameters[i]->value.grad();
            TORCH_CHECK(
                gradient.defined(), "parameter ", i,
                " has no gradient: call backward before the sum");
            parts.push_back(gradient.reshape({-1}));
            length += gradient.numel();
        }
        for (int i = 0; i < buffer_count; ++i) {
            parts.push_back(buffers[i]->value.reshape({-1}));
            length += parts.back().numel();
        }
        auto numbers = at::empty({value_count}, at::TensorOptions(at::kFloat));
        for (int i = 0; i < value_count; ++i) {
            numbers.mutable_data_ptr<float>()[i] = static_cast<float>(values[i]);
        }
        const bool is_on_gpu = !parts.empty() && self->sums_on_gpu(parts[0]);
        if (is_on_gpu) {
            // Over gloo and first: where a process is missing, gloo hears of it before NCCL waits.
            sum(self, numbers);
            length -= value_count;
        } else {
            parts.push_back(numbers.to(parts.empty() ? numbers.device() : parts[0].device()));
        }
        if (!self->message.defined() || self->message.numel() != length) {
            self->message = at::empty({length}, parts.back().options());
        }
        at::cat_out(self->message, parts, 0);
        auto local = in_place(self, self->message);
        sum(self, local);
        if (!local.is_same(self->message)) self->message.copy_(local);
        int64_t at = 0;
        const auto next = [&](const at::Tensor &like) {
            const auto part = self->message.narrow(0, at, like.numel()).view(like.sizes());
            at += like.numel();
            return part;
        };
        for (int i = 0; i < parameter_count; ++i) {
            auto &gradient = parameters[i]->value.mutable_grad();
            const auto part = next(gradient);
            if (gradient.is_contiguous()) {
                gradient = part;
            } else {
                gradient.copy_(part);
            }
        }
        for (int i = 0; i < buffer_count; ++i) {
            auto &buffer = buffers[i]->value;
            buffer.copy_(next(buffer).div(size));
        }
        const auto sums = is_on_gpu ? numbers : local.narrow(0, at, value_count);
        for (int i = 0; i < value_count; ++i) values[i] = sums.const_data_ptr<float>()[i];
    });
}

ct_status ct_group_gather(ct_tensor *out, ct_group self, ct_tensor tensor) {
    return ct::guarded([&] {
        c10::AutoGradMode no_grad(false);
        std::vector<at::Tensor> own{on_processor(tensor->value)};
        std::vector<std::vector<at::Tensor>> all(1);
        for (int rank = 0; rank < self->group->getSize(); ++rank) {
            all[0].push_back(at::empty_like(own[0]));
        }
        self->group->allgather(all, own)->wait();
        *out = ct::wrap(at::cat(all[0], 0));
    });
}

ct_status ct_group_send(ct_group self, ct_tensor tensor, int rank) {
    return ct::guarded([&] {
        std::vector<at::Tensor> tensors{on_processor(tensor->value)};
        self->group->send(tensors, rank, 0)->wait();
    });
}

ct_status ct_group_receive(ct_group self, ct_tensor tensor, int rank) {
    return ct::guarded([&] {
        std::vector<at::Tensor> tensors{tensor->value};
        self->group->recv(tensors, rank, 0)->wait();
    });
}

void ct_group_share_statistics(ct_group self) { statistics_group = self; }
