// TIFF and WebP files in memory to pixels.
#include "tiff.hpp"
#include "webp.hpp"

vision_status media_decode(
    vision_image *out, const uint8_t *bytes, size_t count, int64_t most_pixels) {
    return vision::guarded([&] {
        const codec::span file{bytes, count};
        const bool is_webp = count > 12 && std::memcmp(bytes, "RIFF", 4) == 0;
        *out = (is_webp ? media::decode_webp(file, most_pixels)
                        : media::decode_tiff(file, most_pixels))
                   .release();
    });
}
