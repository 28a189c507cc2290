// Grey images as cells of 2x2 pixels, which the stem reads.
#pragma once

#include <vector>

#include "elements.hpp"

namespace scoring {

/// Pixels of padding around an image.
constexpr int64_t cell_padding = 3;

/// Cells along each side of an image, its padding included.
constexpr int64_t cells_along(int64_t size) { return (size + 1) / 2 + cell_padding; }

/// Two image rows of elements, with the padding at both ends, for one row of cells.
template <typename Element>
void fill_cell_row(
    const float *plane, int64_t size, int64_t channels, float scale, float offset,
    Quantization quantization, Element *cells, int64_t cell_row, std::vector<Element> &line) {
    const int64_t width = cells_along(size);
    const auto zero = element<Element>(0, quantization);
    const auto one = element<Element>(1, quantization);
    line.resize(2 * width);
    for (int64_t parity = 0; parity < 2; ++parity) {
        const int64_t row = 2 * cell_row + parity - cell_padding;
        const bool inside = row >= 0 && row < size;
        std::fill(line.begin(), line.end(), zero);
        if (inside) {
            const float *pixels = plane + row * size;
            for (int64_t x = 0; x < size; ++x) {
                line[x + cell_padding] = element<Element>(pixels[x] * scale + offset, quantization);
            }
        }
        for (int64_t cell = 0; cell < width; ++cell) {
            Element *target = cells + cell * channels + 2 * parity;
            target[0] = line[2 * cell];
            target[1] = line[2 * cell + 1];
        }
        if (channels == 4) continue;
        for (int64_t x = 0; x < 2 * width; ++x) {
            const bool covered = inside && x >= cell_padding && x < cell_padding + size;
            cells[x / 2 * channels + 4 + 2 * parity + x % 2] = covered ? one : zero;
        }
    }
}

/// Planes [count, size, size] as channels last [count, cells, cells, channels].
template <typename Element>
void fill_cells(
    const float *planes, int64_t count, int64_t size, int64_t channels, float scale, float offset,
    Quantization quantization, Element *cells) {
    const int64_t width = cells_along(size);
    std::vector<Element> line;
    for (int64_t image = 0; image < count; ++image) {
        for (int64_t row = 0; row < width; ++row) {
            fill_cell_row(
                planes + image * size * size, size, channels, scale, offset, quantization, cells,
                row, line);
            cells += width * channels;
        }
    }
}

}  // namespace scoring
