// The layers of a graph and their weights, which graphs of several threads share.
#pragma once

#include <oneapi/dnnl/dnnl.hpp>

#include <cstdint>
#include <deque>
#include <mutex>
#include <vector>

#include "cscoring.h"

namespace scoring {

class GraphLayer {
  public:
    /// Copies weights, in elements of `type`, and bias.
    GraphLayer(const cs_layer &shape, dnnl::memory::data_type type);

    const cs_layer shape;
    /// Of the layer's convolution: a transposed layer's has an output for each place of the kernel.
    const dnnl::memory bias;
    int64_t places() const;

    /// The convolution's weights as a primitive may choose to have them.
    dnnl::memory::desc any_weight() const;
    /// The weights laid out so. Any number of threads may ask.
    dnnl::memory weight(const dnnl::memory::desc &wanted);

  private:
    const dnnl::memory plain_;
    std::mutex mutex_;
    std::vector<dnnl::memory> packed_;
};

class GraphLayers {
  public:
    /// @throws std::invalid_argument for layers that do not fit together.
    GraphLayers(
        int dtype, const cs_layer *layers, int layer_count, const int *results, int result_count);

    int count() const { return static_cast<int>(layers_.size()); }
    GraphLayer &operator[](int index) { return layers_[index]; }
    const std::vector<int> &results() const { return results_; }
    /// Float32 for results.
    dnnl::memory::data_type output_type(int layer) const;
    /// Whether layer `reader` alone reads what the layer puts out.
    bool is_read_only_by(int reader, int layer) const;

    /// Of weights and of what lies between layers.
    const dnnl::memory::data_type type;

  private:
    bool is_result(int layer) const;

    std::deque<GraphLayer> layers_;
    std::vector<int> results_;
};

}  // namespace scoring
