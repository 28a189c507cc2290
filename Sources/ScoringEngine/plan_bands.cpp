// Convolutions of single large images in bands of rows: what lies between two layers, and scratch
// memory, stays in the processor's cache.
#include <algorithm>
#include <stdexcept>

#include "implementations.hpp"
#include "plan.hpp"

namespace scoring {

using dnnl::memory;
using Type = memory::data_type;

namespace {

/// Bytes from which on bands are taken.
constexpr int64_t band_bytes = 768 << 10;

bool is_channels_last(const memory &tensor, Type type) {
    const auto desc = tensor.get_desc();
    return desc == channels_last(desc.get_dims(), type);
}

bool is_pointwise(const cs_node &node) {
    return node.kernel[0] == 1 && node.kernel[1] == 1 && node.stride == 1 && node.padding[0] == 0 &&
           node.padding[1] == 0;
}

/// A kernel of 3 x 3 for each channel.
bool is_depthwise(const cs_node &node) {
    return node.operation == CS_CONVOLUTION && node.groups == node.source &&
           node.outputs == node.source && node.groups > 1 && node.kernel[0] == 3 &&
           node.kernel[1] == 3 && node.padding[0] == 1 && node.padding[1] == 1 && node.stride <= 2;
}

}  // namespace

bool Plan::Fitted::takes(
    const memory::desc &source, const memory::desc &target, const Reach &reach) const {
    return description && above == reach.above && below == reach.below &&
           description.src_desc() == source && description.dst_desc() == target;
}

Plan::Reach Plan::reach(int node, Rows target, int64_t height) const {
    const auto &shape = graph_.shape(node);
    const int64_t begin = target.begin * shape.stride - shape.padding[0];
    const int64_t end = (target.end - 1) * shape.stride - shape.padding[0] + shape.kernel[0];
    const Rows rows = {std::max<int64_t>(begin, 0), std::min(end, height)};
    return {rows, rows.begin - begin, end - rows.end};
}

/// Of a placed tensor of one image that lies channels last.
memory Plan::rows(const memory &tensor, Rows rows) {
    const auto desc = tensor.get_desc();
    auto part = desc.get_dims();
    const size_t row_bytes = desc.get_size() / part[2];
    part[2] = rows.count();
    return sequence_.view(
        channels_last(part, desc.get_data_type()), tensor, rows.begin * row_bytes);
}

/// A convolution of 1 x 1 in bands, where oneDNN would first copy all of its input into scratch
/// memory. Whether it was one.
bool Plan::convolve_rows(int node) {
    const auto &shape = graph_.shape(node);
    const auto &from = source(node);
    if (!is_pointwise(shape) || !is_channels_last(from, graph_.type)) return false;
    const auto in = from.get_desc().get_dims();
    const auto whole = describe(
        node, from.get_desc(), any(dims(node + 1), graph_.output_type(node)), post_ops(shape, {}));
    const auto scratch = static_cast<int64_t>(whole.scratchpad_desc().get_size());
    const auto target = channels_last(dims(node + 1), graph_.output_type(node));
    if (is_plain_loop(whole) || scratch <= band_bytes || whole.dst_desc() != target) return false;
    const auto added = shape.added < 0 ? memory() : laid_as(target, tensors_[shape.added]);
    const auto result = tensors_[node + 1] = sequence_.place(target);
    const int64_t band = std::max<int64_t>(1, in[2] * band_bytes / scratch);
    Fitted operation;
    for (Rows part = {0, 0}; part.begin < in[2]; part.begin = part.end) {
        part.end = std::min(part.begin + band, in[2]);
        const auto source = rows(from, part), to = rows(result, part);
        if (!operation.takes(source.get_desc(), to.get_desc(), {part, 0, 0})) {
            const auto beside = added ? std::optional(to.get_desc()) : std::nullopt;
            operation = Fitted(
                describe(node, source.get_desc(), to.get_desc(), post_ops(shape, beside)));
        }
        add(node, operation, source, to, added ? rows(added, part) : memory());
    }
    return true;
}

/// A convolution and a depthwise one of 3 x 3 after it, so that what lies between need not go to
/// memory and back. How many nodes it did: 0 where these are no such nodes, and where oneDNN has
/// nothing better for these sizes than one after the other.
int Plan::convolve_several(int node) {
    if (node + 1 == graph_.count()) return 0;
    const auto &one = graph_.shape(node), &two = graph_.shape(node + 1);
    const bool fits = one.groups == 1 && one.added < 0 && is_depthwise(two) && two.added < 0 &&
                      graph_[node + 1].inputs[0] == node + 1 &&
                      graph_.is_read_only_by(node + 1, node);
    if (!fits) return 0;
    const auto fused = is_pointwise(one) ? describe_fused(node) : Description();
    const bool is_fast = fused && !is_plain_loop(fused) && !is_kept_for_ever(fused);
    // Some take as much scratch memory as all that lies between.
    if (!is_fast || is_written_between(fused) ||
        fused.scratchpad_desc().get_size() > static_cast<size_t>(band_bytes)) {
        if (narrows(node + 2) && convolve_in_bands(node, node + 2)) return 3;
        if (convolve_in_bands(node, node + 1)) return 2;
    }
    if (is_fast) convolve_fused(node, fused);
    return is_fast ? 2 : 0;
}

Plan::Description Plan::describe_fused(int node) {
    const auto &one = graph_.shape(node), &two = graph_.shape(node + 1);
    dnnl::post_ops after;
    scoring::activate(one.activation, after);
    after.append_dw(
        graph_.type, Type::f32, graph_.output_type(node + 1), two.kernel[0], two.stride,
        two.padding[0]);
    scoring::activate(two.activation, after);
    return describe(node, source(node).get_desc(), any(dims(node + 1), graph_.type), after);
}

void Plan::convolve_fused(int node, const Description &fused) {
    auto &second = *graph_[node + 1].weights;
    constexpr int dw = DNNL_ARG_ATTR_POST_OP_DW;
    const auto kernels = fused.query_md(dnnl::query::exec_arg_md, dw | DNNL_ARG_WEIGHTS);
    const auto result = tensors_[node + 2] = sequence_.place(fused.dst_desc());
    auto arguments = constants(node, fused);
    arguments[DNNL_ARG_SRC] = source(node);
    arguments[dw | DNNL_ARG_WEIGHTS] = second.packed(kernels);
    arguments[dw | DNNL_ARG_BIAS] = second.bias;
    arguments[DNNL_ARG_DST] = result;
    sequence_.add(fused, std::move(arguments));
}

/// Two nodes by turns for bands of rows, and where `last` is the third, one of 1 x 1 on what they
/// put out, that one too. Whether that pays: what lies between is large, and oneDNN takes channels
/// last by itself.
bool Plan::convolve_in_bands(int node, int last) {
    const memory from = source(node);
    const auto in = from.get_desc().get_dims(), middle = dims(node + 1), out = dims(node + 2);
    const Type type = graph_.type;
    const auto bytes = static_cast<int64_t>(channels_last(middle, type).get_size());
    if (bytes <= band_bytes || !is_channels_last(from, type)) return false;
    const auto of_rows = [](memory::dims shape, Rows rows) {
        shape[2] = rows.count();
        return shape;
    };
    const bool goes_on = last > node + 1;
    const auto &end = graph_.shape(last);
    const auto results = dims(last + 1);
    const memory added = end.added < 0 ? memory() : tensors_[end.added];
    // Rows at a band's edge are computed for the next one again.
    const int64_t fewest = 16 / graph_.shape(node + 1).stride;
    const int64_t band = std::max<int64_t>(fewest, out[2] * band_bytes / bytes);
    memory result, hidden, narrow;
    Fitted first, second, third;
    for (Rows part = {0, 0}; part.begin < out[2]; part.begin = part.end) {
        part.end = std::min(part.begin + band, out[2]);
        const auto second_reach = reach(node + 1, part, middle[2]);
        const auto first_reach = reach(node, second_reach.rows, in[2]);
        const auto source = channels_last(of_rows(in, first_reach.rows), type);
        const auto between = channels_last(of_rows(middle, second_reach.rows), type);
        const auto spread = channels_last(of_rows(out, part), graph_.output_type(node + 1));
        const auto to = channels_last(of_rows(results, part), graph_.output_type(last));
        // Bands are alike but for the first and the last; of the first it is seen what is chosen.
        const auto prepare = [&](Fitted &operation, int layer, const memory::desc &source,
                                 const memory::desc &target, const Reach &reach) {
            if (operation.takes(source, target, reach)) return true;
            const auto beside = layer == last && added ? std::optional(target) : std::nullopt;
            const bool is_free = !result && !beside;
            const auto description = describe(
                layer, source,
                is_free ? any(target.get_dims(), target.get_data_type()) : target,
                post_ops(graph_.shape(layer), beside), reach);
            if (!description || is_plain_loop(description)) return false;
            operation = Fitted(description, reach);
            return operation.takes(source, target, reach);
        };
        if (!prepare(first, node, source, between, first_reach) ||
            !prepare(second, node + 1, between, spread, second_reach) ||
            (goes_on && !prepare(third, last, spread, to, {part, 0, 0}))) {
            if (!result) return false;
            throw std::runtime_error("oneDNN computes some bands of rows and others not");
        }
        if (!result) result = sequence_.place(channels_last(results, graph_.output_type(last)));
        // One for all bands of a size.
        const auto place = [&](memory &tensor, const memory::desc &desc) {
            if (!tensor || tensor.get_desc() != desc) tensor = sequence_.place(desc);
        };
        place(hidden, between);
        add(node, first, rows(from, first_reach.rows), hidden);
        if (goes_on) {
            place(narrow, spread);
            add(node + 1, second, hidden, narrow);
            add(last, third, narrow, rows(result, part), added ? rows(added, part) : memory());
        } else {
            add(node + 1, second, hidden, rows(result, part));
        }
    }
    tensors_[last + 1] = result;
    return true;
}

/// Whether a node is a convolution of 1 x 1, and alone reads what the node before it puts out.
bool Plan::narrows(int node) const {
    if (node >= graph_.count()) return false;
    const auto &shape = graph_.shape(node);
    return shape.operation == CS_CONVOLUTION && graph_[node].inputs[0] == node &&
           shape.groups == 1 && is_pointwise(shape) &&
           (shape.added < 0 ||
            (shape.added < node &&
             is_channels_last(tensors_[shape.added], graph_.output_type(node)))) &&
           graph_.is_read_only_by(node, node - 1);
}

}  // namespace scoring
