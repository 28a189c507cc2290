#include "plan.hpp"

#include <cmath>

#include "cells.hpp"

namespace scoring {

using dnnl::memory;
using Type = memory::data_type;
using Tag = memory::format_tag;

Plan::Plan(Layers &layers, Key key) : key(key), layers_(layers) {
    const int64_t width = cells_along(key.size);
    cells_ = place(
        {{key.images, layers.convolutions[0].inputs(), width, width}, layers.type, Tag::nhwc});
    auto x = pool(convolve(0, cells_, /*relu=*/true));
    for (const auto &block : layers.blocks) {
        if (block.shortcut >= 0) stages_.push_back(widen(x, stage_end));
        const auto hidden = convolve(block.first, x, /*relu=*/true);
        if (block.shortcut >= 0) x = convolve(block.shortcut, x, /*relu=*/false);
        x = convolve_onto(block.second, hidden, x);
    }
    features_ = widen(x);
    sequence_.keep(features_.tensor);
}

Plan::Placed Plan::place(const memory::desc &desc, Quantization quantization) {
    return {sequence_.place(desc), quantization};
}

Plan::Placed Plan::convolve(int index, const Placed &input, bool relu) {
    const auto &convolution = layers_.convolutions[index];
    const auto description = convolution.describe(input.tensor.get_desc(), std::nullopt, relu);
    return convolve(
        index, input, description, place(description.dst_desc(), convolution.target()));
}

Plan::Placed Plan::convolve_onto(int index, const Placed &input, const Placed &target) {
    const auto &convolution = layers_.convolutions[index];
    const Layout added{target.tensor.get_desc(), target.quantization};
    return convolve(
        index, input,
        convolution.describe(input.tensor.get_desc(), added, /*relu=*/true),
        {target.tensor, convolution.target()});
}

Plan::Placed Plan::convolve(
    int index, const Placed &input, const dnnl::convolution_forward::primitive_desc &description,
    const Placed &output) {
    auto arguments = layers_.convolutions[index].constants(description);
    arguments[DNNL_ARG_SRC] = input.tensor;
    arguments[DNNL_ARG_DST] = output.tensor;
    sequence_.add(
        std::make_shared<Operation>(description), description.scratchpad_desc(),
        std::move(arguments), index);
    return output;
}

/// The largest of 3 x 3 places, 2 apart.
Plan::Placed Plan::pool(const Placed &input) {
    const auto shape = input.tensor.get_desc().get_dims();
    const memory::dims pooled = {shape[0], shape[1], (shape[2] + 1) / 2, (shape[3] + 1) / 2};
    // An even side has its padding before the first place alone.
    const int64_t after = shape[2] % 2;
    const dnnl::pooling_forward::primitive_desc description(
        processor(), dnnl::prop_kind::forward_inference, dnnl::algorithm::pooling_max,
        input.tensor.get_desc(), {pooled, layers_.type, Tag::any}, {2, 2}, {3, 3}, {0, 0}, {1, 1},
        {after, after}, own_scratchpad());
    const auto output = place(description.dst_desc(), input.quantization);
    sequence_.add(
        std::make_shared<Operation>(description), description.scratchpad_desc(),
        {{DNNL_ARG_SRC, input.tensor}, {DNNL_ARG_DST, output.tensor}});
    return output;
}

/// As float32, channels last.
Plan::Placed Plan::widen(const Placed &input, int label) {
    const auto desc = input.tensor.get_desc();
    const auto output = place({desc.get_dims(), Type::f32, Tag::nhwc}, input.quantization);
    const dnnl::reorder::primitive_desc description(
        processor(), desc, processor(), output.tensor.get_desc(), own_scratchpad());
    sequence_.add(
        std::make_shared<Operation>(description), description.scratchpad_desc(),
        {{DNNL_ARG_FROM, input.tensor}, {DNNL_ARG_TO, output.tensor}}, label);
    return output;
}

void Plan::run(Workspace &workspace, const float *planes, const Results &to) {
    sequence_.settle(workspace);
    fill(planes);
    dnnl::stream stream(processor());
    const int64_t width = layers_.stage_channels();
    const auto maker = sequence_.make_meanwhile(
        to.means == nullptr ? std::optional(stage_end) : std::nullopt);
    auto stage = stages_.begin();
    auto *means = to.means;
    for (auto &step : sequence_.steps()) {
        if (step.label == stage_end && means == nullptr) continue;
        step.operation->made().execute(stream, step.arguments);
        if (step.label == stage_end) {
            const auto shape = stage->tensor.get_desc().get_dims();
            const float share = 1.0f / static_cast<float>(shape[2] * shape[3]);
            for (int64_t image = 0; image < key.images; ++image) {
                sum(*stage, image, share * stage->quantization.scale, means + image * width);
            }
            means += shape[1];
            ++stage;
        }
        if (to.maxima == nullptr || step.label < 0) continue;
        const auto &output = step.arguments[DNNL_ARG_DST];
        const auto *elements = static_cast<const float *>(output.get_data_handle());
        const size_t count = output.get_desc().get_size() / sizeof(float);
        auto &largest = to.maxima[step.label];
        for (size_t i = 0; i < count; ++i) {
            largest = std::max(largest, std::abs(static_cast<double>(elements[i])));
        }
    }
    stream.wait();
    read(to.logits);
}

void Plan::fill(const float *planes) {
    const auto &stem = layers_.convolutions[0];
    const auto cells = [&](auto example) {
        fill_cells(
            planes, key.images, key.size, stem.inputs(), layers_.pixel_scale,
            layers_.pixel_offset, layers_.input,
            static_cast<decltype(example) *>(cells_.tensor.get_data_handle()));
    };
    switch (layers_.type) {
        case Type::u8: cells(uint8_t{}); break;
        case Type::bf16: cells(BFloat16{}); break;
        default: cells(float{});
    }
}

/// The head: the mean of all places, and one product with its weights.
void Plan::read(float *logits) const {
    const auto shape = features_.tensor.get_desc().get_dims();
    const int64_t channels = shape[1], places = shape[2] * shape[3];
    const float factor = features_.quantization.scale / static_cast<float>(places);
    std::vector<float> mean(channels);
    for (int64_t image = 0; image < key.images; ++image) {
        sum(features_, image, 1, mean.data());
        const auto *weight = layers_.head_weight.data();
        for (int64_t output = 0; output < layers_.outputs(); ++output) {
            double sum = 0;
            for (int64_t c = 0; c < channels; ++c) sum += double(mean[c]) * *weight++;
            *logits++ = static_cast<float>(sum * factor + layers_.head_bias[output]);
        }
    }
}

void Plan::sum(const Placed &planes, int64_t image, float factor, float *sums) {
    const auto shape = planes.tensor.get_desc().get_dims();
    const int64_t channels = shape[1], places = shape[2] * shape[3];
    const auto *element = static_cast<const float *>(planes.tensor.get_data_handle())
        + image * places * channels;
    std::fill(sums, sums + channels, 0.0f);
    for (int64_t place = 0; place < places; ++place) {
        for (int64_t c = 0; c < channels; ++c) sums[c] += *element++;
    }
    for (int64_t c = 0; c < channels; ++c) sums[c] *= factor;
}

}  // namespace scoring
