/// OpenCV's reading of image files, which tests hold that of ImageCodec against.
#ifndef CODEC_PEER_H
#define CODEC_PEER_H

#include "cvision.h"

#ifdef __cplusplus
extern "C" {
#endif

/// Decodes a PNG or JPEG as `codec_decode` does.
vision_status peer_decode(vision_image *out, const uint8_t *bytes, size_t count, int reduction);

#ifdef __cplusplus
}
#endif
#endif
