// How a decoded frame is turned for display.
#pragma once

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <cstring>

namespace video {

/// One of the eight ways to lay a rectangle on itself: rows and columns are exchanged first, then
/// the result is flipped.
struct turn {
    bool transposed = false, flipped_x = false, flipped_y = false;
    /// The angle, in degrees, that is left because frames are turned by right angles only.
    double rest = 0;
};

/// By a display matrix as in MP4's track header: nine numbers, of which [0], [1], [3], [4] turn.
inline turn turn_of(const int32_t *matrix) {
    const double a = matrix[0], b = matrix[1], c = matrix[3], d = matrix[4];
    turn result;
    result.transposed = std::abs(b) + std::abs(c) > std::abs(a) + std::abs(d);
    // Along x and y: how far a step in the source goes, and how far it strays.
    const double x = result.transposed ? c : a, y = result.transposed ? b : d;
    const double stray_x = result.transposed ? a : c, stray_y = result.transposed ? d : b;
    result.flipped_x = x < 0;
    result.flipped_y = y < 0;
    const auto degrees = [](double stray, double step) {
        return step == 0 ? 0 : std::atan(stray / step) * 180 / M_PI;
    };
    result.rest = std::max(std::abs(degrees(stray_x, x)), std::abs(degrees(stray_y, y)));
    return result;
}

/// Writes `width` x `height` pixels of `Bytes` bytes, turned, without padding.
template <int Bytes>
void write_turned(
    uint8_t *out, const uint8_t *from, ptrdiff_t stride, int width, int height, const turn &turn) {
    const int columns = turn.transposed ? height : width, rows = turn.transposed ? width : height;
    // Steps through the source for a step right and down in the result.
    ptrdiff_t right = turn.transposed ? stride : Bytes, down = turn.transposed ? Bytes : stride;
    if (turn.flipped_x) from += right * (columns - 1), right = -right;
    if (turn.flipped_y) from += down * (rows - 1), down = -down;
    if (right == Bytes) {
        for (int y = 0; y < rows; ++y) {
            std::memcpy(
                out + static_cast<ptrdiff_t>(y) * columns * Bytes, from + y * down,
                static_cast<size_t>(columns) * Bytes);
        }
        return;
    }
    // In tiles, whose rows and columns both stay in the cache.
    constexpr int side = 32;
    for (int top = 0; top < rows; top += side) {
        for (int left = 0; left < columns; left += side) {
            for (int y = top; y < std::min(top + side, rows); ++y) {
                uint8_t *target = out + (static_cast<ptrdiff_t>(y) * columns + left) * Bytes;
                const uint8_t *source = from + y * down + left * right;
                for (int x = left; x < std::min(left + side, columns); ++x) {
                    std::memcpy(target, source, Bytes);
                    target += Bytes;
                    source += right;
                }
            }
        }
    }
}

}  // namespace video
