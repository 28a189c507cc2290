// A graph of layers and their weights.
#pragma once

#include <memory>
#include <vector>

#include "input.hpp"
#include "weights.hpp"

namespace scoring {

struct Shape {
    int64_t channels, height, width;
    int64_t positions() const { return height * width; }
    int64_t count() const { return channels * positions(); }
};

struct Node {
    cs_node shape;
    std::vector<int> inputs;
    /// Of nodes that have some.
    std::unique_ptr<Weights> weights;
    /// Of a linear node that is a result.
    std::vector<float> head;
};

/// See `cs_description`. Tensor 0 is the image, n + 1 the output of node n.
class Graph {
  public:
    /// Reads the weights until `release`.
    /// @throws std::invalid_argument for nodes that do not fit together.
    explicit Graph(const cs_description &description);
    void release();

    int count() const { return static_cast<int>(nodes_.size()); }
    Node &operator[](int node) { return nodes_[node]; }
    const cs_node &shape(int node) const { return nodes_[node].shape; }

    /// Of all tensors, for one image.
    /// @throws std::invalid_argument for images that are too small.
    std::vector<Shape> shapes(int64_t height, int64_t width) const;
    /// What the elements of a tensor stand for.
    const Quantization &quantization(int tensor) const { return quantizations_[tensor]; }
    /// Float32 for results.
    dnnl::memory::data_type output_type(int node) const;
    bool is_result(int node) const;
    /// Whether no node after `reader` reads a tensor, nor is it a result.
    bool is_last_reader(int reader, int tensor) const;
    /// Whether node `reader` alone reads the output of a node.
    bool is_read_only_by(int reader, int node) const;
    /// Channels of all probes.
    int64_t probe_channels() const;

    const dnnl::memory::data_type type;
    const Input input;
    const std::vector<int> results;
    const std::vector<int> probes;
    const bool sizes_vary;

  private:
    void add(const cs_node &node);
    bool reads(int node, int tensor) const;
    void quantize();

    std::vector<Node> nodes_;
    /// Channels of each tensor; of a linear layer behind pooling, its numbers.
    std::vector<int64_t> channels_;
    std::vector<Quantization> quantizations_;
    /// Holds the plain weights of one node while they are packed.
    Workspace scratch_;
    Store store_;
};

}  // namespace scoring
