#include "graph_plan.hpp"

#include <algorithm>
#include <stdexcept>
#include <string_view>

#include "elements.hpp"

namespace scoring {

using dnnl::memory;
using Type = memory::data_type;
using Tag = memory::format_tag;

namespace {

/// What lies between two layers, and scratch memory, is computed in bands of rows where it is
/// larger: those stay in the processor's cache.
constexpr int64_t band_bytes = 768 << 10;

void activate(const cs_layer &layer, dnnl::post_ops &after) {
    using Algorithm = dnnl::algorithm;
    switch (layer.activation) {
        case CS_RELU: after.append_eltwise(Algorithm::eltwise_relu, 0, 0); break;
        case CS_LOGISTIC: after.append_eltwise(Algorithm::eltwise_logistic, 0, 0); break;
        default: break;
    }
}

bool is_named(const dnnl::convolution_forward::primitive_desc &description, const char *part) {
    return std::string_view(description.impl_info_str()).find(part) != std::string_view::npos;
}

/// oneDNN keeps the code of these implementations to the end of the process, for every size of
/// input that was ever seen.
bool is_kept_for_ever(const dnnl::convolution_forward::primitive_desc &description) {
    return is_named(description, "brg");
}

/// Whether oneDNN has nothing better for these layouts than its reference, hundreds of times
/// slower.
bool is_plain_loop(const dnnl::convolution_forward::primitive_desc &description) {
    return is_named(description, "ref:");
}

/// Whether oneDNN computes two layers one after the other, with all that lies between in memory.
bool is_written_between(const dnnl::convolution_forward::primitive_desc &description) {
    return is_named(description, "ref_fused");
}

memory::desc channels_last(const memory::dims &shape, Type type) { return {shape, type, Tag::nhwc}; }

/// However oneDNN chooses.
memory::desc any(const memory::dims &shape, Type type) { return {shape, type, Tag::any}; }

bool is_channels_last(const memory &tensor, Type type) {
    const auto desc = tensor.get_desc();
    return desc == channels_last(desc.get_dims(), type);
}

/// Rows or columns of the output for those of the input; of a layer that is not transposed.
int64_t along(const cs_layer &layer, int64_t side) {
    return (side + 2 * layer.padding - layer.kernel) / layer.stride + 1;
}

}  // namespace

GraphPlan::GraphPlan(GraphLayers &layers, int64_t height, int64_t width)
    : height(height), width(width), layers_(layers), tensors_(layers.count() + 1) {
    tensors_[0] = sequence_.place(channels_last({1, 3, height, width}, layers.type));
    for (int index = 0; index < layers.count();) {
        if (layers[index].shape.transposed) {
            spread(index++);
        } else if (const int done = convolve_several(index)) {
            index += done;
        } else {
            convolve(index++);
        }
    }
    for (const int result : layers.results()) sequence_.keep(tensor(result));
}

GraphPlan::GraphPlan(const GraphPlan &other)
    : height(other.height), width(other.width), layers_(other.layers_),
      sequence_(other.sequence_) {
    for (const auto &tensor : other.tensors_) {
        tensors_.push_back(sequence_.counterpart(other.sequence_, tensor));
    }
}

/// Of a layer that is not transposed.
GraphPlan::Reach GraphPlan::reach(int index, Rows target, int64_t height) const {
    const auto &layer = layers_[index].shape;
    const int64_t begin = target.begin * layer.stride - layer.padding;
    const int64_t end = (target.end - 1) * layer.stride - layer.padding + layer.kernel;
    const Rows rows = {std::max<int64_t>(begin, 0), std::min(end, height)};
    return {rows, rows.begin - begin, end - rows.end};
}

GraphPlan::Description GraphPlan::describe(
    int index, const memory::desc &source, const memory::desc &target,
    const std::optional<Reach> &reach, const std::optional<memory::desc> &added) const {
    dnnl::post_ops after;
    activate(layers_[index].shape, after);
    if (added) after.append_binary(dnnl::algorithm::binary_add, *added);
    return describe(index, source, target, after, reach);
}

GraphPlan::Description GraphPlan::describe(
    int index, const memory::desc &source, const memory::desc &target,
    const dnnl::post_ops &after, const std::optional<Reach> &reach) const {
    const auto &layer = layers_[index];
    auto attributes = own_scratchpad();
    attributes.set_post_ops(after);
    const int64_t stride = layer.shape.transposed ? 1 : layer.shape.stride;
    const int64_t padding = layer.shape.padding;
    const Description first(
        processor(),
        dnnl::prop_kind::forward_inference,
        dnnl::algorithm::convolution_direct,
        source,
        layer.any_weight(),
        layer.bias.get_desc(),
        target,
        {stride, stride},
        {reach ? reach->above : padding, padding},
        {reach ? reach->below : padding, padding},
        attributes,
        /*allow_empty=*/true);
    auto result = first;
    while (result && is_kept_for_ever(result)) {
        if (!result.next_impl()) return first;
    }
    return is_plain_loop(result) ? first : result;
}

bool GraphPlan::Fitted::takes(
    const memory::desc &source, const memory::desc &target, const Reach &reach) const {
    return description && above == reach.above && below == reach.below &&
           description.src_desc() == source && description.dst_desc() == target;
}

void GraphPlan::add(
    int index, const Fitted &fitted, const memory &source, const memory &target,
    const memory &added) {
    auto &layer = layers_[index];
    const auto &description = fitted.description;
    Arguments arguments = {
        {DNNL_ARG_SRC, source},
        {DNNL_ARG_WEIGHTS, layer.weight(description.weights_desc())},
        {DNNL_ARG_BIAS, layer.bias},
        {DNNL_ARG_DST, target}};
    if (added) {
        const int last = description.get_primitive_attr().get_post_ops().len() - 1;
        arguments[DNNL_ARG_ATTR_MULTIPLE_POST_OP(last) | DNNL_ARG_SRC_1] = added;
    }
    sequence_.add(fitted.operation, description.scratchpad_desc(), std::move(arguments));
}

/// Of a placed tensor that lies channels last.
memory GraphPlan::rows(const memory &tensor, Rows rows) {
    const auto desc = tensor.get_desc();
    auto part = desc.get_dims();
    const size_t row_bytes = desc.get_size() / part[2];
    part[2] = rows.count();
    return sequence_.view(
        channels_last(part, desc.get_data_type()), tensor, rows.begin * row_bytes);
}

/// The tensor's elements as `from` describes them, to where `to` says in the target.
void GraphPlan::reorder(
    const memory::desc &from, const memory &tensor, const memory::desc &to,
    const memory &target) {
    const dnnl::reorder::primitive_desc description(
        processor(), from, processor(), to, own_scratchpad());
    sequence_.add(
        std::make_shared<Operation>(description), description.scratchpad_desc(),
        {{DNNL_ARG_FROM, tensor}, {DNNL_ARG_TO, target}});
}

/// The tensor itself, or a copy.
memory GraphPlan::laid_as(const memory::desc &wanted, const memory &tensor) {
    if (tensor.get_desc() == wanted) return tensor;
    const auto result = sequence_.place(wanted);
    reorder(tensor.get_desc(), tensor, wanted, result);
    return result;
}

void GraphPlan::convolve(int index) {
    const auto &shape = layers_[index].shape;
    memory source = tensors_[shape.input];
    const auto in = source.get_desc().get_dims();
    auto target = any(
        {1, shape.outputs, along(shape, in[2]), along(shape, in[3])}, layers_.output_type(index));
    auto description = describe(index, source.get_desc(), target);
    if (is_plain_loop(description)) {
        description = describe(index, any(in, layers_.type), target);
        source = laid_as(description.src_desc(), source);
    }
    target = description.dst_desc();
    memory added;
    if (shape.added >= 0) {
        added = laid_as(target, tensors_[shape.added]);
        description = describe(index, source.get_desc(), target, std::nullopt, target);
    }
    const auto result = tensors_[index + 1] = sequence_.place(target);
    const auto scratch = static_cast<int64_t>(description.scratchpad_desc().get_size());
    const bool rows_stay_apart = shape.kernel == 1 && shape.stride == 1 &&
                                 is_channels_last(source, layers_.type) &&
                                 is_channels_last(result, layers_.output_type(index));
    if (scratch <= band_bytes || !rows_stay_apart) {
        add(index, Fitted(description), source, result, added);
        return;
    }
    // Some copy all of the source into their scratch memory first.
    const int64_t band = std::max<int64_t>(1, in[2] * band_bytes / scratch);
    Fitted operation;
    for (Rows part = {0, 0}; part.begin < in[2]; part.begin = part.end) {
        part.end = std::min(part.begin + band, in[2]);
        const auto from = rows(source, part), to = rows(result, part);
        if (!operation.takes(from.get_desc(), to.get_desc(), {part, 0, 0})) {
            description = describe(
                index, from.get_desc(), to.get_desc(), std::nullopt,
                added ? std::optional(to.get_desc()) : std::nullopt);
            operation = Fitted(description);
        }
        add(index, operation, from, to, added ? rows(added, part) : memory());
    }
}

/// A convolution and one of 3 x 3 for each channel after it, so that what lies between need not go
/// to memory and back. How many layers it did: 0 where these are no such layers, and where oneDNN
/// has nothing better for these sizes than one after the other.
int GraphPlan::convolve_several(int index) {
    if (index + 1 == layers_.count()) return 0;
    const auto &one = layers_[index].shape, &two = layers_[index + 1].shape;
    const bool fits = one.groups == 1 && one.added < 0 && two.input == index + 1 &&
                      two.added < 0 && two.groups > 1 && two.kernel == 3 && two.padding == 1 &&
                      two.stride <= 2 && layers_.is_read_only_by(index + 1, index);
    if (!fits) return 0;
    const bool is_pointwise = one.kernel == 1 && one.stride == 1 && one.padding == 0;
    const auto fused = is_pointwise ? describe_fused(index) : Description();
    const bool is_fast = fused && !is_plain_loop(fused) && !is_kept_for_ever(fused);
    // Some take as much scratch memory as all that lies between.
    if (!is_fast || is_written_between(fused) ||
        fused.scratchpad_desc().get_size() > static_cast<size_t>(band_bytes)) {
        if (narrows(index + 2) && convolve_in_bands(index, index + 2)) return 3;
        if (convolve_in_bands(index, index + 1)) return 2;
    }
    if (is_fast) convolve_fused(index, fused);
    return is_fast ? 2 : 0;
}

GraphPlan::Description GraphPlan::describe_fused(int index) const {
    const auto &one = layers_[index].shape, &two = layers_[index + 1].shape;
    const auto source = tensors_[one.input].get_desc();
    auto between = source.get_dims();
    between[1] = one.outputs;
    dnnl::post_ops after;
    activate(one, after);
    after.append_dw(
        layers_.type, Type::f32, layers_.output_type(index + 1), two.kernel, two.stride,
        two.padding);
    activate(two, after);
    return describe(index, source, any(between, layers_.type), after);
}

void GraphPlan::convolve_fused(int index, const Description &fused) {
    auto &first = layers_[index], &second = layers_[index + 1];
    constexpr int dw = DNNL_ARG_ATTR_POST_OP_DW;
    const auto kernels = fused.query_md(dnnl::query::exec_arg_md, dw | DNNL_ARG_WEIGHTS);
    const auto result = tensors_[index + 2] = sequence_.place(fused.dst_desc());
    sequence_.add(
        std::make_shared<Operation>(fused), fused.scratchpad_desc(),
        {{DNNL_ARG_SRC, tensors_[first.shape.input]},
         {DNNL_ARG_WEIGHTS, first.weight(fused.weights_desc())},
         {DNNL_ARG_BIAS, first.bias},
         {dw | DNNL_ARG_WEIGHTS, second.weight(kernels)},
         {dw | DNNL_ARG_BIAS, second.bias},
         {DNNL_ARG_DST, result}});
}

/// Two layers by turns for bands of rows, and where `last` is the third, one of 1 x 1 on what they
/// put out, that one too. Whether that pays: what lies between is large, and oneDNN takes channels
/// last by itself.
bool GraphPlan::convolve_in_bands(int index, int last) {
    const auto &one = layers_[index].shape, &two = layers_[index + 1].shape;
    const memory source = tensors_[one.input];
    const auto in = source.get_desc().get_dims();
    const Type type = layers_.type;
    const memory::dims middle = {1, one.outputs, along(one, in[2]), along(one, in[3])};
    const memory::dims out = {1, two.outputs, along(two, middle[2]), along(two, middle[3])};
    const auto bytes = static_cast<int64_t>(channels_last(middle, type).get_size());
    if (bytes <= band_bytes || !is_channels_last(source, type)) return false;
    const auto of_rows = [](memory::dims shape, Rows rows) {
        shape[2] = rows.count();
        return shape;
    };
    const bool goes_on = last > index + 1;
    const auto &end = layers_[last].shape;
    const memory::dims results = {1, end.outputs, out[2], out[3]};
    const memory added = end.added < 0 ? memory() : tensors_[end.added];
    // Rows at a band's edge are computed for the next one again.
    const int64_t fewest = 16 / two.stride;
    const int64_t band = std::max<int64_t>(fewest, out[2] * band_bytes / bytes);
    memory result, hidden, narrow;
    Fitted first, second, third;
    for (Rows part = {0, 0}; part.begin < out[2]; part.begin = part.end) {
        part.end = std::min(part.begin + band, out[2]);
        const auto second_reach = reach(index + 1, part, middle[2]);
        const auto first_reach = reach(index, second_reach.rows, in[2]);
        const auto from = channels_last(of_rows(in, first_reach.rows), type);
        const auto between = channels_last(of_rows(middle, second_reach.rows), type);
        const auto spread =
            channels_last(of_rows(out, part), layers_.output_type(index + 1));
        const auto to = channels_last(of_rows(results, part), layers_.output_type(last));
        // Bands are alike but for the first and the last; of the first it is seen what is chosen.
        const auto prepare = [&](Fitted &operation, int layer, const memory::desc &source,
                                 const memory::desc &target, const Reach &reach) {
            if (operation.takes(source, target, reach)) return true;
            const auto beside = layer == last && added ? std::optional(target) : std::nullopt;
            const bool is_free = !result && !beside;
            const auto description = describe(
                layer, source,
                is_free ? any(target.get_dims(), target.get_data_type()) : target, reach, beside);
            if (!description || is_plain_loop(description)) return false;
            operation = Fitted(description, reach);
            return operation.takes(source, target, reach);
        };
        if (!prepare(first, index, from, between, first_reach) ||
            !prepare(second, index + 1, between, spread, second_reach) ||
            (goes_on && !prepare(third, last, spread, to, {part, 0, 0}))) {
            if (!result) return false;
            throw std::runtime_error("oneDNN computes some bands of rows and others not");
        }
        if (!result) result = sequence_.place(channels_last(results, layers_.output_type(last)));
        // One for all bands of a size.
        const auto place = [&](memory &tensor, const memory::desc &desc) {
            if (!tensor || tensor.get_desc() != desc) tensor = sequence_.place(desc);
        };
        place(hidden, between);
        add(index, first, rows(source, first_reach.rows), hidden);
        if (goes_on) {
            place(narrow, spread);
            add(index + 1, second, hidden, narrow);
            add(last, third, narrow, rows(result, part), added ? rows(added, part) : memory());
        } else {
            add(index + 1, second, hidden, rows(result, part));
        }
    }
    tensors_[last + 1] = result;
    return true;
}

/// Whether a layer is one of 1 x 1, and alone reads what the layer before it puts out.
bool GraphPlan::narrows(int index) const {
    if (index >= layers_.count()) return false;
    const auto &layer = layers_[index].shape;
    return layer.input == index && !layer.transposed && layer.groups == 1 && layer.kernel == 1 &&
           layer.stride == 1 && layer.padding == 0 &&
           (layer.added < 0 ||
            (layer.added < index &&
             is_channels_last(tensors_[layer.added], layers_.output_type(index)))) &&
           layers_.is_read_only_by(index, index - 1);
}

/// A transposed layer: each place becomes kernel x kernel places, which do not overlap. So it is a
/// convolution of 1 x 1 with as many outputs, which are then put side by side; oneDNN's own
/// took half of the network's time.
void GraphPlan::spread(int index) {
    auto &layer = layers_[index];
    const auto &shape = layer.shape;
    const auto in = tensors_[shape.input].get_desc().get_dims();
    const int64_t height = in[2], width = in[3], k = shape.kernel, outputs = shape.outputs;
    const Type type = layers_.output_type(index);
    const auto source = laid_as(channels_last(in, layers_.type), tensors_[shape.input]);
    const auto description = describe(
        index, source.get_desc(),
        channels_last({1, layer.places() * outputs, height, width}, type));
    const auto apart = sequence_.place(description.dst_desc());
    add(index, Fitted(description), source, apart);
    auto &result = tensors_[index + 1];
    result = sequence_.place(channels_last({1, outputs, k * height, k * width}, type));
    // Row, row of the kernel, column, column of the kernel with its channels.
    const memory::dims parts = {height, k, width, k * outputs};
    const int64_t part = k * outputs;
    reorder(
        {parts, type, {width * k * part, part, k * part, 1}}, apart,
        {parts, type, {k * width * part, width * part, part, 1}}, result);
}

void GraphPlan::run(Workspace &workspace, const uint8_t *pixels) {
    sequence_.settle(workspace);
    void *values = tensors_[0].get_data_handle();
    const int64_t count = 3 * height * width;
    if (layers_.type == Type::bf16) {
        std::transform(pixels, pixels + count, static_cast<BFloat16 *>(values), [](uint8_t pixel) {
            return element<BFloat16>(pixel, {});
        });
    } else {
        std::copy_n(pixels, count, static_cast<float *>(values));
    }
    dnnl::stream stream(processor());
    const auto maker = sequence_.make_meanwhile();
    for (auto &step : sequence_.steps()) step.operation->made().execute(stream, step.arguments);
    stream.wait();
}

}  // namespace scoring
