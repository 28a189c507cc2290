// What is to be done to score a batch.
#pragma once

#include "layers.hpp"
#include "sequence.hpp"

namespace scoring {

/// The operations for batches of one size, on one number of threads.
class Plan {
  public:
    /// What the plan is for.
    struct Key {
        int64_t images;
        int64_t size;
        int threads;
        bool operator==(const Key &) const = default;
    };
    const Key key;

    Plan(Layers &layers, Key key);
    void run(Workspace &workspace, const float *planes, float *logits, double *maxima);

  private:
    struct Placed {
        dnnl::memory tensor;
        Quantization quantization;
    };

    Placed place(const dnnl::memory::desc &desc, Quantization quantization = {});
    Placed convolve(int index, const Placed &input, bool relu);
    /// relu(convolution + target) in the target's place.
    Placed convolve_onto(int index, const Placed &input, const Placed &target);
    Placed convolve(
        int index, const Placed &input,
        const dnnl::convolution_forward::primitive_desc &description, const Placed &output);
    Placed pool(const Placed &input);
    Placed widen(const Placed &input);
    void fill(const float *planes);
    void read(float *logits) const;

    Layers &layers_;
    /// Its labels are the numbers of the convolutions.
    Sequence sequence_;
    Placed cells_;
    Placed features_;  // float32, channels last
};

}  // namespace scoring
