// A convolution fused with what follows it, in oneDNN.
#pragma once

#include <oneapi/dnnl/dnnl.hpp>

#include <mutex>
#include <optional>
#include <vector>

#include "cscoring.h"
#include "elements.hpp"
#include "sequence.hpp"

namespace scoring {

/// What a tensor's elements stand for, and how they lie.
struct Layout {
    dnnl::memory::desc desc;
    Quantization quantization;
};

/// The weights of one convolution, packed as its primitives want them.
class Convolution {
  public:
    /// @param source what the input's elements stand for, and `target` the output's; for uint8.
    ///     `from` is read until `release`, and `scratch` used.
    /// @param store gets the packed weights.
    Convolution(
        const cs_convolution &from, dnnl::memory::data_type type, Quantization source,
        Quantization target, Workspace &scratch, Store &store);

    /// The operation on inputs that lie as `input`. Where `added` is given its output is written
    /// over that, as relu(convolution + added); otherwise it lies as is best.
    dnnl::convolution_forward::primitive_desc describe(
        const dnnl::memory::desc &input, const std::optional<Layout> &added, bool relu) const;

    /// Weights, biases and scales for an operation.
    std::unordered_map<int, dnnl::memory> constants(
        const dnnl::convolution_forward::primitive_desc &operation);

    /// From here on what the convolution was made from may go.
    void release() { from_ = {}; }

    Quantization target() const { return target_; }
    int64_t inputs() const { return inputs_; }

  private:
    dnnl::memory packed(const dnnl::memory::desc &wanted);
    dnnl::memory plain() const;

    cs_convolution from_;
    Workspace &scratch_;
    Store &store_;
    dnnl::memory::data_type type_;
    Quantization source_;
    Quantization target_;
    int64_t inputs_;
    int64_t outputs_;
    int64_t kernel_;
    int64_t stride_;
    int64_t padding_;
    dnnl::memory bias_;
    dnnl::memory factors_;  // [outputs], for uint8
    std::vector<int8_t> levels_;  // as they were given, for uint8
    std::mutex mutex_;
    std::vector<dnnl::memory> packed_;
};

}  // namespace scoring
