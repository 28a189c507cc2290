// The machine (threads, processor, CUDA, allocator) and the modes of the calling thread.
#include <ATen/Context.h>
#include <ATen/Parallel.h>
#include <ATen/autocast_mode.h>
#include <c10/core/GradMode.h>
#include <c10/core/impl/DeviceGuardImplInterface.h>
#include <dlfcn.h>

#include <algorithm>
#include <atomic>

#include "guard.hpp"

namespace {

/// The GPU that CT_CUDA stands for; negative for the current one of the calling thread.
std::atomic<c10::DeviceIndex> cuda_index{-1};

struct Cuda {
    /// GPUs; negative where libtorch's half for CUDA was not loaded.
    int count = -1;
    std::string problem;
};

const Cuda &cuda() {
    // libtorch caches its device hooks at the first question: load first, ask after.
    static const Cuda found = [] {
        if (dlopen("libtorch_cuda.so", RTLD_NOW | RTLD_GLOBAL) == nullptr) {
            const char *reason = dlerror();
            return Cuda{-1, reason == nullptr ? "no reason given" : reason};
        }
        Cuda loaded{0, {}};
        (void)ct::guarded([&] {
            if (!at::globalContext().hasCUDA()) return;
            loaded.count = c10::impl::getDeviceGuardImpl(at::kCUDA)->deviceCount();
        });
        return loaded;
    }();
    return found;
}

}  // namespace

namespace ct {

std::string &last_error() {
    thread_local std::string message;
    return message;
}

at::DeviceType device_type(int device) {
    switch (device) {
        case CT_CUDA: return at::kCUDA;
        case CT_META: return at::kMeta;
        default: return at::kCPU;
    }
}

at::Device device(int device) {
    return {device_type(device), device == CT_CUDA ? cuda_index.load() : c10::DeviceIndex{-1}};
}

}  // namespace ct

const char *ct_last_error(void) { return ct::last_error().c_str(); }

ct_status ct_set_threads(int count) {
    return ct::guarded([&] { at::set_num_threads(count); });
}

int ct_thread_count(void) { return at::get_num_threads(); }

int ct_cuda_count(void) { return cuda().count; }

const char *ct_cuda_problem(void) { return cuda().problem.c_str(); }

ct_status ct_use_cuda(int index) {
    return ct::guarded([&] {
        TORCH_CHECK(
            index >= 0 && index < cuda().count, "CUDA finds ", std::max(cuda().count, 0),
            " GPUs here");
        cuda_index = static_cast<c10::DeviceIndex>(index);
        // Memory that belongs to no tensor is taken on it too.
        c10::impl::getDeviceGuardImpl(at::kCUDA)->setDevice(ct::device(CT_CUDA));
    });
}

bool ct_set_grad_mode(bool enabled) {
    const bool previous = c10::GradMode::is_enabled();
    c10::GradMode::set_enabled(enabled);
    return previous;
}

ct_status ct_autocast_begin(ct_autocast *previous, int device, int dtype) {
    return ct::guarded([&] {
        const auto type = ct::device_type(device);
        previous->enabled = at::autocast::is_autocast_enabled(type);
        previous->dtype = static_cast<int>(at::autocast::get_autocast_dtype(type));
        at::autocast::set_autocast_enabled(type, true);
        at::autocast::set_autocast_dtype(type, ct::scalar_type(dtype));
        at::autocast::increment_nesting();
    });
}

void ct_autocast_end(ct_autocast previous, int device) {
    (void)ct::guarded([&] {
        const auto type = ct::device_type(device);
        // The cache holds casts of weights; kept past the step it would serve stale ones.
        if (at::autocast::decrement_nesting() == 0) at::autocast::clear_cache();
        at::autocast::set_autocast_enabled(type, previous.enabled);
        at::autocast::set_autocast_dtype(type, static_cast<at::ScalarType>(previous.dtype));
    });
}
