// Shapes of a graph's tensors, and the numbers that their elements stand for.
#include <algorithm>
#include <stdexcept>
#include <string>

#include "graph.hpp"

namespace scoring {

namespace {

int64_t along(const cs_node &node, int axis, int64_t side) {
    const int64_t room = side + 2 * node.padding[axis] - node.kernel[axis];
    if (room < 0) return 0;
    const int64_t whole = room / node.stride + 1;
    const bool is_part_left = node.covers_edge && room % node.stride > 0 &&
                              whole * node.stride < side + node.padding[axis];
    return is_part_left ? whole + 1 : whole;
}

Shape shape_of(const cs_node &node, const Shape &from) {
    switch (node.operation) {
        case CS_CONVOLUTION:
            return {node.outputs, along(node, 0, from.height), along(node, 1, from.width)};
        case CS_TRANSPOSED_CONVOLUTION:
            return {node.outputs, from.height * node.kernel[0], from.width * node.kernel[1]};
        case CS_MAX_POOL:
        case CS_AVERAGE_POOL:
        case CS_AVERAGE_POOL_INSIDE:
            return {from.channels, along(node, 0, from.height), along(node, 1, from.width)};
        case CS_ADAPTIVE_AVERAGE_POOL: return {from.channels, node.outputs, node.outputs};
        case CS_GLOBAL_AVERAGE_POOL: return {from.channels, 1, 1};
        case CS_LINEAR: return {node.outputs, 1, 1};
        default: return from;
    }
}

}  // namespace

std::vector<Shape> Graph::shapes(int64_t height, int64_t width) const {
    std::vector<Shape> result = {
        {input.channels(), input.along(0, height), input.along(1, width)}};
    const auto require = [](bool holds, size_t node, const char *what) {
        if (!holds) throw std::invalid_argument("node " + std::to_string(node) + " " + what);
    };
    require(result[0].height > 0 && result[0].width > 0, 0, "gets too small an image");
    for (const auto &node : nodes_) {
        const size_t index = result.size() - 1;
        auto shape = shape_of(node.shape, result[node.inputs[0]]);
        require(shape.height > 0 && shape.width > 0, index, "gets too small an image");
        const bool joins = node.shape.operation == CS_CONCATENATE;
        if (joins) shape.channels = 0;
        for (const int tensor : node.inputs) {
            const auto &from = result[tensor];
            const bool is_alike = from.height == shape.height && from.width == shape.width &&
                                  (joins || from.channels == shape.channels);
            const bool fits = is_alike || (!joins && node.shape.operation != CS_ADD);
            require(fits, index, "reads images of several shapes");
            if (joins) shape.channels += from.channels;
        }
        if (node.shape.operation == CS_LINEAR) {
            require(
                result[node.inputs[0]].count() == node.shape.source, index,
                "reads another number of numbers");
        }
        if (node.shape.added >= 0) {
            const auto &added = result[node.shape.added];
            require(
                added.height == shape.height && added.width == shape.width, index,
                "adds an image of another size");
        }
        result.push_back(shape);
    }
    return result;
}

/// Elements of int8 graphs stand for 0 to `range`, or -`range` to `range` where a number may be
/// negative. Pooling and concatenation pass elements on: what they read and give has one range.
void Graph::quantize() {
    quantizations_.resize(nodes_.size() + 1);
    if (type != dnnl::memory::data_type::u8) return;
    struct Range {
        double range = 0;
        bool is_signed = false;
    };
    std::vector<Range> ranges(quantizations_.size());
    std::vector<size_t> leaders(quantizations_.size());
    for (size_t tensor = 0; tensor < leaders.size(); ++tensor) leaders[tensor] = tensor;
    const auto leader = [&](size_t tensor) {
        while (leaders[tensor] != tensor) tensor = leaders[tensor];
        return tensor;
    };
    ranges[0] = {input.range, true};
    for (int index = 0; index < count(); ++index) {
        const auto &node = nodes_[index].shape;
        if (node.operation >= CS_MAX_POOL && node.operation <= CS_CONCATENATE) {
            for (const int tensor : nodes_[index].inputs) leaders[leader(tensor)] = leader(index + 1);
            continue;
        }
        const bool is_rectified = node.added < 0 ? node.activation != CS_IDENTITY : node.rectifies_sum;
        ranges[index + 1] = {node.output_range, !is_rectified};
    }
    for (size_t tensor = 0; tensor < leaders.size(); ++tensor) {
        auto &all = ranges[leader(tensor)];
        all.range = std::max(all.range, ranges[tensor].range);
        all.is_signed |= ranges[tensor].is_signed;
    }
    for (size_t tensor = 0; tensor < leaders.size(); ++tensor) {
        if (tensor > 0 && is_result(static_cast<int>(tensor) - 1)) continue;
        const auto &all = ranges[leader(tensor)];
        const double range = std::max(all.range, 1e-12);
        quantizations_[tensor] = all.is_signed
            ? Quantization{static_cast<float>(range / 127), 128}
            : Quantization{static_cast<float>(range / 255), 0};
    }
}

}  // namespace scoring
