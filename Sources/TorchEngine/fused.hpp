// A convolution fused with what follows it, through oneDNN by way of libtorch's dispatcher.
#pragma once

#include "guard.hpp"
#include "planes.hpp"

namespace ct {

class FusedConvolution {
  public:
    /// @param source how the input is quantised, and `target` how the output is; for int8.
    FusedConvolution(
        const ct_convolution &from, at::ScalarType dtype, Quantization source,
        Quantization target);

    at::Tensor operator()(const at::Tensor &input, bool relu) const;
    /// relu(convolution + other) written into `other`, which `other_quantization` describes; it
    /// comes out with that of this convolution.
    at::Tensor add_to(
        at::Tensor other, Quantization other_quantization, const at::Tensor &input) const;

    /// What the elements of its output stand for.
    Quantization target() const { return target_; }
    int64_t inputs() const { return inputs_; }

    /// Packs the weights for inputs of this shape; other shapes work too, but slower.
    void pack(at::IntArrayRef input_shape);

  private:
    at::ScalarType dtype_;
    Quantization source_;
    Quantization target_;
    int64_t inputs_;
    int64_t stride_;
    int64_t padding_;
    at::Tensor plain_;   // as it was given, channels last
    at::Tensor packed_;  // as oneDNN wants it
    at::Tensor bias_;
    at::Tensor scales_;       // [outputs], for int8
    at::Tensor zero_points_;  // [outputs], for int8
};

/// Whether libtorch has the operations for float32 and bfloat16, or for int8.
bool has_fused_operations(bool int8);

}  // namespace ct
