#include "graph.hpp"

#include <algorithm>
#include <stdexcept>
#include <string_view>

#include "elements.hpp"
#include "guarded.hpp"
#include "threads.hpp"

namespace scoring {

using dnnl::memory;
using Type = memory::data_type;
using Tag = memory::format_tag;

namespace {

/// Whether oneDNN multiplies bfloat16 in hardware here.
bool has_bfloat16() {
    const auto wanted = static_cast<unsigned>(dnnl::cpu_isa::avx512_core_bf16);
    return (static_cast<unsigned>(dnnl::get_effective_cpu_isa()) & wanted) == wanted;
}

/// Sizes of input whose operations are kept.
constexpr size_t most_plans = 12;

void require(bool holds, const char *what) {
    if (!holds) throw std::invalid_argument(what);
}

/// Of a transposed layer: its convolution has an output for each place of the kernel.
int64_t places(const cs_layer &layer) {
    return layer.transposed ? int64_t{layer.kernel} * layer.kernel : 1;
}

memory::desc weight_desc(
    const cs_layer &layer, Type type, Tag plain_or_any, Tag grouped_or_any) {
    const int64_t k = layer.transposed ? 1 : layer.kernel;
    if (layer.groups > 1) {
        return {{layer.groups, 1, 1, k, k}, type, grouped_or_any};
    }
    return {{layer.outputs * places(layer), layer.inputs, k, k}, type, plain_or_any};
}

memory plain_weight(const cs_layer &layer) {
    memory result(weight_desc(layer, Type::f32, Tag::oihw, Tag::goihw), processor());
    auto *to = static_cast<float *>(result.get_data_handle());
    const float *from = layer.weight;
    if (!layer.transposed) {
        std::copy_n(from, result.get_desc().get_size() / sizeof(float), to);
        return result;
    }
    for (int64_t input = 0; input < layer.inputs; ++input) {
        for (int64_t output = 0; output < layer.outputs; ++output) {
            for (int64_t place = 0; place < places(layer); ++place) {
                to[(place * layer.outputs + output) * layer.inputs + input] = *from++;
            }
        }
    }
    return result;
}

memory bias_of(const cs_layer &layer) {
    memory result({{layer.outputs * places(layer)}, Type::f32, Tag::a}, processor());
    auto *to = static_cast<float *>(result.get_data_handle());
    for (int64_t place = 0; place < places(layer); ++place) {
        to = std::copy_n(layer.bias, layer.outputs, to);
    }
    return result;
}

void activate(const cs_layer &layer, dnnl::post_ops &after) {
    using Algorithm = dnnl::algorithm;
    switch (layer.activation) {
        case CS_RELU: after.append_eltwise(Algorithm::eltwise_relu, 0, 0); break;
        case CS_LOGISTIC: after.append_eltwise(Algorithm::eltwise_logistic, 0, 0); break;
        default: break;
    }
}

/// Whether oneDNN has nothing better for these layouts than its reference, hundreds of times
/// slower.
bool is_plain_loop(const dnnl::convolution_forward::primitive_desc &description) {
    return std::string_view(description.impl_info_str()).find("ref:") != std::string_view::npos;
}

void copy(const memory &from, const memory &to) {
    dnnl::stream stream(processor());
    dnnl::reorder(from, to).execute(stream, {{DNNL_ARG_FROM, from}, {DNNL_ARG_TO, to}});
    stream.wait();
}

}  // namespace

memory Graph::Layer::weight(const memory::desc &wanted) {
    for (const auto &known : packed) {
        if (known.get_desc() == wanted) return known;
    }
    const memory result(wanted, processor());
    // From the plain one: oneDNN is slow from one packed layout to another.
    copy(plain, result);
    packed.push_back(result);
    return result;
}

/// The operations for images of one size, on one number of threads.
class Graph::Plan {
  public:
    const int64_t height, width;
    const int threads;

    Plan(Graph &graph, int64_t height, int64_t width, int threads);
    void run(const uint8_t *pixels);
    /// What the layer puts out, as operations left it.
    const memory &tensor(int layer) const { return tensors_[layer + 1]; }

  private:
    using Arguments = std::unordered_map<int, memory>;
    /// A slot of the workspace, and the last layer that reads what lies there.
    struct Taken {
        int slot;
        int until;
    };

