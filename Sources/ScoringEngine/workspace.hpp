// Memory that several sequences of operations share, one at a time.
#pragma once

#include <cstddef>
#include <cstdlib>
#include <memory>
#include <new>
#include <unordered_map>

namespace scoring {

class Workspace {
  public:
    /// At least as many bytes, which stay where they are until more are asked for.
    void *slot(int index, size_t bytes) {
        auto &slot = slots_[index];
        if (slot.bytes < bytes) {
            slot.data.reset();
            slot.data.reset(std::aligned_alloc(64, (bytes + 63) / 64 * 64));
            if (!slot.data) throw std::bad_alloc();
            slot.bytes = bytes;
        }
        return slot.data.get();
    }

  private:
    struct Free {
        void operator()(void *data) const { std::free(data); }
    };
    struct Slot {
        std::unique_ptr<void, Free> data;
        size_t bytes = 0;
    };
    std::unordered_map<int, Slot> slots_;
};

}  // namespace scoring
