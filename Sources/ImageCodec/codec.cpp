// PNG and JPEG files in memory to pixels and back.
#include "formats.hpp"
#include "image_codec.h"

namespace {

bool starts(codec::span file, const char *prefix, size_t count) {
    return file.count >= count && std::memcmp(file.data, prefix, count) == 0;
}

bool is_png(codec::span file) { return starts(file, "\x89PNG\r\n\x1a\n", 8); }
bool is_jpeg(codec::span file) { return starts(file, "\xFF\xD8\xFF", 3); }

}  // namespace

const char *codec_last_error(void) { return vision::last_error().c_str(); }

int codec_reads(const uint8_t *bytes, size_t count) {
    const codec::span file{bytes, count};
    return is_png(file) || is_jpeg(file) ? 1 : 0;
}

vision_status codec_decode(
    vision_image *out, const uint8_t *bytes, size_t count, int reduction, int64_t most_pixels) {
    return vision::guarded([&] {
        const codec::span file{bytes, count};
        if (is_jpeg(file)) {
            *out = codec::decode_jpeg(file, reduction, most_pixels).release();
        } else if (is_png(file) && reduction == 1) {
            *out = codec::decode_png(file, most_pixels).release();
        } else {
            throw std::invalid_argument(
                "expected a JPEG, or a whole PNG, got a reduction of " + std::to_string(reduction));
        }
    });
}

vision_status codec_encode(
    vision_bytes *out, const uint8_t *pixels, int width, int height, int channels, int format,
    int quality) {
    return vision::guarded([&] {
        vision::check_shape(width, height, channels);
        if (format == VISION_JPEG) {
            codec::encode_jpeg(*out, pixels, width, height, channels, quality);
        } else {
            codec::encode_png(*out, pixels, width, height, channels);
        }
    });
}
