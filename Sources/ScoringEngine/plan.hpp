// What is to be done to score a batch.
#pragma once

#include "layers.hpp"
#include "sequence.hpp"

namespace scoring {

/// Where results go; see `cs_network_run`.
struct Results {
    float *logits;
    float *means;    // may be null
    double *maxima;  // may be null

    /// Of the images after the first few.
    Results after(int64_t images, const Layers &layers) const {
        return {
            logits + images * layers.outputs(),
            means == nullptr ? nullptr : means + images * layers.stage_channels(), maxima};
    }
};

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
    /// Throws where the system lets no code be made. The rest is made when it runs.
    void make_one() { sequence_.steps().front().operation->made(); }
    void run(Workspace &workspace, const float *planes, const Results &to);

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
    Placed widen(const Placed &input, int label = -1);
    void fill(const float *planes);
    void read(float *logits) const;
    /// Adds up all places of an image, times a factor.
    static void sum(const Placed &planes, int64_t image, float factor, float *sums);

    Layers &layers_;
    /// Its labels are the numbers of the convolutions, and `stage_end`.
    Sequence sequence_;
    static constexpr int stage_end = -2;
    /// What the stages before the last put out, float32, channels last; each until the step after.
    std::vector<Placed> stages_;
    Placed cells_;
    Placed features_;  // float32, channels last
};

}  // namespace scoring
