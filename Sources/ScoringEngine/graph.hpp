// A network of convolutions over colour images, each fused with what follows it.
#pragma once

#include <cstdint>
#include <list>
#include <memory>
#include <vector>

#include "cscoring.h"
#include "sequence.hpp"

namespace scoring {

class Graph {
  public:
    /// Copies what it needs of the layers.
    Graph(
        int dtype, const cs_layer *layers, int layer_count, const int *results, int result_count);
    ~Graph();

    void run(const uint8_t *pixels, int64_t height, int64_t width, int threads);
    /// Of the last run, [1, channels, height, width] each; none before.
    const std::vector<dnnl::memory> &results() const { return results_; }

  private:
    class Plan;
    struct Layer {
        cs_layer shape;
        dnnl::memory bias;
        /// The weights as they were given, and as operations want them.
        dnnl::memory plain;
        std::vector<dnnl::memory> packed;

        dnnl::memory weight(const dnnl::memory::desc &wanted);
    };

    dnnl::memory::data_type output_type(int layer) const;

    /// Of weights and of what lies between layers.
    const dnnl::memory::data_type type_;
    std::vector<Layer> layers_;
    std::vector<int> result_layers_;
    /// The last layer that reads each tensor.
    std::vector<int> last_use_;
    /// The one used last in front.
    std::list<std::unique_ptr<Plan>> plans_;
    Workspace workspace_;
    std::vector<dnnl::memory> results_;
};

}  // namespace scoring
