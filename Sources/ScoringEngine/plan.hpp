// What is to be done to compute a batch.
#pragma once

#include <optional>

#include "graph.hpp"
#include "sequence.hpp"

namespace scoring {

/// Where results go; see `cs_outputs`.
struct Outputs {
    std::vector<float *> results;
    float *means;
    double *maxima;
};

/// The operations for batches of one size, on one number of threads.
class Plan {
  public:
    /// What the plan is for.
    struct Key {
        int64_t images;
        int64_t height;
        int64_t width;
        int threads;
        bool operator==(const Key &) const = default;
    };
    const Key key;

    Plan(Graph &graph, Key key);
    /// For another thread: the same operations over tensors of its own.
    Plan(const Plan &other);
    /// Makes the code of all operations, which the first run would else do.
    void make() { sequence_.make(); }
    /// Throws where the system lets no code be made.
    void make_one();
    void run(Workspace &workspace, const cs_images &images, const Outputs &to);

  private:
    using Arguments = Sequence::Arguments;
    using Description = dnnl::convolution_forward::primitive_desc;

    struct Rows {
        int64_t begin, end;
        int64_t count() const { return end - begin; }
    };
    /// What a convolution reads for some rows of its output.
    struct Reach {
        Rows rows;
        /// Rows of zeros beyond them.
        int64_t above, below;
    };
    /// A node's convolution of tensors that lie so.
    struct Fitted {
        Description description;
        /// Rows of zeros.
        int64_t above = 0, below = 0;

        Fitted() = default;
        explicit Fitted(const Description &description, const Reach &reach = {})
            : description(description), above(reach.above), below(reach.below) {}
        bool takes(
            const dnnl::memory::desc &source, const dnnl::memory::desc &target,
            const Reach &reach) const;
    };

    // plan.cpp
    int add(int node);
    void add_probe(int node);
    void fill(const cs_images &images);
    void read(dnnl::stream &stream, const Outputs &to);

    // plan_convolutions.cpp
    void convolve(int node);
    void convolve_onto(int node);
    void spread(int node);
    Description describe(
        int node, const dnnl::memory::desc &source, const dnnl::memory::desc &target,
        const dnnl::post_ops &after, const std::optional<Reach> &reach = {});
    std::shared_ptr<Operation> operation_of(const Description &description);
    Arguments constants(int node, const Description &description);
    void add(
        int node, const Fitted &fitted, const dnnl::memory &source, const dnnl::memory &target,
        const dnnl::memory &added = {});

    // plan_bands.cpp
    bool convolve_rows(int node);
    int convolve_several(int node);
    Description describe_fused(int node);
    void convolve_fused(int node, const Description &fused);
    bool convolve_in_bands(int node, int last);
    bool narrows(int node) const;
    Reach reach(int node, Rows target, int64_t height) const;
    dnnl::memory rows(const dnnl::memory &tensor, Rows rows);

    // plan_layers.cpp
    void pool(int node);
    void pool_adaptively(int node);
    void average(int node);
    void connect(int node);
    void answer(int node);
    void concatenate(int node);
    void sum(int node);
    void activate(int node);

    const dnnl::memory &source(int node) const { return tensors_[graph_[node].inputs[0]]; }
    dnnl::memory::dims dims(int tensor) const;
    /// The tensor itself, or a copy.
    dnnl::memory laid_as(const dnnl::memory::desc &wanted, const dnnl::memory &tensor);
    dnnl::memory widened(const dnnl::memory &tensor);
    void reorder(
        const dnnl::memory::desc &from, const dnnl::memory &tensor, const dnnl::memory::desc &to,
        const dnnl::memory &target, int label = -1);

    Graph &graph_;
    /// Its labels are the numbers of nodes; that of a probe is `first_probe` less its place.
    Sequence sequence_;
    static constexpr int first_probe = -2;
    const std::vector<Shape> shapes_;
    /// [images, channels, height, width] each.
    std::vector<dnnl::memory> tensors_;
    /// Where a result lies otherwise than it is given.
    std::vector<std::shared_ptr<Operation>> readers_;

    /// A convolution that was asked for.
    struct Request {
        dnnl::memory::desc source, weights, target;
        /// Stride, padding, and what follows.
        std::vector<int64_t> numbers;
        bool operator==(const Request &) const = default;
    };
    /// Layers of one shape share their operation: oneDNN's own cache is switched off.
    std::vector<std::pair<Request, Description>> known_;
    std::unordered_map<const_dnnl_primitive_desc_t, std::shared_ptr<Operation>> operations_;
};

dnnl::memory::desc channels_last(const dnnl::memory::dims &shape, dnnl::memory::data_type type);
/// However oneDNN chooses.
dnnl::memory::desc any(const dnnl::memory::dims &shape, dnnl::memory::data_type type);
void activate(int activation, dnnl::post_ops &after);

}  // namespace scoring
