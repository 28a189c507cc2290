#include "graph.hpp"

#include <algorithm>

#include "guarded.hpp"
#include "threads.hpp"

namespace scoring {

using dnnl::memory;

namespace {

/// Sizes of input whose operations are kept.
constexpr size_t most_plans = 12;

}  // namespace

void Graph::run(const uint8_t *pixels, int64_t height, int64_t width) {
    const Threads alone(1);
    const auto known = std::find_if(plans_.begin(), plans_.end(), [&](const auto &plan) {
        return plan->height == height && plan->width == width;
    });
    if (known != plans_.end()) {
        plans_.splice(plans_.begin(), plans_, known);
    } else {
        plans_.push_front(std::make_unique<GraphPlan>(*layers_, height, width));
        if (plans_.size() > most_plans) plans_.pop_back();
    }
    GraphPlan &plan = *plans_.front();
    plan.run(workspace_, pixels);
    results_.clear();
    dnnl::stream stream(processor());
    for (const int layer : layers_->results()) {
        memory tensor = plan.tensor(layer);
        memory result(
            {tensor.get_desc().get_dims(), memory::data_type::f32, memory::format_tag::nchw},
            processor());
        dnnl::reorder(tensor, result).execute(stream, tensor, result);
        results_.push_back(result);
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
        *out = new cs_graph_s{scoring::Graph(std::make_shared<scoring::GraphLayers>(
            dtype, layers, layer_count, results, result_count))};
    });
}

cs_status cs_graph_share(cs_graph *out, cs_graph other) {
    return scoring::guarded(
        [&] { *out = new cs_graph_s{scoring::Graph(other->graph.layers())}; });
}

void cs_graph_free(cs_graph graph) { delete graph; }

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
