// The weights of one node, packed as its primitives want them.
#pragma once

#include <oneapi/dnnl/dnnl.hpp>

#include <mutex>
#include <vector>

#include "cscoring.h"
#include "elements.hpp"
#include "sequence.hpp"

namespace scoring {

/// Kernel positions of a transposed convolution, each with outputs of its own; 1 of others.
int64_t positions_of(const cs_node &node);

/// A memory of its own that holds copies of numbers.
dnnl::memory vector_of(const float *numbers, int64_t count);

class Weights {
  public:
    /// @param node is read until `release`.
    /// @param type of the tensors that the node reads: weights are int8 for uint8.
    /// @param keeps_plain whether other layouts will often be asked for later.
    /// @param scratch holds plain weights while they are packed; `store` gets the packed ones.
    Weights(
        const cs_node &node, dnnl::memory::data_type type, bool keeps_plain,
        Workspace &scratch, Store &store);

    /// As a primitive may choose to have them.
    /// @param height and `width` of a linear layer's input; else 1.
    dnnl::memory::desc any(int64_t height = 1, int64_t width = 1) const;
    /// The weights laid out so. Any number of threads may ask.
    dnnl::memory packed(const dnnl::memory::desc &wanted);
    /// Row by row in float32.
    std::vector<float> numbers() const;

    /// From here on what the weights were made from may go.
    void release() { node_ = {}; }

    const dnnl::memory bias;
    /// [outputs], for int8.
    const dnnl::memory factors;

  private:
    dnnl::memory::desc desc(
        dnnl::memory::format_tag plain, dnnl::memory::format_tag grouped, int64_t height,
        int64_t width) const;
    int64_t count() const;
    dnnl::memory plain(const dnnl::memory::desc &wanted) const;
    void write(void *elements) const;

    cs_node node_;
    const cs_node shape_;
    const dnnl::memory::data_type type_;
    Workspace &scratch_;
    Store &store_;
    std::vector<std::byte> plain_;  // where other layouts are made from it
    std::mutex mutex_;
    std::vector<dnnl::memory> packed_;
};

}  // namespace scoring
