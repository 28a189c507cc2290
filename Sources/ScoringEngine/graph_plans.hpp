// The plans that graphs of several threads share, each in a copy of its own.
#pragma once

#include <future>
#include <list>
#include <mutex>

#include "graph_plan.hpp"

namespace scoring {

/// Sizes of input whose operations are kept.
constexpr size_t most_plans = 12;

class GraphPlans {
  public:
    /// @param arguments those of the layers.
    template <typename... Arguments>
    explicit GraphPlans(Arguments... arguments) : layers(arguments...) {}

    GraphLayers layers;

    /// The plan for images of a size, which is for copying: it is made once, and whoever else asks
    /// meanwhile waits for it. Any number of threads may ask.
    std::shared_ptr<GraphPlan> plan(int64_t height, int64_t width);

  private:
    struct Entry {
        int64_t height, width;
        std::shared_future<std::shared_ptr<GraphPlan>> plan;
    };

    std::mutex mutex_;
    /// The one asked for last in front.
    std::list<Entry> entries_;
};

}  // namespace scoring
