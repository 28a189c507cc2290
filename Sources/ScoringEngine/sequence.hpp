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
    /// Of the workspace: what operations need for themselves.
    static constexpr int scratchpad = 0;

    /// A tensor in one of the other slots of the workspace, from 1 on; those of one slot lie over
    /// each other.
    dnnl::memory place(const dnnl::memory::desc &desc, int slot);
    void add(
        const dnnl::primitive &operation, const dnnl::memory::desc &scratchpad,
        std::unordered_map<int, dnnl::memory> arguments, int label = -1);

    /// Gives each tensor its place in the memory.
    void settle(Workspace &workspace);
    std::vector<Step> &steps() { return steps_; }

  private:
    struct Placed {
        dnnl::memory tensor;
        int slot;
    };
    std::vector<Step> steps_;
    std::vector<Placed> placed_;
};

}  // namespace scoring
