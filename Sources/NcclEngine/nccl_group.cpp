// A process group over NCCL, for tensors on GPUs. In a library of its own: it is linked with
// libtorch_cuda, which neither training on processors nor training alone needs. Empty where libtorch
// is the build for processors, or NVIDIA's headers are not there.
#if __has_include(<ATen/cuda/CUDAConfig.h>) && __has_include(<nccl.h>)
#define USE_C10D_NCCL
#include "nccl.hpp"

#include <c10/util/env.h>

#include <string>
#include <utility>

#include <torch/csrc/distributed/c10d/ProcessGroupNCCL.hpp>

extern "C" ct::OpenNccl mien_nccl_open;

void mien_nccl_open(
    c10::intrusive_ptr<c10d::Backend> &out, const c10::intrusive_ptr<c10d::Store> &keys, int rank,
    int size, const char *interface, std::chrono::milliseconds timeout) {
    // A wait lasts until the sum is there or the time is over, and then throws. By default libtorch
    // ends the process from a thread of its own, and nobody says which process is missing.
    c10::utils::set_env("TORCH_NCCL_BLOCKING_WAIT", "1");
    c10::utils::set_env("TORCH_NCCL_ASYNC_ERROR_HANDLING", "0");
    c10::utils::set_env("TORCH_NCCL_ENABLE_MONITORING", "0");
    // The interface of gloo, where the user names none; "=" takes the name as a whole.
    if (*interface != 0) {
        const auto name = "=" + std::string(interface);
        c10::utils::set_env("NCCL_SOCKET_IFNAME", name.c_str(), /*overwrite=*/false);
    }
    auto options = c10d::ProcessGroupNCCL::Options::create();
    options->timeout = timeout;
    out = c10::make_intrusive<c10d::ProcessGroupNCCL>(keys, rank, size, std::move(options));
}
#endif
