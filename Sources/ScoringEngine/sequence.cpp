#include "sequence.hpp"

#include <algorithm>
#include <limits>
#include <numeric>
#include <utility>

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

memory Sequence::put(const memory::desc &desc, size_t block, size_t offset) {
    memory tensor(desc, processor(), DNNL_MEMORY_NONE);
    block_of_[tensor.get()] = block;
    placed_.push_back({tensor, block, offset});
    return tensor;
}

memory Sequence::place(const memory::desc &desc) {
    blocks_.push_back(
        {.bytes = desc.get_size(), .first = std::numeric_limits<int>::max(), .last = -1});
    return put(desc, blocks_.size() - 1, 0);
}

memory Sequence::view(const memory::desc &desc, const memory &whole, size_t bytes) {
    return put(desc, block_of_.at(whole.get()), bytes);
}

void Sequence::keep(const memory &tensor) {
    blocks_[block_of_.at(tensor.get())].last = std::numeric_limits<int>::max();
}

void Sequence::add(
    const dnnl::primitive &operation, const memory::desc &scratchpad,
    std::unordered_map<int, memory> arguments, int label) {
    arguments[DNNL_ARG_SCRATCHPAD] = place(scratchpad);
    const int step = static_cast<int>(steps_.size());
    for (const auto &[_, tensor] : arguments) {
        const auto found = block_of_.find(tensor.get());
        if (found == block_of_.end()) continue;
        auto &block = blocks_[found->second];
        block.first = std::min(block.first, step);
        block.last = std::max(block.last, step);
    }
    steps_.push_back({operation, std::move(arguments), label});
}

/// The largest first, each at the lowest place that no other takes in the same steps.
void Sequence::arrange() {
    std::vector<size_t> order(blocks_.size());
    std::iota(order.begin(), order.end(), 0);
    std::sort(order.begin(), order.end(), [&](size_t a, size_t b) {
        return std::pair(blocks_[b].bytes, a) < std::pair(blocks_[a].bytes, b);
    });
    const auto end = [](const Block &block) {
        constexpr size_t line = Workspace::alignment;
        return block.start + (block.bytes + line - 1) / line * line;
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

}  // namespace scoring
