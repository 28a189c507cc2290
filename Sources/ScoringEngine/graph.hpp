// A network of convolutions over colour images, each fused with what follows it.
#pragma once

#include <cstdint>
#include <list>
#include <memory>
#include <vector>

#include "graph_plans.hpp"

namespace scoring {

/// Sizes of input for which a graph keeps a copy of the plan: those of one photo. Another is soon
/// made, where the shared plans still have it.
constexpr size_t most_copies = 3;

/// To be used by one thread at a time; several may share layers and plans.
class Graph {
  public:
    explicit Graph(std::shared_ptr<GraphPlans> shared) : shared_(std::move(shared)) {}

    const std::shared_ptr<GraphPlans> &shared() const { return shared_; }
    void run(const uint8_t *pixels, int64_t height, int64_t width);
    /// Of the last run, [1, channels, height, width] each; none before.
    const std::vector<dnnl::memory> &results() const { return results_; }

  private:
    std::shared_ptr<GraphPlans> shared_;
    /// The one used last in front.
    std::list<GraphPlan> plans_;
    Workspace workspace_;
    std::vector<dnnl::memory> results_;
};

}  // namespace scoring
