#include "layers.hpp"

#include <algorithm>
#include <stdexcept>
#include <string>

namespace scoring {

using Type = dnnl::memory::data_type;

namespace {

Type element_type(int dtype) {
    switch (dtype) {
        case CS_FLOAT32: return Type::f32;
        case CS_BFLOAT16: return Type::bf16;
        case CS_INT8: return Type::u8;
        default: throw std::invalid_argument("no scoring in elements of type " + std::to_string(dtype));
    }
}

/// Codes of non-negative numbers up to `range`; other elements than uint8 are numbers themselves.
Quantization from_zero(double range, Type type) {
    if (type != Type::u8) return {};
    return {static_cast<float>(std::max(range, 1e-12) / 255), 0};
}

/// Codes of numbers of both signs.
Quantization around_zero(double range, Type type) {
    if (type != Type::u8) return {};
    return {static_cast<float>(std::max(range, 1e-12) / 127), 128};
}

/// Of all weights, and a little for what layouts fill up.
size_t bytes_of(const cs_description &description, Type type) {
    size_t count = 0;
    for (int index = 0; index < description.convolution_count; ++index) {
        const auto &from = description.convolutions[index];
        count += size_t{1} * from.outputs * from.inputs * from.kernel * from.kernel;
    }
    return count * 33 / 32 * dnnl::memory::data_type_size(type);
}

}  // namespace

Layers::Layers(const cs_description &description)
    : type(element_type(description.dtype)),
      pixel_scale(static_cast<float>(description.pixel_scale)),
      pixel_offset(static_cast<float>(description.pixel_offset)),
      input(around_zero(description.input_range, type)), store_(bytes_of(description, type)) {
    const auto make = [&](Quantization source, bool from_zero_on) {
        const auto index = static_cast<int>(convolutions.size());
        if (index == description.convolution_count) {
            throw std::invalid_argument("the network has too few convolutions");
        }
        const auto &from = description.convolutions[index];
        const auto target =
            from_zero_on ? from_zero(from.output_range, type) : around_zero(from.output_range, type);
        convolutions.emplace_back(from, type, source, target, scratch_, store_);
        return index;
    };
    auto source = convolutions[make(input, true)].target();
    for (int number = 0; number < description.block_count; ++number) {
        Block block{.first = make(source, true), .second = 0, .shortcut = -1};
        block.second = make(convolutions[block.first].target(), true);
        if (description.has_shortcut[number]) block.shortcut = make(source, false);
        source = convolutions[block.second].target();
        blocks.push_back(block);
    }
    if (static_cast<int>(convolutions.size()) != description.convolution_count) {
        throw std::invalid_argument("the network has too many convolutions");
    }
    if (blocks.empty()) throw std::invalid_argument("the network has no block");
    const auto &last = description.convolutions[blocks.back().second];
    head_weight.assign(
        description.head_weight, description.head_weight + description.outputs * last.outputs);
    head_bias.assign(description.head_bias, description.head_bias + description.outputs);
}

int64_t Layers::stage_channels() const {
    int64_t sum = 0;
    for (const auto &block : blocks) {
        if (block.shortcut >= 0) sum += convolutions[block.shortcut].inputs();
    }
    return sum;
}

void Layers::release() {
    for (auto &convolution : convolutions) convolution.release();
    scratch_ = {};
}

}  // namespace scoring
