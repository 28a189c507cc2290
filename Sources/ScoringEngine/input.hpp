// How images become the tensor that a graph begins with.
#pragma once

#include <vector>

#include "cscoring.h"
#include "elements.hpp"

namespace scoring {

/// See `cs_input`.
struct Input {
    int64_t planes;
    bool has_ones;
    int64_t cell;
    int64_t kernel[2];
    int64_t padding[2];
    std::vector<float> scale;
    std::vector<float> offset;
    double range;

    explicit Input(const cs_input &from);

    int64_t channels() const { return (planes + (has_ones ? 1 : 0)) * cell * cell; }
    /// Rows, with axis 0, or columns of the tensor for those of an image.
    int64_t along(int axis, int64_t side) const;
    /// Images [count, planes, height, width] to channels last.
    template <typename Element>
    void fill(const cs_images &images, Quantization quantization, Element *tensor) const;
};

inline Input::Input(const cs_input &from)
    : planes(from.planes), has_ones(from.has_ones), cell(from.cell),
      kernel{from.kernel[0], from.kernel[1]}, padding{from.padding[0], from.padding[1]},
      scale(from.scale, from.scale + from.planes), offset(from.offset, from.offset + from.planes),
      range(from.range) {}

inline int64_t Input::along(int axis, int64_t side) const {
    if (cell == 1) return side;
    const int64_t room = side + 2 * padding[axis] - kernel[axis];
    return room < 0 ? 0 : room / 2 + (kernel[axis] + 1) / 2;
}

template <typename Element>
void Input::fill(const cs_images &images, Quantization quantization, Element *tensor) const {
    if (images.bytes != nullptr) {
        const int64_t count = images.count * images.height * images.width * planes;
        std::transform(images.bytes, images.bytes + count, tensor, [&](uint8_t byte) {
            return element<Element>(byte, quantization);
        });
        return;
    }
    const auto zero = element<Element>(0, quantization), one = element<Element>(1, quantization);
    const int64_t height = images.height, width = images.width, all = channels();
    const int64_t columns = along(1, width), above = cell == 2 ? padding[0] : 0;
    const int64_t left = cell == 2 ? padding[1] : 0;
    std::vector<Element> line(cell * columns);
    // Pixels beyond the last cell are read by no kernel.
    const int64_t seen = std::min(width, cell * columns - left);
    for (int64_t image = 0; image < images.count; ++image) {
        for (int64_t row = 0; row < cell * along(0, height); ++row) {
            const int64_t y = row - above, parity = row % cell;
            const bool inside = y >= 0 && y < height;
            for (int64_t plane = 0; plane < all / (cell * cell); ++plane) {
                std::fill(line.begin(), line.end(), zero);
                if (inside && plane == planes) {
                    std::fill_n(line.begin() + left, seen, one);
                } else if (inside) {
                    const float *pixels =
                        images.planes + ((image * planes + plane) * height + y) * width;
                    const float factor = scale[plane], shift = offset[plane];
                    for (int64_t x = 0; x < seen; ++x) {
                        line[x + left] = element<Element>(pixels[x] * factor + shift, quantization);
                    }
                }
                Element *target = tensor + plane * cell * cell + cell * parity;
                for (int64_t x = 0; x < columns; ++x, target += all) {
                    target[0] = line[cell * x];
                    if (cell == 2) target[1] = line[2 * x + 1];
                }
            }
            if (parity == cell - 1) tensor += columns * all;
        }
    }
}

}  // namespace scoring
