// What the library mien-nccl gives where libtorch is the build with CUDA.
#pragma once

#include <c10/util/intrusive_ptr.h>

#include <chrono>

#include <torch/csrc/distributed/c10d/Backend.hpp>
#include <torch/csrc/distributed/c10d/Store.hpp>

namespace ct {

/// The type of `mien_nccl_open`, which makes a process group over NCCL. Its processes connect at the
/// first sum. Throws without a GPU.
/// - `keys`: a store that nothing else writes to.
/// - `interface`: of the network, by its name; empty for NCCL's choice.
using OpenNccl = void(
    c10::intrusive_ptr<c10d::Backend> &out, const c10::intrusive_ptr<c10d::Store> &keys, int rank,
    int size, const char *interface, std::chrono::milliseconds timeout);

}  // namespace ct
