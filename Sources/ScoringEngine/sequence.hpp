// Operations in turn, and where their tensors lie.
#pragma once

#include <oneapi/dnnl/dnnl.hpp>

#include <atomic>
#include <functional>
#include <mutex>
#include <thread>
#include <unordered_map>
#include <vector>

#include "workspace.hpp"

namespace scoring {

dnnl::engine &processor();

/// For operations whose scratch memory is given to them: they may then run on another thread than
/// the one that made them.
dnnl::primitive_attr own_scratchpad();

/// An operation, whose code is made when it is first asked for. Any number of threads may ask.
class Operation {
  public:
    explicit Operation(const dnnl::primitive_desc_base &description) : description_(description) {}

    const dnnl::primitive &made();
    bool is_made() const { return is_made_; }

  private:
    dnnl::primitive_desc_base description_;
    std::once_flag once_;
    dnnl::primitive primitive_;
    std::atomic<bool> is_made_ = false;
};

class Sequence {
  public:
    using Arguments = std::unordered_map<int, dnnl::memory>;
    /// What is computed here rather than by oneDNN.
    using Function = std::function<void(const Arguments &)>;
    struct Step {
        /// Null where there is a function.
        std::shared_ptr<Operation> operation;
        Function function;
        Arguments arguments;
        /// What the maker knows it by.
        int label;

        void run(dnnl::stream &stream) {
            if (function) return function(arguments);
            operation->made().execute(stream, arguments);
        }
        bool is_made() const { return function || operation->is_made(); }
    };

    Sequence() = default;
    /// The same operations over tensors of its own.
    Sequence(const Sequence &other);
    Sequence &operator=(const Sequence &) = delete;

    /// A tensor that has memory from the first step that uses it to the last; before and after,
    /// others lie there.
    dnnl::memory place(const dnnl::memory::desc &desc);
    /// What lies in a placed tensor from a number of bytes on.
    dnnl::memory view(const dnnl::memory::desc &desc, const dnnl::memory &whole, size_t bytes);
    /// Keeps what the steps so far leave in a placed tensor to the end of the sequence.
    void keep(const dnnl::memory &tensor);
    void add(
        const dnnl::primitive_desc_base &description, Arguments arguments, int label = -1) {
        add(std::make_shared<Operation>(description), description.scratchpad_desc(),
            std::move(arguments), label);
    }
    void add(
        std::shared_ptr<Operation> operation, const dnnl::memory::desc &scratchpad,
        Arguments arguments, int label = -1);
    void add(Function function, Arguments arguments, int label = -1);

    /// Makes the code of all operations.
    void make();
    /// Gives each tensor its place in the memory.
    void settle(Workspace &workspace);
    /// Another thread makes the code that is not there yet, the last first, while this one begins
    /// to run the steps.
    /// @param runs whether a step with this label runs.
    [[nodiscard]] std::jthread make_meanwhile(bool (*runs)(int label));
    /// The tensor here that stands where a tensor stands in the sequence that this one is a copy
    /// of; a tensor that was not placed there, itself.
    dnnl::memory counterpart(const Sequence &other, const dnnl::memory &tensor) const;
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
    size_t block_of(const dnnl::memory &tensor) const;
    void arrange();
    void append(Step step);

    std::vector<Step> steps_;
    std::vector<Block> blocks_;
    std::vector<Placed> placed_;
    /// Where in `placed_` they are.
    std::unordered_map<dnnl_memory_t, size_t> index_of_;
    /// Of all blocks as they are arranged; 0 before.
    size_t bytes_ = 0;
    std::byte *settled_ = nullptr;
};

}  // namespace scoring
