// What codec.cpp calls: one file for each format, and the turning of photos.
#pragma once

#include <cstdint>

#include "vision_guard.hpp"

namespace codec {

/// A file in memory.
struct span {
    const uint8_t *data;
    size_t count;
};

vision::image_owner decode_png(span file, int64_t most_pixels);
vision::image_owner decode_jpeg(span file, int reduction, int64_t most_pixels);
void encode_png(vision_bytes &out, const uint8_t *pixels, int width, int height, int channels);
void encode_jpeg(
    vision_bytes &out, const uint8_t *pixels, int width, int height, int channels, int quality);

/// EXIF's orientation, 1 to 8, in what EXIF calls a TIFF header and what follows; 1 where there is
/// none.
int orientation(span exif);

/// The image as it is to be seen.
vision::image_owner turned(vision::image_owner image, int orientation);

inline void check_pixels(int64_t width, int64_t height, int64_t most_pixels) {
    // Sides are below 2^31.
    if (width < 1 || height < 1 || width > most_pixels / height) {
        throw std::runtime_error(
            "it has " + std::to_string(width) + " x " + std::to_string(height) +
            " pixels, which its first bytes do not say");
    }
}

}  // namespace codec
