#include "graph_layers.hpp"

#include <algorithm>
#include <stdexcept>

#include "sequence.hpp"

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

void require(bool holds, const char *what) {
    if (!holds) throw std::invalid_argument(what);
}

int64_t places_of(const cs_layer &layer) {
    return layer.transposed ? int64_t{layer.kernel} * layer.kernel : 1;
}

memory::desc weight_desc(
    const cs_layer &layer, Type type, Tag plain_or_any, Tag grouped_or_any) {
    const int64_t k = layer.transposed ? 1 : layer.kernel;
    if (layer.groups > 1) {
        return {{layer.groups, 1, 1, k, k}, type, grouped_or_any};
    }
    return {{layer.outputs * places_of(layer), layer.inputs, k, k}, type, plain_or_any};
}

memory copy(memory source, const memory::desc &wanted) {
    memory result(wanted, processor());
    dnnl::stream stream(processor());
    dnnl::reorder(source, result).execute(stream, source, result);
    stream.wait();
    return result;
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
            for (int64_t place = 0; place < places_of(layer); ++place) {
                to[(place * layer.outputs + output) * layer.inputs + input] = *from++;
            }
        }
    }
    return result;
}

memory bias_of(const cs_layer &layer) {
    memory result({{layer.outputs * places_of(layer)}, Type::f32, Tag::a}, processor());
    auto *to = static_cast<float *>(result.get_data_handle());
    for (int64_t place = 0; place < places_of(layer); ++place) {
        to = std::copy_n(layer.bias, layer.outputs, to);
    }
    return result;
}

}  // namespace

GraphLayer::GraphLayer(const cs_layer &shape, Type type)
    : shape(shape), bias(bias_of(shape)),
      plain_(copy(plain_weight(shape), weight_desc(shape, type, Tag::oihw, Tag::goihw))) {}

int64_t GraphLayer::places() const { return places_of(shape); }

memory::desc GraphLayer::any_weight() const {
    return weight_desc(shape, plain_.get_desc().get_data_type(), Tag::any, Tag::any);
}

memory GraphLayer::weight(const memory::desc &wanted) {
    const std::lock_guard lock(mutex_);
    for (const auto &known : packed_) {
        if (known.get_desc() == wanted) return known;
    }
    // From the plain one: oneDNN is slow from one packed layout to another.
    packed_.push_back(copy(plain_, wanted));
    return packed_.back();
}

GraphLayers::GraphLayers(
    int dtype, const cs_layer *layers, int layer_count, const int *results, int result_count)
    : type(dtype == CS_BFLOAT16 && has_bfloat16() ? Type::bf16 : Type::f32),
      results_(results, results + result_count) {
    require(dtype == CS_FLOAT32 || dtype == CS_BFLOAT16, "no network in elements of this type");
    require(layer_count > 0 && result_count > 0, "the network has no layer or no result");
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
        layers_.emplace_back(layer, type);
    }
    for (const int result : results_) {
        require(result >= 0 && result < layer_count, "a result is of no layer");
    }
}

bool GraphLayers::is_result(int layer) const {
    return std::find(results_.begin(), results_.end(), layer) != results_.end();
}

Type GraphLayers::output_type(int layer) const { return is_result(layer) ? Type::f32 : type; }

bool GraphLayers::is_read_only_by(int reader, int layer) const {
    const int tensor = layer + 1;
    for (int index = 0; index < count(); ++index) {
        const auto &shape = layers_[index].shape;
        const bool reads = shape.input == tensor || shape.added == tensor;
        if (reads != (index == reader)) return false;
    }
    return !is_result(layer);
}

}  // namespace scoring