    void convolve(int index);
    bool convolve_twice(int index);
    void spread(int index);
    dnnl::convolution_forward::primitive_desc describe(
        int index, const memory::desc &input, const memory::desc &output,
        const dnnl::post_ops &after) const;
    memory add(
        const dnnl::convolution_forward::primitive_desc &description, Arguments arguments,
        int until);
    memory laid_as(const memory::desc &wanted, const memory &tensor, int index);
    void reorder(
        const memory::desc &from, const memory &tensor, const memory::desc &to,
        const memory &target);
    memory place(const memory::desc &desc, int until);

    Graph &graph_;
    Sequence sequence_;
    std::vector<memory> tensors_;
    std::vector<Taken> taken_;
};

Graph::Plan::Plan(Graph &graph, int64_t height, int64_t width, int threads)
    : height(height), width(width), threads(threads), graph_(graph),
      tensors_(graph.layers_.size() + 1) {
    tensors_[0] = place({{1, 3, height, width}, graph.type_, Tag::nhwc}, graph.last_use_[0]);
    const int count = static_cast<int>(graph.layers_.size());
    for (int index = 0; index < count;) {
        if (graph.layers_[index].shape.transposed) {
            spread(index);
        } else if (convolve_twice(index)) {
            ++index;
        } else {
            convolve(index);
        }
        ++index;
        std::erase_if(taken_, [&](const auto &taken) { return taken.until < index; });
    }
}

memory Graph::Plan::place(const memory::desc &desc, int until) {
    int slot = Sequence::scratchpad + 1;
    const auto is_it = [&](const auto &taken) { return taken.slot == slot; };
    while (std::any_of(taken_.begin(), taken_.end(), is_it)) ++slot;
    taken_.push_back({slot, until});
    return sequence_.place(desc, slot);
}

memory Graph::Plan::add(
    const dnnl::convolution_forward::primitive_desc &description, Arguments arguments,
    int until) {
    const auto output = place(description.dst_desc(), until);
    arguments[DNNL_ARG_DST] = output;
    sequence_.add(
        dnnl::convolution_forward(description), description.scratchpad_desc(),
        std::move(arguments));
    return output;
}

/// The tensor's elements as `from` describes them, to where `to` says in the target.
void Graph::Plan::reorder(
    const memory::desc &from, const memory &tensor, const memory::desc &to,
    const memory &target) {
    const dnnl::reorder::primitive_desc description(
        processor(), from, processor(), to, own_scratchpad());
    sequence_.add(
        dnnl::reorder(description), description.scratchpad_desc(),
        {{DNNL_ARG_FROM, tensor}, {DNNL_ARG_TO, target}});
}

/// The tensor itself, or a copy for one layer.
memory Graph::Plan::laid_as(const memory::desc &wanted, const memory &tensor, int index) {
    if (tensor.get_desc() == wanted) return tensor;
    const auto result = place(wanted, index);
    reorder(tensor.get_desc(), tensor, wanted, result);
    return result;
}

dnnl::convolution_forward::primitive_desc Graph::Plan::describe(
    int index, const memory::desc &input, const memory::desc &output,
    const dnnl::post_ops &after) const {
    const auto &layer = graph_.layers_[index];
    auto attributes = own_scratchpad();
    attributes.set_post_ops(after);
    const int64_t stride = layer.shape.transposed ? 1 : layer.shape.stride;
    const int64_t padding = layer.shape.padding;
    return {
        processor(),
        dnnl::prop_kind::forward_inference,
        dnnl::algorithm::convolution_direct,
        input,
        weight_desc(layer.shape, graph_.type_, Tag::any, Tag::any),
        layer.bias.get_desc(),
        output,
        {stride, stride},
        {padding, padding},
        {padding, padding},
        attributes,
        /*allow_empty=*/true};
}

void Graph::Plan::convolve(int index) {
    auto &layer = graph_.layers_[index];
    const auto &shape = layer.shape;
    memory input = tensors_[shape.input];
    const auto in = input.get_desc().get_dims();
    const auto along = [&](int64_t side) {
        return (side + 2 * shape.padding - shape.kernel) / shape.stride + 1;
    };
    const memory::desc output(
        {1, shape.outputs, along(in[2]), along(in[3])}, graph_.output_type(index), Tag::any);
    dnnl::post_ops after;
    activate(shape, after);
    auto description = describe(index, input.get_desc(), output, after);
    if (is_plain_loop(description)) {
        description = describe(index, {in, graph_.type_, Tag::any}, output, after);
        input = laid_as(description.src_desc(), input, index);
    }
    Arguments arguments = {{DNNL_ARG_SRC, input}, {DNNL_ARG_BIAS, layer.bias}};
    if (shape.added >= 0) {
        const auto added = laid_as(description.dst_desc(), tensors_[shape.added], index);
        arguments[DNNL_ARG_ATTR_MULTIPLE_POST_OP(after.len()) | DNNL_ARG_SRC_1] = added;
        after.append_binary(dnnl::algorithm::binary_add, added.get_desc());
        description = describe(index, input.get_desc(), added.get_desc(), after);
    }
    arguments[DNNL_ARG_WEIGHTS] = layer.weight(description.weights_desc());
    tensors_[index + 1] = add(description, std::move(arguments), graph_.last_use_[index + 1]);
}

/// A 1 x 1 convolution and one of 3 x 3 for each channel after it, as one operation: what lies
/// between is never written. Whether oneDNN has it for these sizes.
bool Graph::Plan::convolve_twice(int index) {
    if (index + 1 == static_cast<int>(graph_.layers_.size())) return false;
    auto &first = graph_.layers_[index], &second = graph_.layers_[index + 1];
    const auto &one = first.shape, &two = second.shape;
    const bool fits = one.kernel == 1 && one.stride == 1 && one.padding == 0 && one.groups == 1 &&
                      one.added < 0 && two.input == index + 1 && two.added < 0 &&
                      two.groups > 1 && two.kernel == 3 && two.padding == 1 && two.stride <= 2 &&
                      graph_.last_use_[index + 1] == index + 1;
    if (!fits) return false;
    const memory &input = tensors_[one.input];
    const auto in = input.get_desc().get_dims();
    dnnl::post_ops after;
    activate(one, after);
    after.append_dw(
        graph_.type_, Type::f32, graph_.output_type(index + 1), two.kernel, two.stride,
        two.padding);
    activate(two, after);
    const auto description = describe(
        index, input.get_desc(), {{1, one.outputs, in[2], in[3]}, graph_.type_, Tag::any}, after);
    if (!description || is_plain_loop(description)) return false;
    constexpr int dw = DNNL_ARG_ATTR_POST_OP_DW;
    const auto kernels = description.query_md(dnnl::query::exec_arg_md, dw | DNNL_ARG_WEIGHTS);
    tensors_[index + 2] = add(
        description,
        {{DNNL_ARG_SRC, input},
         {DNNL_ARG_WEIGHTS, first.weight(description.weights_desc())},
         {DNNL_ARG_BIAS, first.bias},
         {dw | DNNL_ARG_WEIGHTS, second.weight(kernels)},
         {dw | DNNL_ARG_BIAS, second.bias}},
        graph_.last_use_[index + 2]);
    return true;
}

/// A transposed layer: each place becomes kernel x kernel places, which do not overlap. So it is a
/// convolution of 1 x 1 with as many outputs, which are then put side by side; oneDNN's own
/// took half of the network's time.
void Graph::Plan::spread(int index) {
    auto &layer = graph_.layers_[index];
    const auto &shape = layer.shape;
    const auto in = tensors_[shape.input].get_desc().get_dims();
    const int64_t rows = in[2], columns = in[3], k = shape.kernel, outputs = shape.outputs;
    const Type type = graph_.output_type(index);
    const auto input = laid_as({in, graph_.type_, Tag::nhwc}, tensors_[shape.input], index);
    dnnl::post_ops after;
    activate(shape, after);
    const auto description = describe(
        index, input.get_desc(), {{1, places(shape) * outputs, rows, columns}, type, Tag::nhwc},
        after);
    const auto apart = add(
        description,
        {{DNNL_ARG_SRC, input},
         {DNNL_ARG_WEIGHTS, layer.weight(description.weights_desc())},
         {DNNL_ARG_BIAS, layer.bias}},
        index);
    auto &output = tensors_[index + 1];
    output = place(
        {{1, outputs, k * rows, k * columns}, type, Tag::nhwc}, graph_.last_use_[index + 1]);
    // Row, row of the kernel, column, column of the kernel with its channels.
    const memory::dims parts = {rows, k, columns, k * outputs};
    const int64_t part = k * outputs;
    reorder(
        {parts, type, {columns * k * part, part, k * part, 1}}, apart,
        {parts, type, {k * columns * part, columns * part, part, 1}}, output);
}

void Graph::Plan::run(const uint8_t *pixels) {
    sequence_.settle(graph_.workspace_);
    void *values = tensors_[0].get_data_handle();
    const int64_t count = 3 * height * width;
    if (graph_.type_ == Type::bf16) {
        std::transform(pixels, pixels + count, static_cast<BFloat16 *>(values), [](uint8_t pixel) {
            return element<BFloat16>(pixel, {});
        });
    } else {
        std::copy_n(pixels, count, static_cast<float *>(values));
    }
    dnnl::stream stream(processor());
    for (auto &step : sequence_.steps()) step.operation.execute(stream, step.arguments);
    stream.wait();
}

Graph::Graph(
    int dtype, const cs_layer *layers, int layer_count, const int *results, int result_count)
    : type_(dtype == CS_BFLOAT16 && has_bfloat16() ? Type::bf16 : Type::f32),
      result_layers_(results, results + result_count) {
    require(dtype == CS_FLOAT32 || dtype == CS_BFLOAT16, "no network in elements of this type");
    require(layer_count > 0 && result_count > 0, "the network has no layer or no result");
    last_use_.push_back(-1);
    std::vector<int> widths = {3};
    for (int index = 0; index < layer_count; ++index) {
        const auto &layer = layers[index];
        require(
            layer.input >= 0 && layer.input <= index && layer.added <= index,
            "a layer reads what comes after it");
        require(
            layer.kernel > 0 && layer.stride > 0 && layer.padding >= 0 && layer.outputs > 0 &&
                (layer.groups == 1 ||
                 (layer.groups == layer.inputs && layer.outputs == layer.inputs)) &&
                (!layer.transposed ||
                 (layer.kernel == layer.stride && layer.padding == 0 && layer.groups == 1 &&
                  layer.added < 0)),
            "a layer of a shape that is not provided for");
        require(
            layer.inputs == widths[layer.input] &&
                (layer.added < 0 || layer.outputs == widths[layer.added]),
            "a layer reads another number of channels");
        widths.push_back(layer.outputs);
        last_use_.push_back(index);
        last_use_[layer.input] = index;
        if (layer.added >= 0) last_use_[layer.added] = index;
        layers_.push_back({layer, bias_of(layer), plain_weight(layer), {}});
    }
    for (const int result : result_layers_) {
        require(result >= 0 && result < layer_count, "a result is of no layer");
        last_use_[result + 1] = layer_count;
    }
}

Graph::~Graph() = default;

Type Graph::output_type(int layer) const {
    const bool is_result =
        std::find(result_layers_.begin(), result_layers_.end(), layer) != result_layers_.end();
    return is_result ? Type::f32 : type_;
}

void Graph::run(const uint8_t *pixels, int64_t height, int64_t width, int threads) {
    const Threads own(threads);
    const auto known = std::find_if(plans_.begin(), plans_.end(), [&](const auto &plan) {
        return plan->height == height && plan->width == width && plan->threads == threads;
    });
    if (known != plans_.end()) {
        plans_.splice(plans_.begin(), plans_, known);
    } else {
        plans_.push_front(std::make_unique<Plan>(*this, height, width, threads));
        if (plans_.size() > most_plans) plans_.pop_back();
    }
    Plan &plan = *plans_.front();
    plan.run(pixels);
    results_.clear();
    for (const int layer : result_layers_) {
        const memory &tensor = plan.tensor(layer);
        const memory result({tensor.get_desc().get_dims(), Type::f32, Tag::nchw}, processor());
        copy(tensor, result);
        results_.push_back(result);
    }
}

}  // namespace scoring

struct cs_graph_s {
    scoring::Graph graph;
};

cs_status cs_graph_create(
    cs_graph *out, int dtype, const cs_layer *layers, int layer_count, const int *results,
    int result_count) {
    return scoring::guarded([&] {
        *out = new cs_graph_s{scoring::Graph(dtype, layers, layer_count, results, result_count)};
    });
}

void cs_graph_free(cs_graph graph) { delete graph; }

cs_status cs_graph_run(
    cs_graph graph, const uint8_t *pixels, int height, int width, int threads) {
    return scoring::guarded([&] { graph->graph.run(pixels, height, width, threads); });
}

const float *cs_graph_result(cs_graph graph, int index, int *channels, int *height, int *width) {
    const auto &results = graph->graph.results();
    if (index < 0 || index >= static_cast<int>(results.size())) return nullptr;
    const auto shape = results[index].get_desc().get_dims();
    *channels = static_cast<int>(shape[1]);
    *height = static_cast<int>(shape[2]);
    *width = static_cast<int>(shape[3]);
    return static_cast<const float *>(results[index].get_data_handle());
}
