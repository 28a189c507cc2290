/// A plain C header over OpenCV: decoding and encoding of images, resizing, drawing of text.
///
/// Every function that can fail returns VISION_OK or VISION_ERROR; the message of the last failure
/// on the calling thread is `vision_last_error()`. Results come through the leading out-pointer and
/// are owned by the caller, who frees them. No C++ exception crosses this header.
///
/// Pixels are 8-bit, row after row from the top without padding: 1 channel (grey) or 3 (RGB).
#ifndef CVISION_H
#define CVISION_H

#include <stddef.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

typedef int vision_status;
enum { VISION_OK = 0, VISION_ERROR = 1 };

const char *vision_last_error(void);

// -- codec.cpp ------------------------------------------------------------------------------------

/// A decoded image of 8 bits per channel.
typedef struct vision_image_s *vision_image;

/// Decodes a whole image file held in memory. EXIF orientation is applied, alpha is dropped (the
/// colour below it is kept), 16 bits are scaled to 8 by 255/65535. It does not look at how large
/// the image claims to be: check the header first.
vision_status vision_image_decode(vision_image *out, const uint8_t *bytes, size_t count);
int vision_image_width(vision_image image);
int vision_image_height(vision_image image);
/// 1 when the file is grey, else 3.
int vision_image_channels(vision_image image);
/// Copies width x height x channels bytes to `pixels`.
vision_status vision_image_copy(vision_image image, uint8_t *pixels);
void vision_image_free(vision_image image);

typedef struct vision_bytes_s *vision_bytes;
enum { VISION_PNG = 0, VISION_JPEG = 1 };

/// Encodes pixels as a file in memory. `quality` is 1 to 100 for JPEG and ignored for PNG.
vision_status vision_image_encode(
    vision_bytes *out, const uint8_t *pixels, int width, int height, int channels, int format,
    int quality);
const uint8_t *vision_bytes_data(vision_bytes bytes);
size_t vision_bytes_count(vision_bytes bytes);
void vision_bytes_free(vision_bytes bytes);

// -- drawing.cpp ----------------------------------------------------------------------------------

/// Resizes to `out_width` x `out_height` pixels at `out`: the mean over the area that each pixel
/// covers when shrinking, bilinear when growing.
vision_status vision_resize(
    uint8_t *out, int out_width, int out_height, const uint8_t *pixels, int width, int height,
    int channels);

/// Draws one line of ASCII text over the pixels, its baseline starting at (x, y). `scale` 1 is
/// about 22 pixels for a capital letter.
vision_status vision_draw_text(
    uint8_t *pixels, int width, int height, int channels, const char *text, int x, int y,
    double scale, uint8_t grey);
/// The size in pixels of a line of text above its baseline.
vision_status vision_text_size(int *out_width, int *out_height, const char *text, double scale);

#ifdef __cplusplus
}
#endif

#endif
