// WebP by libwebp.
#include "webp.hpp"

#include <webp/decode.h>

#include <algorithm>

namespace media {

namespace {

bool starts(codec::span file, const char *prefix, size_t offset) {
    const size_t count = std::strlen(prefix);
    return file.count >= offset + count && std::memcmp(file.data + offset, prefix, count) == 0;
}

/// EXIF's orientation, which stands in a chunk of its own.
int orientation_of(codec::span file) {
    for (size_t offset = 12; offset + 8 <= file.count;) {
        const auto *size = file.data + offset + 4;
        const size_t count = size[0] | size[1] << 8 | size[2] << 16 | size_t{size[3]} << 24;
        const size_t left = file.count - offset - 8;
        if (starts(file, "EXIF", offset)) {
            const codec::span exif{file.data + offset + 8, std::min(count, left)};
            // Some programs put JPEG's introduction before it.
            const size_t skipped = starts(exif, "Exif", 0) ? 6 : 0;
            return skipped > exif.count
                       ? 1
                       : codec::orientation({exif.data + skipped, exif.count - skipped});
        }
        if (count >= left) break;
        offset += 8 + count + count % 2;
    }
    return 1;
}

}  // namespace

vision::image_owner decode_webp(codec::span file, int64_t most_pixels) {
    WebPBitstreamFeatures features;
    if (WebPGetFeatures(file.data, file.count, &features) != VP8_STATUS_OK) {
        throw std::runtime_error("libwebp finds its header damaged");
    }
    if (features.has_animation != 0) {
        throw vision::unsupported("is an animated WebP, which is not read");
    }
    codec::check_pixels(features.width, features.height, most_pixels);
    vision::image_owner image(features.width, features.height, 3);
    const size_t bytes = image.stride() * static_cast<size_t>(features.height);
    if (WebPDecodeRGBInto(
            file.data, file.count, image.row(0), bytes, static_cast<int>(image.stride())) ==
        nullptr) {
        throw std::runtime_error("libwebp finds its data damaged");
    }
    return codec::turned(std::move(image), orientation_of(file));
}

}  // namespace media
