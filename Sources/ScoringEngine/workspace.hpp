// Memory for tensors.
#pragma once

#include <sys/mman.h>

#include <algorithm>
#include <cstddef>
#include <cstdlib>
#include <memory>
#include <mutex>
#include <new>
#include <utility>
#include <vector>

namespace scoring {

struct Free {
    void operator()(std::byte *data) const { std::free(data); }
};
using Block = std::unique_ptr<std::byte, Free>;

/// Where tensors begin, in bytes: a cache line.
constexpr size_t alignment = 64;

constexpr size_t rounded_up(size_t bytes, size_t to) { return (bytes + to - 1) / to * to; }

/// Where the system has large pages for those who ask, large blocks are made of them: to touch one
/// for the first time costs the system about as much as to touch one of the small ones.
inline Block allocate(size_t bytes) {
    constexpr size_t page = 2 << 20;
    const bool is_large = bytes >= 2 * page;
    const size_t boundary = is_large ? page : alignment;
    Block block(
        static_cast<std::byte *>(std::aligned_alloc(boundary, rounded_up(bytes, boundary))));
    if (!block) throw std::bad_alloc();
#ifdef MADV_HUGEPAGE
    if (is_large) madvise(block.get(), bytes, MADV_HUGEPAGE);
#endif
    return block;
}

/// Memory that several sequences of operations share, one at a time.
class Workspace {
  public:
    /// At least as many bytes, which stay where they are until more are asked for.
    std::byte *reserve(size_t bytes) {
        if (bytes_ < bytes) {
            block_.reset();
            bytes_ = 0;
            block_ = allocate(bytes);
            bytes_ = bytes;
        }
        return block_.get();
    }

  private:
    Block block_;
    size_t bytes_ = 0;
};

/// Memory for what stays, out of a few large blocks.
class Store {
  public:
    /// @param expected bytes, roughly.
    explicit Store(size_t expected) : block_bytes_(expected) {}

    /// Any number of threads may ask.
    std::byte *take(size_t bytes) {
        const std::lock_guard lock(mutex_);
        bytes = rounded_up(bytes, alignment);
        if (left_ < bytes) {
            const size_t size = std::max(bytes, block_bytes_);
            blocks_.push_back(allocate(size));
            next_ = blocks_.back().get();
            left_ = size;
            block_bytes_ = 1 << 20;
        }
        left_ -= bytes;
        return std::exchange(next_, next_ + bytes);
    }

  private:
    std::mutex mutex_;
    size_t block_bytes_;
    std::vector<Block> blocks_;
    std::byte *next_ = nullptr;
    size_t left_ = 0;
};

}  // namespace scoring
