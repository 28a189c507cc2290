#include "plan.hpp"

#include <algorithm>
#include <cmath>
#include <cstring>

namespace scoring {

using dnnl::memory;
using Type = memory::data_type;
using Tag = memory::format_tag;

memory::desc channels_last(const memory::dims &shape, Type type) { return {shape, type, Tag::nhwc}; }

memory::desc any(const memory::dims &shape, Type type) { return {shape, type, Tag::any}; }

void activate(int activation, dnnl::post_ops &after) {
    using Algorithm = dnnl::algorithm;
    switch (activation) {
        case CS_RELU: after.append_eltwise(Algorithm::eltwise_relu, 0, 0); break;
        case CS_LOGISTIC: after.append_eltwise(Algorithm::eltwise_logistic, 0, 0); break;
        default: break;
    }
}

Plan::Plan(Graph &graph, Key key)
    : key(key), graph_(graph), shapes_(graph.shapes(key.height, key.width)),
      tensors_(graph.count() + 1) {
    tensors_[0] = sequence_.place(channels_last(dims(0), graph.type));
    for (int node = 0; node < graph.count();) {
        const int done = add(node);
        for (const int last = node + done; node < last; ++node) add_probe(node);
    }
    for (const int result : graph.results) {
        const auto &tensor = tensors_[result + 1];
        sequence_.keep(tensor);
        const memory::desc given(dims(result + 1), Type::f32, Tag::nchw);
        readers_.push_back(
            tensor.get_desc() == given
                ? nullptr
                : std::make_shared<Operation>(dnnl::reorder::primitive_desc(
                      processor(), tensor.get_desc(), processor(), given)));
    }
    known_.clear();
    operations_.clear();
}

Plan::Plan(const Plan &other)
    : key(other.key), graph_(other.graph_), sequence_(other.sequence_), shapes_(other.shapes_),
      readers_(other.readers_) {
    for (const auto &tensor : other.tensors_) {
        tensors_.push_back(
            tensor ? sequence_.counterpart(other.sequence_, tensor) : memory());
    }
}

/// @returns how many nodes it took.
int Plan::add(int node) {
    switch (graph_.shape(node).operation) {
        case CS_CONVOLUTION:
            if (!graph_.sizes_vary) {
                convolve_onto(node);
            } else if (const int done = convolve_several(node)) {
                return done;
            } else if (!convolve_rows(node)) {
                convolve(node);
            }
            break;
        case CS_TRANSPOSED_CONVOLUTION: spread(node); break;
        case CS_LINEAR: graph_.is_result(node) ? answer(node) : connect(node); break;
        case CS_ADAPTIVE_AVERAGE_POOL: pool_adaptively(node); break;
        case CS_GLOBAL_AVERAGE_POOL: average(node); break;
        case CS_CONCATENATE: concatenate(node); break;
        case CS_ADD: sum(node); break;
        case CS_ACTIVATION: activate(node); break;
        default: pool(node);
    }
    return 1;
}

memory::dims Plan::dims(int tensor) const {
    const auto &shape = shapes_[tensor];
    return {key.images, shape.channels, shape.height, shape.width};
}

/// A copy to take means of, where those are asked for: others may be written over the tensor.
void Plan::add_probe(int node) {
    const auto place = std::find(graph_.probes.begin(), graph_.probes.end(), node);
    if (place == graph_.probes.end()) return;
    const int label = first_probe - static_cast<int>(place - graph_.probes.begin());
    const auto wide = channels_last(dims(node + 1), Type::f32);
    const auto tensor = sequence_.place(wide);
    reorder(tensors_[node + 1].get_desc(), tensors_[node + 1], wide, tensor, label);
}

/// The tensor's elements as `from` describes them, to where `to` says in the target.
void Plan::reorder(
    const memory::desc &from, const memory &tensor, const memory::desc &to, const memory &target,
    int label) {
    const dnnl::reorder::primitive_desc description(
        processor(), from, processor(), to, own_scratchpad());
    sequence_.add(description, {{DNNL_ARG_FROM, tensor}, {DNNL_ARG_TO, target}}, label);
}

memory Plan::laid_as(const memory::desc &wanted, const memory &tensor) {
    if (tensor.get_desc() == wanted) return tensor;
    const auto result = sequence_.place(wanted);
    reorder(tensor.get_desc(), tensor, wanted, result);
    return result;
}

memory Plan::widened(const memory &tensor) {
    return laid_as(channels_last(tensor.get_desc().get_dims(), Type::f32), tensor);
}

void Plan::make_one() {
    for (auto &step : sequence_.steps()) {
        if (!step.operation) continue;
        step.operation->made();
        return;
    }
}

namespace {

/// The means over all positions, channels last, of each image.
void read_means(
    const memory &tensor, Quantization quantization, float *means, int64_t stride) {
    const auto shape = tensor.get_desc().get_dims();
    const int64_t channels = shape[1], positions = shape[2] * shape[3];
    const float share = quantization.scale / static_cast<float>(positions);
    const float zero = quantization.scale * static_cast<float>(quantization.zero_point);
    const auto *element = static_cast<const float *>(tensor.get_data_handle());
    for (int64_t image = 0; image < shape[0]; ++image, means += stride) {
        std::fill(means, means + channels, 0.0f);
        for (int64_t position = 0; position < positions; ++position) {
            for (int64_t c = 0; c < channels; ++c) means[c] += *element++;
        }
        for (int64_t c = 0; c < channels; ++c) means[c] = means[c] * share - zero;
    }
}

void raise(double &largest, const memory &tensor) {
    const auto *elements = static_cast<const float *>(tensor.get_data_handle());
    const size_t count = tensor.get_desc().get_size() / sizeof(float);
    for (size_t i = 0; i < count; ++i) {
        largest = std::max(largest, std::abs(static_cast<double>(elements[i])));
    }
}

}  // namespace

void Plan::run(Workspace &workspace, const cs_images &images, const Outputs &to) {
    sequence_.settle(workspace);
    fill(images);
    dnnl::stream stream(processor());
    const auto maker = sequence_.make_meanwhile(
        to.means == nullptr ? [](int label) { return label > first_probe; }
                            : [](int) { return true; });
    const int64_t width = graph_.probe_channels();
    for (auto &step : sequence_.steps()) {
        const bool is_probe = step.label <= first_probe;
        if (is_probe && to.means == nullptr) continue;
        step.run(stream);
        if (is_probe) {
            const int number = first_probe - step.label, tensor = graph_.probes[number] + 1;
            int64_t before = 0;
            for (int probe = 0; probe < number; ++probe) {
                before += shapes_[graph_.probes[probe] + 1].channels;
            }
            read_means(
                step.arguments[DNNL_ARG_TO], graph_.quantization(tensor), to.means + before, width);
        } else if (to.maxima != nullptr && step.label >= 0) {
            raise(to.maxima[step.label], step.arguments[DNNL_ARG_DST]);
        }
    }
    stream.wait();
    read(stream, to);
}

void Plan::fill(const cs_images &images) {
    void *tensor = tensors_[0].get_data_handle();
    const auto &quantization = graph_.quantization(0);
    switch (graph_.type) {
        case Type::u8: graph_.input.fill(images, quantization, static_cast<uint8_t *>(tensor)); break;
        case Type::bf16: graph_.input.fill(images, quantization, static_cast<BFloat16 *>(tensor)); break;
        default: graph_.input.fill(images, quantization, static_cast<float *>(tensor));
    }
}

/// Results as [images, channels, height, width].
void Plan::read(dnnl::stream &stream, const Outputs &to) {
    for (size_t index = 0; index < to.results.size(); ++index) {
        const int tensor = graph_.results[index] + 1;
        const auto &from = tensors_[tensor];
        if (!readers_[index]) {
            std::memcpy(
                to.results[index], from.get_data_handle(),
                key.images * shapes_[tensor].count() * sizeof(float));
            continue;
        }
        memory result({dims(tensor), Type::f32, Tag::nchw}, processor(), to.results[index]);
        readers_[index]->made().execute(stream, {{DNNL_ARG_FROM, from}, {DNNL_ARG_TO, result}});
    }
    stream.wait();
}

}  // namespace scoring
