// WebP by libwebp.
#pragma once

#include "formats.hpp"

namespace media {

vision::image_owner decode_webp(codec::span file, int64_t most_pixels);

}  // namespace media
