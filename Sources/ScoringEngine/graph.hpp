// A network of convolutions over colour images, each fused with what follows it.
#pragma once

#include <cstdint>
#include <list>
#include <memory>
#include <vector>

#include "graph_plan.hpp"

namespace scoring {

/// To be used by one thread at a time; several may share their layers.
class Graph {
  public:
    explicit Graph(std::shared_ptr<GraphLayers> layers) : layers_(std::move(layers)) {}

    const std::shared_ptr<GraphLayers> &layers() const { return layers_; }
    void run(const uint8_t *pixels, int64_t height, int64_t width);
    /// Of the last run, [1, channels, height, width] each; none before.
    const std::vector<dnnl::memory> &results() const { return results_; }

  private:
    std::shared_ptr<GraphLayers> layers_;
    /// The one used last in front.
    std::list<std::unique_ptr<GraphPlan>> plans_;
    Workspace workspace_;
    std::vector<dnnl::memory> results_;
};

}  // namespace scoring
