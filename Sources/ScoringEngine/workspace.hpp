// Memory that several sequences of operations share, one at a time.
#pragma once

#include <cstddef>
#include <cstdlib>
#include <memory>
#include <new>

namespace scoring {

class Workspace {
  public:
    /// At least as many bytes, which stay where they are until more are asked for.
    std::byte *reserve(size_t bytes) {
        if (bytes_ < bytes) {
            data_.reset();
            bytes_ = 0;
            const size_t rounded = (bytes + alignment - 1) / alignment * alignment;
            data_.reset(static_cast<std::byte *>(std::aligned_alloc(alignment, rounded)));
            if (!data_) throw std::bad_alloc();
            bytes_ = bytes;
        }
        return data_.get();
    }

    /// Of its beginning, in bytes: a cache line.
    static constexpr size_t alignment = 64;

  private:
    struct Free {
        void operator()(std::byte *data) const { std::free(data); }
    };
    std::unique_ptr<std::byte, Free> data_;
    size_t bytes_ = 0;
};

}  // namespace scoring
