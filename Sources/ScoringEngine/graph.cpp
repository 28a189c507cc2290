#include "graph.hpp"

#include <algorithm>

#include "guarded.hpp"
#include "threads.hpp"

namespace scoring {

using dnnl::memory;

void Graph::run(const uint8_t *pixels, int64_t height, int64_t width) {
    const Threads alone(1);
    const auto known = std::find_if(plans_.begin(), plans_.end(), [&](const auto &plan) {
        return plan.height == height && plan.width == width;
    });
    if (known != plans_.end()) {
        plans_.splice(plans_.begin(), plans_, known);
    } else {
        plans_.emplace_front(*shared_->plan(height, width));
        if (plans_.size() > most_copies) plans_.pop_back();
    }
    GraphPlan &plan = plans_.front();
    plan.run(workspace_, pixels);
    const auto &layers = shared_->layers.results();
    results_.resize(layers.size());
    dnnl::stream stream(processor());
    for (size_t index = 0; index < layers.size(); ++index) {
        memory tensor = plan.tensor(layers[index]);
        const memory::desc desc(
            tensor.get_desc().get_dims(), memory::data_type::f32, memory::format_tag::nchw);
        auto &result = results_[index];
        if (!result || result.get_desc() != desc) result = memory(desc, processor());
        dnnl::reorder(tensor, result).execute(stream, tensor, result);
    }
    stream.wait();
}

}  // namespace scoring

struct cs_graph_s {
    scoring::Graph graph;
};

cs_status cs_graph_create(
    cs_graph *out, int dtype, const cs_layer *layers, int layer_count, const int *results,
    int result_count) {
    return scoring::guarded([&] {
        *out = new cs_graph_s{scoring::Graph(std::make_shared<scoring::GraphPlans>(
            dtype, layers, layer_count, results, result_count))};
    });
}

cs_status cs_graph_share(cs_graph *out, cs_graph other) {
    return scoring::guarded(
        [&] { *out = new cs_graph_s{scoring::Graph(other->graph.shared())}; });
}

void cs_graph_free(cs_graph graph) { delete graph; }

cs_status cs_graph_prepare(cs_graph graph, int height, int width) {
    return scoring::guarded([&] {
        const scoring::Threads alone(1);
        graph->graph.shared()->plan(height, width)->make();
    });
}

cs_status cs_graph_run(cs_graph graph, const uint8_t *pixels, int height, int width) {
    return scoring::guarded([&] { graph->graph.run(pixels, height, width); });
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
