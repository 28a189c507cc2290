// EXIF's orientation: read, and applied.
#include <algorithm>
#include <array>

#include "formats.hpp"

namespace {

constexpr unsigned orientation_tag = 0x0112;

/// Numbers of the byte order that EXIF states; 0 behind the end.
struct exif_reader {
    codec::span bytes;
    bool is_big;

    unsigned byte(size_t offset) const { return offset < bytes.count ? bytes.data[offset] : 0; }
    unsigned number16(size_t offset) const {
        const unsigned first = byte(offset), second = byte(offset + 1);
        return is_big ? first << 8 | second : second << 8 | first;
    }
    size_t number32(size_t offset) const {
        const size_t first = number16(offset), second = number16(offset + 2);
        return is_big ? first << 16 | second : second << 16 | first;
    }
};

/// out(x, y) = image at start + x * along + y * across, in pixels.
template <int channels>
void gather(
    const vision::image_owner &out, const uint8_t *start, ptrdiff_t along, ptrdiff_t across) {
    // In squares: where rows become columns, whole rows would miss the cache at every pixel.
    constexpr int side = 32;
    for (int top = 0; top < out->height; top += side) {
        for (int left = 0; left < out->width; left += side) {
            for (int y = top; y < std::min(top + side, out->height); ++y) {
                const uint8_t *source = start + (y * across + left * along) * channels;
                uint8_t *target = out.row(y) + left * channels;
                const int count = std::min(side, out->width - left);
                for (int x = 0; x < count; ++x) {
                    for (int c = 0; c < channels; ++c) target[c] = source[c];
                    source += along * channels;
                    target += channels;
                }
            }
        }
    }
}

}  // namespace

namespace codec {

int orientation(span exif) {
    if (exif.count < 8 || exif.data[0] != exif.data[1]) return 1;
    if (exif.data[0] != 'I' && exif.data[0] != 'M') return 1;
    const exif_reader reader{exif, exif.data[0] == 'M'};
    if (reader.number16(2) != 0x2A) return 1;
    const size_t directory = reader.number32(4);
    if (directory >= exif.count) return 1;
    for (size_t entry = 0; entry < reader.number16(directory); ++entry) {
        const size_t offset = directory + 2 + 12 * entry;
        if (offset + 12 > exif.count) return 1;
        if (reader.number16(offset) != orientation_tag) continue;
        const unsigned value = reader.number16(offset + 8);
        return value >= 1 && value <= 8 ? static_cast<int>(value) : 1;
    }
    return 1;
}

vision::image_owner turned(vision::image_owner image, int orientation) {
    if (orientation == 1) return image;
    const ptrdiff_t w = image->width, h = image->height;
    const ptrdiff_t right = w - 1, bottom = (h - 1) * w;
    struct walk {
        ptrdiff_t start, along, across;
    };
    // Where the upright picture's first pixel is, and the next one along its rows and columns.
    const std::array<walk, 9> walks = {{
        {0, 1, w},
        {0, 1, w},
        {right, -1, w},             // mirrored
        {bottom + right, -1, -w},   // upside down
        {bottom, 1, -w},            // upside down and mirrored
        {0, w, 1},                  // transposed
        {bottom, -w, 1},            // to be turned clockwise
        {bottom + right, -w, -1},   // transposed over the other diagonal
        {right, w, -1},             // to be turned anticlockwise
    }};
    const walk &path = walks[static_cast<size_t>(orientation)];
    const bool is_turned = orientation > 4;
    vision::image_owner result(
        is_turned ? image->height : image->width, is_turned ? image->width : image->height,
        image->channels);
    const uint8_t *start = image->pixels + path.start * image->channels;
    if (image->channels == 3) {
        gather<3>(result, start, path.along, path.across);
    } else {
        gather<1>(result, start, path.along, path.across);
    }
    return result;
}

}  // namespace codec
