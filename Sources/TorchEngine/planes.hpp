// What a scoring network does apart from convolutions: cells of the input, pooling.
#pragma once

#include <ATen/core/Tensor.h>

namespace ct {

/// How numbers become elements of a tensor: as they are, or for uint8 as
/// number / scale + zero_point, rounded.
struct Quantization {
    double scale = 1;
    int64_t zero_point = 0;
};

/// Planes [count, size, size] as cells of 2x2 pixels, padded by 3: channels last
/// [count, channels, cells, cells], cells = ceil(size / 2) + 3.
at::Tensor space_to_depth(
    const float *planes, int64_t count, int64_t size, int64_t channels, float scale, float offset,
    at::ScalarType dtype, Quantization quantization);

/// 3x3 with stride 2 and padding 1, of non-negative elements, channels last.
at::Tensor max_pool(const at::Tensor &input);

/// float32 [N, C] of channels last [N, C, H, W].
at::Tensor mean_over_space(const at::Tensor &input, Quantization quantization);

}  // namespace ct
