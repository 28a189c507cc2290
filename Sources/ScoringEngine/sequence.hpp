// Operations in turn, and where their tensors lie.
#pragma once

#include <oneapi/dnnl/dnnl.hpp>

#include <unordered_map>
#include <vector>

#include "workspace.hpp"

namespace scoring {

dnnl::engine &processor();

/// For operations whose scratch memory is given to them: they may then run on another thread than
/// the one that made them.
dnnl::primitive_attr own_scratchpad();

class Sequence {
  public:
    struct Step {
        dnnl::primitive operation;
        std::unordered_map<int, dnnl::memory> arguments;
        /// What the maker knows it by.
        int label;
    };

    /// A tensor that has memory from the first step that uses it to the last; before and after,
    /// others lie there.
    dnnl::memory place(const dnnl::memory::desc &desc);
    /// What lies in a placed tensor from a number of bytes on.
    dnnl::memory view(const dnnl::memory::desc &desc, const dnnl::memory &whole, size_t bytes);
    /// Keeps what the steps so far leave in a placed tensor to the end of the sequence.
    void keep(const dnnl::memory &tensor);
    void add(
        const dnnl::primitive &operation, const dnnl::memory::desc &scratchpad,
        std::unordered_map<int, dnnl::memory> arguments, int label = -1);

    /// Gives each tensor its place in the memory.
    void settle(Workspace &workspace);
    std::vector<Step> &steps() { return steps_; }

  private:
    /// Memory of one tensor and those that are parts of it.
    struct Block {
        size_t bytes;
        /// Steps.
        int first;
        int last;
        size_t start = 0;
    };
    struct Placed {
        dnnl::memory tensor;
        size_t block;
        /// From the block's start, in bytes.
        size_t offset;
    };

    dnnl::memory put(const dnnl::memory::desc &desc, size_t block, size_t offset);
    void arrange();

    std::vector<Step> steps_;
    std::vector<Block> blocks_;
    std::vector<Placed> placed_;
    std::unordered_map<dnnl_memory_t, size_t> block_of_;
    /// Of all blocks as they are arranged; 0 before.
    size_t bytes_ = 0;
    std::byte *settled_ = nullptr;
};

}  // namespace scoring
