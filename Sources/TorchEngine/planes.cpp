#include "planes.hpp"

#include <ATen/Parallel.h>
#include <ATen/ops/empty.h>
#include <c10/util/BFloat16.h>

#include <algorithm>
#include <cmath>
#include <cstring>
#include <vector>

namespace {

constexpr int64_t padding = 3;

at::Tensor channels_last(at::IntArrayRef shape, at::ScalarType dtype) {
    return at::empty(
        shape, at::TensorOptions(dtype).memory_format(at::MemoryFormat::ChannelsLast));
}

template <typename Element>
Element element(float value, ct::Quantization quantization) {
    if constexpr (std::is_same_v<Element, uint8_t>) {
        const double level =
            std::nearbyint(value / quantization.scale) + static_cast<double>(quantization.zero_point);
        return static_cast<uint8_t>(std::clamp(level, 0.0, 255.0));
    } else {
        return static_cast<Element>(value);
    }
}

/// Two image rows of elements, with the padding at both ends, for one row of cells.
template <typename Element>
void fill_cells(
    const float *plane, int64_t size, int64_t channels, float scale, float offset,
    ct::Quantization quantization, Element *cells, int64_t width, int64_t cell_row,
    std::vector<Element> &line) {
    const auto zero = element<Element>(0, quantization);
    const auto one = element<Element>(1, quantization);
    line.resize(2 * width);
    for (int64_t parity = 0; parity < 2; ++parity) {
        const int64_t row = 2 * cell_row + parity - padding;
        const bool inside = row >= 0 && row < size;
        std::fill(line.begin(), line.end(), zero);
        if (inside) {
            const float *pixels = plane + row * size;
            for (int64_t x = 0; x < size; ++x) {
                line[x + padding] = element<Element>(pixels[x] * scale + offset, quantization);
            }
        }
        for (int64_t cell = 0; cell < width; ++cell) {
            Element *target = cells + cell * channels + 2 * parity;
            target[0] = line[2 * cell];
            target[1] = line[2 * cell + 1];
        }
        if (channels == 4) continue;
        for (int64_t x = 0; x < 2 * width; ++x) {
            const bool covered = inside && x >= padding && x < padding + size;
            cells[x / 2 * channels + 4 + 2 * parity + x % 2] = covered ? one : zero;
        }
    }
}

template <typename Element>
at::Tensor cells_of(
    const float *planes, int64_t count, int64_t size, int64_t channels, float scale, float offset,
    at::ScalarType dtype, ct::Quantization quantization) {
    const int64_t width = (size + 1) / 2 + padding;
    auto result = channels_last({count, channels, width, width}, dtype);
    auto *cells = static_cast<Element *>(result.mutable_data_ptr());
    at::parallel_for(0, count * width, 32, [&](int64_t begin, int64_t end) {
        std::vector<Element> line;
        for (int64_t row = begin; row < end; ++row) {
            fill_cells(
                planes + row / width * size * size, size, channels, scale, offset, quantization,
                cells + row * width * channels, width, row % width, line);
        }
    });
    return result;
}

/// Elements whose order is that of the numbers they stand for.
template <typename Element>
void max_pool_rows(
    const Element *input, Element *output, int64_t height, int64_t width, int64_t channels,
    int64_t begin, int64_t end) {
    const int64_t pooled_height = (height + 1) / 2;
    const int64_t pooled_width = (width + 1) / 2;
    const int64_t stride = width * channels;
    std::vector<Element> column_maxima(stride);
    Element *tallest = column_maxima.data();
    for (int64_t index = begin; index < end; ++index) {
        const int64_t centre = index % pooled_height * 2;
        const Element *middle = input + (index / pooled_height * height + centre) * stride;
        const Element *above = centre > 0 ? middle - stride : middle;
        const Element *below = centre + 1 < height ? middle + stride : middle;
        for (int64_t i = 0; i < stride; ++i) {
            tallest[i] = std::max(std::max(above[i], middle[i]), below[i]);
        }
        for (int64_t x = 0; x < pooled_width; ++x) {
            const Element *at = tallest + 2 * x * channels;
            const Element *left = x > 0 ? at - channels : at;
            const Element *right = 2 * x + 1 < width ? at + channels : at;
            Element *target = output + (index * pooled_width + x) * channels;
            for (int64_t c = 0; c < channels; ++c) {
                target[c] = std::max(std::max(left[c], at[c]), right[c]);
            }
        }
    }
}

template <typename Element>
void max_pool_into(at::Tensor &result, const at::Tensor &input) {
    at::parallel_for(0, result.size(0) * result.size(2), 8, [&](int64_t begin, int64_t end) {
        max_pool_rows(
            static_cast<const Element *>(input.const_data_ptr()),
            static_cast<Element *>(result.mutable_data_ptr()), input.size(2), input.size(3),
            input.size(1), begin, end);
    });
}

template <typename Element>
void mean_into(at::Tensor &result, const at::Tensor &input, ct::Quantization quantization) {
    const int64_t channels = input.size(1);
    const int64_t places = input.size(2) * input.size(3);
    const auto *elements = static_cast<const Element *>(input.const_data_ptr());
    auto *means = result.mutable_data_ptr<float>();
    const auto factor = static_cast<float>(quantization.scale / static_cast<double>(places));
    std::fill(means, means + result.numel(), 0.0f);
    for (int64_t n = 0; n < input.size(0); ++n, means += channels) {
        for (int64_t place = 0; place < places; ++place, elements += channels) {
            for (int64_t c = 0; c < channels; ++c) means[c] += static_cast<float>(elements[c]);
        }
        for (int64_t c = 0; c < channels; ++c) means[c] *= factor;
    }
}

}  // namespace

namespace ct {

at::Tensor space_to_depth(
    const float *planes, int64_t count, int64_t size, int64_t channels, float scale, float offset,
    at::ScalarType dtype, Quantization quantization) {
    const auto make = [&](auto example) {
        return cells_of<decltype(example)>(
            planes, count, size, channels, scale, offset, dtype, quantization);
    };
    if (dtype == at::kByte) return make(uint8_t{});
    return dtype == at::kBFloat16 ? make(c10::BFloat16{}) : make(float{});
}

at::Tensor max_pool(const at::Tensor &input) {
    TORCH_CHECK(
        input.is_contiguous(at::MemoryFormat::ChannelsLast), "expected channels last, got strides ",
        input.strides());
    auto result = channels_last(
        {input.size(0), input.size(1), (input.size(2) + 1) / 2, (input.size(3) + 1) / 2},
        input.scalar_type());
    switch (input.scalar_type()) {
        case at::kByte: max_pool_into<uint8_t>(result, input); break;
        // As signed integers, bfloat16 numbers from zero on are in order, and -0 is below them.
        case at::kBFloat16: max_pool_into<int16_t>(result, input); break;
        default: max_pool_into<float>(result, input);
    }
    return result;
}

at::Tensor mean_over_space(const at::Tensor &input, Quantization quantization) {
    TORCH_CHECK(
        input.is_contiguous(at::MemoryFormat::ChannelsLast), "expected channels last, got strides ",
        input.strides());
    auto result = at::empty({input.size(0), input.size(1)}, at::kFloat);
    switch (input.scalar_type()) {
        case at::kByte: mean_into<uint8_t>(result, input, quantization); break;
        case at::kBFloat16: mean_into<c10::BFloat16>(result, input, {}); break;
        default: mean_into<float>(result, input, {});
    }
    return result;
}

}  // namespace ct
