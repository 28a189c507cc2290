#include "sequence.hpp"

#include <algorithm>
#include <limits>
#include <numeric>
#include <system_error>
#include <utility>

#include "threads.hpp"

namespace scoring {

using dnnl::memory;

dnnl::engine &processor() {
    // Never destroyed: threads may still pack weights while the process ends.
    static auto *engine = new dnnl::engine(dnnl::engine::kind::cpu, 0);
    return *engine;
}

dnnl::primitive_attr own_scratchpad() {
    dnnl::primitive_attr attributes;
    attributes.set_scratchpad_mode(dnnl::scratchpad_mode::user);
    return attributes;
}

const dnnl::primitive &Operation::made() {
    std::call_once(once_, [this] {
        primitive_ = dnnl::primitive(description_.get());
        is_made_ = true;
    });
    return primitive_;
}

Sequence::Sequence(const Sequence &other) : blocks_(other.blocks_), bytes_(other.bytes_) {
    for (const auto &[tensor, block, offset] : other.placed_) put(tensor.get_desc(), block, offset);
    for (auto step : other.steps_) {
        for (auto &[_, tensor] : step.arguments) tensor = counterpart(other, tensor);
        steps_.push_back(std::move(step));
    }
}

memory Sequence::counterpart(const Sequence &other, const memory &tensor) const {
    const auto found = other.index_of_.find(tensor.get(true));
    return found == other.index_of_.end() ? tensor : placed_[found->second].tensor;
}

memory Sequence::put(const memory::desc &desc, size_t block, size_t offset) {
    memory tensor(desc, processor(), DNNL_MEMORY_NONE);
    index_of_[tensor.get()] = placed_.size();
    placed_.push_back({tensor, block, offset});
    return tensor;
}

size_t Sequence::block_of(const memory &tensor) const {
    return placed_[index_of_.at(tensor.get())].block;
}

memory Sequence::place(const memory::desc &desc) {
    blocks_.push_back(
        {.bytes = desc.get_size(), .first = std::numeric_limits<int>::max(), .last = -1});
    return put(desc, blocks_.size() - 1, 0);
}

memory Sequence::view(const memory::desc &desc, const memory &whole, size_t bytes) {
    return put(desc, block_of(whole), bytes);
}

void Sequence::keep(const memory &tensor) {
    blocks_[block_of(tensor)].last = std::numeric_limits<int>::max();
}

void Sequence::add(
    std::shared_ptr<Operation> operation, const memory::desc &scratchpad, Arguments arguments,
    int label) {
    if (scratchpad.get_size() > 0) arguments[DNNL_ARG_SCRATCHPAD] = place(scratchpad);
    append({std::move(operation), nullptr, std::move(arguments), label});
}

void Sequence::add(Function function, Arguments arguments, int label) {
    append({nullptr, std::move(function), std::move(arguments), label});
}

void Sequence::append(Step added) {
    const int step = static_cast<int>(steps_.size());
    for (const auto &[_, tensor] : added.arguments) {
        const auto found = index_of_.find(tensor.get());
        if (found == index_of_.end()) continue;
        auto &block = blocks_[placed_[found->second].block];
        block.first = std::min(block.first, step);
        block.last = std::max(block.last, step);
    }
    steps_.push_back(std::move(added));
}

void Sequence::make() {
    for (auto &step : steps_) {
        if (step.operation) step.operation->made();
    }
}

/// The largest first, each at the lowest place that no other takes in the same steps.
void Sequence::arrange() {
    std::vector<size_t> order(blocks_.size());
    std::iota(order.begin(), order.end(), 0);
    std::sort(order.begin(), order.end(), [&](size_t a, size_t b) {
        return std::pair(blocks_[b].bytes, a) < std::pair(blocks_[a].bytes, b);
    });
    const auto end = [](const Block &block) {
        return block.start + rounded_up(block.bytes, alignment);
    };
    std::vector<Block *> arranged;  // by where they start
    for (const size_t index : order) {
        auto &block = blocks_[index];
        for (const auto *other : arranged) {
            if (other->last < block.first || block.last < other->first) continue;
            if (block.start + block.bytes <= other->start) break;
            block.start = std::max(block.start, end(*other));
        }
        const auto after = std::upper_bound(
            arranged.begin(), arranged.end(), block.start,
            [](size_t start, const Block *other) { return start < other->start; });
        arranged.insert(after, &block);
        bytes_ = std::max(bytes_, end(block));
    }
}

void Sequence::settle(Workspace &workspace) {
    if (bytes_ == 0) arrange();
    auto *base = workspace.reserve(bytes_);
    if (base == settled_) return;
    for (auto &[tensor, block, offset] : placed_) {
        tensor.set_data_handle(base + blocks_[block].start + offset);
    }
    settled_ = base;
}

std::jthread Sequence::make_meanwhile(bool (*runs)(int label)) {
    const auto is_done = [runs](const Step &step) { return step.is_made() || !runs(step.label); };
    if (std::all_of(steps_.begin(), steps_.end(), is_done)) return {};
    const auto make = [=, this, count = omp_get_max_threads()](std::stop_token stop) {
        const Threads same(count);
        try {
            for (auto step = steps_.rbegin(); step != steps_.rend(); ++step) {
                if (stop.stop_requested()) return;
                if (!is_done(*step)) step->operation->made();
            }
        } catch (...) {
            // It fails again, and says so, where it is asked for.
        }
    };
    try {
        return std::jthread(make);
    } catch (const std::system_error &) {
        return {};  // The system has no thread to spare.
    }
}

}  // namespace scoring
