#include "sequence.hpp"

#include <algorithm>

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

memory Sequence::place(const memory::desc &desc, int slot) {
    return placed_.emplace_back(memory(desc, processor(), DNNL_MEMORY_NONE), slot).tensor;
}

void Sequence::add(
    const dnnl::primitive &operation, const memory::desc &scratchpad,
    std::unordered_map<int, memory> arguments, int label) {
    arguments[DNNL_ARG_SCRATCHPAD] = place(scratchpad, Sequence::scratchpad);
    steps_.push_back({operation, std::move(arguments), label});
}

void Sequence::settle(Workspace &workspace) {
    std::unordered_map<int, size_t> bytes;
    for (const auto &placed : placed_) {
        auto &largest = bytes[placed.slot];
        largest = std::max(largest, placed.tensor.get_desc().get_size());
    }
    for (auto &placed : placed_) {
        placed.tensor.set_data_handle(workspace.slot(placed.slot, bytes[placed.slot]));
    }
}

}  // namespace scoring
