// The layers of a residual network, made from their description.
#pragma once

#include <deque>
#include <vector>

#include "convolution.hpp"

namespace scoring {

struct Layers {
    /// Numbers of its convolutions.
    struct Block {
        int first;
        int second;
        /// -1 where the input itself is added.
        int shortcut;
    };

    /// Reads the weights of the convolutions until `release`.
    explicit Layers(const cs_description &description);
    void release();
    int64_t outputs() const { return static_cast<int64_t>(head_bias.size()); }
    /// Of all stages before the last: of the inputs of the blocks that begin the next.
    int64_t stage_channels() const;

    const dnnl::memory::data_type type;
    const float pixel_scale;
    const float pixel_offset;
    const Quantization input;
    std::deque<Convolution> convolutions;
    std::vector<Block> blocks;
    std::vector<float> head_weight;  // [outputs, channels]
    std::vector<float> head_bias;

  private:
    /// Holds the plain weights of one convolution while they are packed.
    Workspace scratch_;
    /// The packed weights.
    Store store_;
};

}  // namespace scoring
