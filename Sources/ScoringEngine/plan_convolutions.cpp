// Convolutions, each fused with what follows it.
#include <bit>
#include <stdexcept>

#include "implementations.hpp"
#include "plan.hpp"

namespace scoring {

using dnnl::memory;
using Type = memory::data_type;
using Tag = memory::format_tag;

namespace {

/// What follows a convolution, but for the tensors that are added.
void append(const dnnl::post_ops &after, std::vector<int64_t> &numbers) {
    for (int index = 0; index < after.len(); ++index) {
        numbers.push_back(static_cast<int64_t>(after.kind(index)));
        if (after.kind(index) == dnnl::primitive::kind::eltwise) {
            dnnl::algorithm algorithm;
            float alpha, beta;
            after.get_params_eltwise(index, algorithm, alpha, beta);
            numbers.push_back(static_cast<int64_t>(algorithm));
        } else if (after.kind(index) == dnnl::primitive::kind::sum) {
            float scale;
            int32_t zero_point;
            Type type;
            after.get_params_sum(index, scale, zero_point, type);
            numbers.push_back(std::bit_cast<int32_t>(scale));
            numbers.push_back(zero_point);
        } else if (after.kind(index) == dnnl::primitive::kind::convolution) {
            Type weight, bias, target;
            memory::dim kernel, stride, padding;
            after.get_params_dw(index, weight, bias, target, kernel, stride, padding);
            numbers.insert(numbers.end(), {static_cast<int64_t>(target), kernel, stride, padding});
        }
    }
}

}  // namespace

Plan::Description Plan::describe(
    int node, const memory::desc &source, const memory::desc &target, const dnnl::post_ops &after,
    const std::optional<Reach> &reach) {
    const auto &shape = graph_.shape(node);
    const auto &weights = *graph_[node].weights;
    const bool is_int8 = graph_.type == Type::u8;
    const auto zero_point = [&](int tensor) { return graph_.quantization(tensor).zero_point; };
    const int zero_in = zero_point(graph_[node].inputs[0]), zero_out = zero_point(node + 1);
    auto attributes = own_scratchpad();
    attributes.set_post_ops(after);
    if (is_int8) {
        attributes.set_scales_mask(DNNL_ARG_SRC, 0);
        attributes.set_scales_mask(DNNL_ARG_WEIGHTS, shape.groups == 1 ? 1 << 0 : 1 << 0 | 1 << 1);
        if (!graph_.is_result(node)) attributes.set_scales_mask(DNNL_ARG_DST, 0);
        if (zero_in != 0) attributes.set_zero_points_mask(DNNL_ARG_SRC, 0);
        if (zero_out != 0) attributes.set_zero_points_mask(DNNL_ARG_DST, 0);
    }
    const bool is_transposed = shape.operation == CS_TRANSPOSED_CONVOLUTION;
    const int64_t stride = is_transposed ? 1 : shape.stride;
    const int64_t above = reach ? reach->above : shape.padding[0];
    const int64_t below = reach ? reach->below : shape.padding[0], side = shape.padding[1];
    Request request{
        source, weights.any(), target, {stride, above, below, side, zero_in, zero_out, is_int8}};
    append(after, request.numbers);
    for (const auto &[known, description] : known_) {
        if (known == request) return description;
    }
    Description result(
        processor(), dnnl::prop_kind::forward_inference, dnnl::algorithm::convolution_direct, source,
        weights.any(), weights.bias.get_desc(), target, {stride, stride}, {above, side},
        {below, side}, attributes, /*allow_empty=*/graph_.sizes_vary);
    if (graph_.sizes_vary) {
        while (result && is_kept_for_ever(result) && result.next_impl()) {}
    }
    known_.emplace_back(std::move(request), result);
    return result;
}

std::shared_ptr<Operation> Plan::operation_of(const Description &description) {
    auto &operation = operations_[description.get()];
    if (!operation) operation = std::make_shared<Operation>(description);
    return operation;
}

Plan::Arguments Plan::constants(int node, const Description &description) {
    auto &weights = *graph_[node].weights;
    Arguments result = {
        {DNNL_ARG_WEIGHTS, weights.packed(description.weights_desc())},
        {DNNL_ARG_BIAS, weights.bias}};
    if (graph_.type != Type::u8) return result;
    result[DNNL_ARG_ATTR_SCALES | DNNL_ARG_WEIGHTS] = weights.factors;
    const auto set = [&](int argument, const Quantization &quantization) {
        result[DNNL_ARG_ATTR_SCALES | argument] = vector_of(&quantization.scale, 1);
        if (quantization.zero_point == 0) return;
        memory zero({{1}, Type::s32, Tag::a}, processor());
        *static_cast<int32_t *>(zero.get_data_handle()) = quantization.zero_point;
        result[DNNL_ARG_ATTR_ZERO_POINTS | argument] = zero;
    };
    set(DNNL_ARG_SRC, graph_.quantization(graph_[node].inputs[0]));
    if (!graph_.is_result(node)) set(DNNL_ARG_DST, graph_.quantization(node + 1));
    return result;
}

void Plan::add(
    int node, const Fitted &fitted, const memory &source, const memory &target,
    const memory &added) {
    const auto &description = fitted.description;
    auto arguments = constants(node, description);
    arguments[DNNL_ARG_SRC] = source;
    arguments[DNNL_ARG_DST] = target;
    if (added) {
        const auto after = description.get_primitive_attr().get_post_ops();
        int place = after.len() - 1;
        while (after.kind(place) != dnnl::primitive::kind::binary) --place;
        arguments[DNNL_ARG_ATTR_MULTIPLE_POST_OP(place) | DNNL_ARG_SRC_1] = added;
    }
    sequence_.add(operation_of(description), description.scratchpad_desc(), std::move(arguments), node);
}

/// With what is added lying where the output is written: in its own place where nothing else reads
/// it, or else in a copy.
void Plan::convolve_onto(int node) {
    const auto &shape = graph_.shape(node);
    const auto type = graph_.output_type(node);
    const auto &from = source(node);
    dnnl::post_ops after;
    scoring::activate(shape.activation, after);
    auto target = any(dims(node + 1), type);
    memory output;
    if (shape.added >= 0) {
        const auto &added = tensors_[shape.added];
        const bool is_free = graph_.is_last_reader(node, shape.added) && type == graph_.type &&
                             graph_[node].inputs[0] != shape.added;
        if (graph_.type == Type::u8 && type != Type::u8) {
            throw std::invalid_argument("an int8 graph cannot give sums in float32");
        }
        if (is_free) {
            output = added;
        } else {
            output = sequence_.place(channels_last(dims(node + 1), type));
            reorder(added.get_desc(), added, output.get_desc(), output);
        }
        target = output.get_desc();
        const auto &quantization = graph_.quantization(shape.added);
        after.append_sum(quantization.scale, quantization.zero_point, type);
        if (shape.rectifies_sum) scoring::activate(CS_RELU, after);
    }
    const auto description = describe(node, from.get_desc(), target, after);
    if (!output) output = sequence_.place(description.dst_desc());
    add(node, Fitted(description), from, output);
    tensors_[node + 1] = output;
}

/// For ever new sizes: with what is added in a tensor of its own.
void Plan::convolve(int node) {
    const auto &shape = graph_.shape(node);
    memory from = source(node);
    const auto after = [&](const std::optional<memory::desc> &added) {
        return post_ops(shape, added);
    };
    auto target = any(dims(node + 1), graph_.output_type(node));
    auto description = describe(node, from.get_desc(), target, after({}));
    if (is_plain_loop(description)) {
        description = describe(node, any(dims(graph_[node].inputs[0]), graph_.type), target, after({}));
        from = laid_as(description.src_desc(), from);
    }
    target = description.dst_desc();
    memory added;
    if (shape.added >= 0) {
        added = laid_as(target, tensors_[shape.added]);
        description = describe(node, from.get_desc(), target, after(target));
    }
    tensors_[node + 1] = sequence_.place(target);
    add(node, Fitted(description), from, tensors_[node + 1], added);
}

/// A transposed convolution: each position becomes kernel x kernel positions, which do not overlap.
/// That is a convolution of 1 x 1 with as many outputs, which are then put side by side; oneDNN's
/// own took half of the face detector's time.
void Plan::spread(int node) {
    const auto &shape = graph_.shape(node);
    const auto in = dims(graph_[node].inputs[0]);
    const int64_t images = in[0], height = in[2], width = in[3], outputs = shape.outputs;
    const int64_t rows = shape.kernel[0], columns = shape.kernel[1];
    const Type type = graph_.output_type(node);
    const auto from = laid_as(channels_last(in, graph_.type), source(node));
    const auto description = describe(
        node, from.get_desc(),
        channels_last({images, rows * columns * outputs, height, width}, type),
        post_ops(shape, {}));
    const auto apart = sequence_.place(description.dst_desc());
    add(node, Fitted(description), from, apart);
    auto &result = tensors_[node + 1];
    result = sequence_.place(channels_last(dims(node + 1), type));
    // Row, row of the kernel, column, column of the kernel with its channels.
    const int64_t part = columns * outputs;
    const memory::dims parts = {images * height, rows, width, part};
    reorder(
        {parts, type, {width * rows * part, part, rows * part, 1}}, apart,
        {parts, type, {rows * width * part, width * part, part, 1}}, result);
}

}  // namespace scoring
