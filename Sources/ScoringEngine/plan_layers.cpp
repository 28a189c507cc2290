// Layers that are no convolutions.
#include <algorithm>
#include <cmath>
#include <stdexcept>

#include "plan.hpp"

namespace scoring {

using dnnl::memory;
using Type = memory::data_type;
using Tag = memory::format_tag;

namespace {

const float *numbers(const memory &tensor) {
    return static_cast<const float *>(tensor.get_data_handle());
}

/// Where a part of `side` positions that are divided into `count` begins.
int64_t begin_of(int64_t part, int64_t side, int64_t count) { return part * side / count; }
int64_t end_of(int64_t part, int64_t side, int64_t count) {
    return ((part + 1) * side + count - 1) / count;
}

/// Means over windows that divide `from` into as many parts as `to` has positions; both float32,
/// channels last.
void average_parts(const memory &from, const memory &to) {
    const auto in = from.get_desc().get_dims(), out = to.get_desc().get_dims();
    const int64_t channels = in[1], height = in[2], width = in[3];
    auto *target = static_cast<float *>(to.get_data_handle());
    for (int64_t image = 0; image < in[0]; ++image) {
        const float *pixels = numbers(from) + image * height * width * channels;
        for (int64_t position = 0; position < out[2] * out[3]; ++position, target += channels) {
            const int64_t row = position / out[3], column = position % out[3];
            const int64_t top = begin_of(row, height, out[2]), bottom = end_of(row, height, out[2]);
            const int64_t left = begin_of(column, width, out[3]);
            const int64_t right = end_of(column, width, out[3]);
            std::fill(target, target + channels, 0.0f);
            for (int64_t y = top; y < bottom; ++y) {
                for (int64_t x = left; x < right; ++x) {
                    const float *pixel = pixels + (y * width + x) * channels;
                    for (int64_t c = 0; c < channels; ++c) target[c] += pixel[c];
                }
            }
            const float share = 1.0f / static_cast<float>((bottom - top) * (right - left));
            for (int64_t c = 0; c < channels; ++c) target[c] *= share;
        }
    }
}

}  // namespace

void Plan::pool(int node) {
    const auto &shape = graph_.shape(node);
    using Algorithm = dnnl::algorithm;
    const auto algorithm = shape.operation == CS_MAX_POOL       ? Algorithm::pooling_max
                           : shape.operation == CS_AVERAGE_POOL ? Algorithm::pooling_avg_include_padding
                                                                : Algorithm::pooling_avg_exclude_padding;
    const auto &from = source(node);
    const auto in = dims(graph_[node].inputs[0]), out = dims(node + 1);
    const bool counts_padding =
        shape.operation == CS_AVERAGE_POOL && (shape.padding[0] > 0 || shape.padding[1] > 0);
    if (counts_padding && graph_.quantization(node + 1).zero_point != 0) {
        throw std::invalid_argument("an int8 graph cannot pad what is averaged and may be negative");
    }
    // A window may end before the padding behind the image does.
    const auto behind = [&](int axis) {
        const int64_t covered = (out[2 + axis] - 1) * shape.stride + shape.kernel[axis];
        return std::max<int64_t>(covered - in[2 + axis] - shape.padding[axis], 0);
    };
    const dnnl::pooling_forward::primitive_desc description(
        processor(), dnnl::prop_kind::forward_inference, algorithm, from.get_desc(),
        any(out, graph_.type), {shape.stride, shape.stride}, {shape.kernel[0], shape.kernel[1]},
        {0, 0}, {shape.padding[0], shape.padding[1]}, {behind(0), behind(1)}, own_scratchpad());
    auto &output = tensors_[node + 1];
    output = sequence_.place(description.dst_desc());
    sequence_.add(description, {{DNNL_ARG_SRC, from}, {DNNL_ARG_DST, output}}, node);
}

void Plan::pool_adaptively(int node) {
    const auto from = widened(source(node));
    const auto to = sequence_.place(channels_last(dims(node + 1), Type::f32));
    sequence_.add(
        [](const Arguments &arguments) {
            average_parts(arguments.at(DNNL_ARG_SRC), arguments.at(DNNL_ARG_DST));
        },
        {{DNNL_ARG_SRC, from}, {DNNL_ARG_DST, to}}, node);
    tensors_[node + 1] = laid_as(channels_last(dims(node + 1), graph_.type), to);
}

/// The mean over space, float32.
void Plan::average(int node) {
    const auto from = widened(source(node));
    const auto to = sequence_.place(channels_last(dims(node + 1), Type::f32));
    sequence_.add(
        [](const Arguments &arguments) {
            average_parts(arguments.at(DNNL_ARG_SRC), arguments.at(DNNL_ARG_DST));
        },
        {{DNNL_ARG_SRC, from}, {DNNL_ARG_DST, to}}, node);
    tensors_[node + 1] = to;
}

/// A linear layer on the numbers of an image, in the graph's elements.
void Plan::connect(int node) {
    const auto &shape = graph_.shape(node);
    const int input = graph_[node].inputs[0];
    const auto from = source(node).get_desc().get_data_type() == graph_.type
        ? source(node)
        : laid_as(channels_last(dims(input), graph_.type), source(node));
    auto &weights = *graph_[node].weights;
    dnnl::post_ops after;
    scoring::activate(shape.activation, after);
    auto attributes = own_scratchpad();
    attributes.set_post_ops(after);
    Arguments arguments;
    if (graph_.type == Type::u8) {
        const auto &in = graph_.quantization(input), &out = graph_.quantization(node + 1);
        if (in.zero_point != 0 || out.zero_point != 0) {
            throw std::invalid_argument("an int8 graph has linear layers of rectified numbers alone");
        }
        attributes.set_scales_mask(DNNL_ARG_SRC, 0);
        attributes.set_scales_mask(DNNL_ARG_WEIGHTS, 1 << 0);
        attributes.set_scales_mask(DNNL_ARG_DST, 0);
        arguments[DNNL_ARG_ATTR_SCALES | DNNL_ARG_SRC] = vector_of(&in.scale, 1);
        arguments[DNNL_ARG_ATTR_SCALES | DNNL_ARG_WEIGHTS] = weights.factors;
        arguments[DNNL_ARG_ATTR_SCALES | DNNL_ARG_DST] = vector_of(&out.scale, 1);
    }
    const memory::desc rows({key.images, shape.outputs}, graph_.type, Tag::nc);
    const dnnl::inner_product_forward::primitive_desc description(
        processor(), dnnl::prop_kind::forward_inference, from.get_desc(),
        weights.any(shapes_[input].height, shapes_[input].width), weights.bias.get_desc(), rows,
        attributes);
    auto &output = tensors_[node + 1];
    output = sequence_.place(channels_last(dims(node + 1), graph_.type));
    arguments[DNNL_ARG_SRC] = from;
    arguments[DNNL_ARG_WEIGHTS] = weights.packed(description.weights_desc());
    arguments[DNNL_ARG_BIAS] = weights.bias;
    arguments[DNNL_ARG_DST] = sequence_.view(rows, output, 0);
    sequence_.add(description, std::move(arguments), node);
}

/// A linear layer that is a result: float32, summed in double.
void Plan::answer(int node) {
    const auto from = widened(source(node));
    const auto to = sequence_.place(channels_last(dims(node + 1), Type::f32));
    const int input = graph_[node].inputs[0];
    const auto quantization = graph_.quantization(input);
    const auto answer = [this, node, quantization](const Arguments &arguments) {
        const memory from = arguments.at(DNNL_ARG_SRC);
        const auto shape = from.get_desc().get_dims();
        const int64_t channels = shape[1], positions = shape[2] * shape[3];
        const int activation = graph_.shape(node).activation;
        const float *image = numbers(from);
        auto *target = static_cast<float *>(arguments.at(DNNL_ARG_DST).get_data_handle());
        const float *bias =
            static_cast<const float *>(graph_[node].weights->bias.get_data_handle());
        for (int64_t index = 0; index < shape[0]; ++index, image += channels * positions) {
            const float *weight = graph_[node].head.data();
            for (int64_t output = 0; output < graph_.shape(node).outputs; ++output) {
                double sum = 0;
                for (int64_t c = 0; c < channels; ++c) {
                    for (int64_t position = 0; position < positions; ++position) {
                        const float number = image[position * channels + c];
                        sum += (double(number) - quantization.zero_point) * *weight++;
                    }
                }
                sum = sum * quantization.scale + bias[output];
                if (activation == CS_RELU) sum = std::max(sum, 0.0);
                if (activation == CS_LOGISTIC) sum = 1 / (1 + std::exp(-sum));
                *target++ = static_cast<float>(sum);
            }
        }
    };
    sequence_.add(answer, {{DNNL_ARG_SRC, from}, {DNNL_ARG_DST, to}}, node);
    tensors_[node + 1] = to;
}

void Plan::concatenate(int node) {
    std::vector<memory::desc> sources;
    Arguments arguments;
    for (const int tensor : graph_[node].inputs) {
        arguments[DNNL_ARG_MULTIPLE_SRC + static_cast<int>(sources.size())] = tensors_[tensor];
        sources.push_back(tensors_[tensor].get_desc());
    }
    const dnnl::concat::primitive_desc description(
        processor(), channels_last(dims(node + 1), graph_.type), 1, sources, own_scratchpad());
    auto &output = tensors_[node + 1];
    output = sequence_.place(description.dst_desc());
    arguments[DNNL_ARG_DST] = output;
    sequence_.add(description, std::move(arguments), node);
}

/// The sum of two tensors that no convolution does on its way.
void Plan::sum(int node) {
    const auto &inputs = graph_[node].inputs;
    if (inputs.size() != 2 || graph_.type == Type::u8) {
        throw std::invalid_argument("node " + std::to_string(node) + " adds other than two tensors, or in int8");
    }
    const auto &first = tensors_[inputs[0]];
    const auto second = laid_as(first.get_desc(), tensors_[inputs[1]]);
    dnnl::post_ops after;
    scoring::activate(graph_.shape(node).activation, after);
    auto attributes = own_scratchpad();
    attributes.set_post_ops(after);
    const dnnl::binary::primitive_desc description(
        processor(), dnnl::algorithm::binary_add, first.get_desc(), second.get_desc(),
        any(dims(node + 1), graph_.output_type(node)), attributes);
    auto &output = tensors_[node + 1];
    output = sequence_.place(description.dst_desc());
    sequence_.add(
        description,
        {{DNNL_ARG_SRC_0, first}, {DNNL_ARG_SRC_1, second}, {DNNL_ARG_DST, output}}, node);
}

/// An activation that follows nothing that it could be part of.
void Plan::activate(int node) {
    const auto activation = graph_.shape(node).activation;
    if (graph_.type == Type::u8) {
        throw std::invalid_argument("node " + std::to_string(node) + " is an activation alone, in int8");
    }
    const auto &from = source(node);
    const dnnl::eltwise_forward::primitive_desc description(
        processor(), dnnl::prop_kind::forward_inference,
        activation == CS_RELU ? dnnl::algorithm::eltwise_relu : dnnl::algorithm::eltwise_logistic,
        from.get_desc(), any(dims(node + 1), graph_.output_type(node)), 0, 0, own_scratchpad());
    auto &output = tensors_[node + 1];
    output = sequence_.place(description.dst_desc());
    sequence_.add(description, {{DNNL_ARG_SRC, from}, {DNNL_ARG_DST, output}}, node);
}

}  // namespace scoring
