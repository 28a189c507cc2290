#include "graph.hpp"

#include <algorithm>
#include <stdexcept>
#include <string>

namespace scoring {

using Type = dnnl::memory::data_type;

namespace {

/// Whether oneDNN multiplies bfloat16 in hardware here.
bool has_bfloat16() {
    const auto wanted = static_cast<unsigned>(dnnl::cpu_isa::avx512_core_bf16);
    return (static_cast<unsigned>(dnnl::get_effective_cpu_isa()) & wanted) == wanted;
}

Type element_type(int dtype) {
    switch (dtype) {
        case CS_FLOAT32: return Type::f32;
        case CS_BFLOAT16: return has_bfloat16() ? Type::bf16 : Type::f32;
        case CS_INT8: return Type::u8;
        default:
            throw std::invalid_argument("no graph in elements of type " + std::to_string(dtype));
    }
}

void require(bool holds, int node, const char *what) {
    if (!holds) throw std::invalid_argument("node " + std::to_string(node) + " " + what);
}

bool has_weights(const cs_node &node) { return node.operation <= CS_LINEAR; }

/// Of all weights, and a little for what layouts fill up.
size_t bytes_of(const cs_description &description, Type type) {
    size_t count = 0;
    for (int index = 0; index < description.node_count; ++index) {
        const auto &node = description.nodes[index];
        if (!has_weights(node) || node.groups < 1) continue;
        count += size_t{1} * node.outputs * node.source / node.groups * node.kernel[0] * node.kernel[1];
    }
    return count * 33 / 32 * dnnl::memory::data_type_size(type);
}

}  // namespace

Graph::Graph(const cs_description &description)
    : type(element_type(description.dtype)), input(description.input),
      results(description.results, description.results + description.result_count),
      probes(description.probes, description.probes + description.probe_count),
      sizes_vary(description.sizes_vary), store_(bytes_of(description, type)) {
    require(description.node_count > 0 && !results.empty(), 0, "is missing, or no result is wanted");
    for (const int index : results) {
        require(index >= 0 && index < description.node_count, index, "is a result and none");
    }
    channels_ = {input.channels()};
    for (int index = 0; index < description.node_count; ++index) add(description.nodes[index]);
    quantize();
}

void Graph::add(const cs_node &node) {
    const int index = count();
    Node added{node, {node.inputs, node.inputs + node.input_count}, nullptr, {}};
    require(!added.inputs.empty() && node.added <= index, index, "reads nothing");
    int64_t channels = 0;
    for (const int tensor : added.inputs) {
        require(tensor >= 0 && tensor <= index, index, "reads what comes after it");
        channels += node.operation == CS_CONCATENATE ? channels_[tensor] : 0;
    }
    const int64_t from = channels_[added.inputs[0]];
    const bool is_convolution = node.operation <= CS_TRANSPOSED_CONVOLUTION;
    const bool has_window = is_convolution || node.operation == CS_MAX_POOL ||
                            node.operation == CS_AVERAGE_POOL ||
                            node.operation == CS_AVERAGE_POOL_INSIDE;
    if (has_window) {
        require(
            node.kernel[0] > 0 && node.kernel[1] > 0 && node.stride > 0 && node.padding[0] >= 0 &&
                node.padding[1] >= 0,
            index, "has a window that is not provided for");
    }
    if (has_weights(node)) {
        require(node.outputs > 0 && node.source > 0, index, "has no inputs or no outputs");
        require(
            !is_convolution || node.source == from, index, "reads another number of channels");
        require(
            node.groups > 0 && node.source % node.groups == 0 && node.outputs % node.groups == 0 &&
                node.weight != nullptr,
            index, "has groups that do not divide its channels");
        require(
            node.added < 0 || channels_[node.added] == node.outputs, index,
            "adds another number of channels");
    }
    if (node.operation == CS_TRANSPOSED_CONVOLUTION) {
        const bool is_apart = node.kernel[0] == node.stride && node.kernel[1] == node.stride &&
                              node.padding[0] == 0 && node.padding[1] == 0;
        require(
            is_apart && node.groups == 1 && node.added < 0, index,
            "is a transposed convolution whose outputs overlap");
    }
    if (has_weights(node)) {
        const bool is_head = node.operation == CS_LINEAR && is_result(index);
        added.weights = std::make_unique<Weights>(
            node, is_head ? Type::f32 : type, sizes_vary && !is_head, scratch_, store_);
        if (is_head) added.head = added.weights->numbers();
        channels = node.outputs;
    }
    channels_.push_back(channels > 0 ? channels : from);
    nodes_.push_back(std::move(added));
}

void Graph::release() {
    for (auto &node : nodes_) {
        if (node.weights) node.weights->release();
        node.shape.inputs = nullptr;
        node.shape.weight = node.shape.factors = node.shape.bias = nullptr;
    }
    scratch_ = {};
}

bool Graph::is_result(int node) const {
    return std::find(results.begin(), results.end(), node) != results.end();
}

Type Graph::output_type(int node) const { return is_result(node) ? Type::f32 : type; }

bool Graph::reads(int node, int tensor) const {
    const auto &inputs = nodes_[node].inputs;
    return nodes_[node].shape.added == tensor ||
           std::find(inputs.begin(), inputs.end(), tensor) != inputs.end();
}

bool Graph::is_last_reader(int reader, int tensor) const {
    for (int node = reader + 1; node < count(); ++node) {
        if (reads(node, tensor)) return false;
    }
    return tensor > 0 && !is_result(tensor - 1);
}

bool Graph::is_read_only_by(int reader, int node) const {
    for (int index = 0; index < count(); ++index) {
        if (reads(index, node + 1) != (index == reader)) return false;
    }
    return !is_result(node);
}

int64_t Graph::probe_channels() const {
    int64_t sum = 0;
    for (const int probe : probes) sum += channels_[probe + 1];
    return sum;
}

}  // namespace scoring
