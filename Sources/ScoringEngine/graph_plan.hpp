// What is to be done to run a graph over an image.
#pragma once

#include <optional>

#include "graph_layers.hpp"
#include "sequence.hpp"

namespace scoring {

/// The operations for images of one size.
class GraphPlan {
  public:
    const int64_t height, width;

    GraphPlan(GraphLayers &layers, int64_t height, int64_t width);
    /// For another thread: the same operations over tensors of its own.
    GraphPlan(const GraphPlan &other);
    /// Makes the code of all operations, which the first run would else do.
    void make() { sequence_.make(); }
    void run(Workspace &workspace, const uint8_t *pixels);
    /// What the layer puts out, as operations left it; of results, until the next run.
    const dnnl::memory &tensor(int layer) const { return tensors_[layer + 1]; }

  private:
    using Arguments = std::unordered_map<int, dnnl::memory>;
    using Description = dnnl::convolution_forward::primitive_desc;

    struct Rows {
        int64_t begin, end;
        int64_t count() const { return end - begin; }
    };
    /// What a layer reads for some rows of its output.
    struct Reach {
        Rows rows;
        /// Rows of zeros beyond them.
        int64_t above, below;
    };
    /// A layer's convolution of tensors that lie so.
    struct Fitted {
        Description description;
        std::shared_ptr<Operation> operation;
        /// Rows of zeros.
        int64_t above = 0, below = 0;

        Fitted() = default;
        explicit Fitted(const Description &description, const Reach &reach = {})
            : description(description), operation(std::make_shared<Operation>(description)),
              above(reach.above), below(reach.below) {}
        bool takes(
            const dnnl::memory::desc &source, const dnnl::memory::desc &target,
            const Reach &reach) const;
    };

    void convolve(int index);
    int convolve_several(int index);
    Description describe_fused(int index) const;
    void convolve_fused(int index, const Description &fused);
    bool convolve_in_bands(int index, int last);
    bool narrows(int index) const;
    void spread(int index);

    Reach reach(int index, Rows target, int64_t height) const;
    /// @param reach all of the source where none is given.
    /// @param added what is added to the output.
    Description describe(
        int index, const dnnl::memory::desc &source, const dnnl::memory::desc &target,
        const std::optional<Reach> &reach = {},
        const std::optional<dnnl::memory::desc> &added = {}) const;
    Description describe(
        int index, const dnnl::memory::desc &source, const dnnl::memory::desc &target,
        const dnnl::post_ops &after, const std::optional<Reach> &reach = {}) const;
    void add(
        int index, const Fitted &fitted, const dnnl::memory &source,
        const dnnl::memory &target, const dnnl::memory &added = {});
    dnnl::memory rows(const dnnl::memory &tensor, Rows rows);
    dnnl::memory laid_as(const dnnl::memory::desc &wanted, const dnnl::memory &tensor);
    void reorder(
        const dnnl::memory::desc &from, const dnnl::memory &tensor, const dnnl::memory::desc &to,
        const dnnl::memory &target);

    GraphLayers &layers_;
    Sequence sequence_;
    std::vector<dnnl::memory> tensors_;
};

}  // namespace scoring
