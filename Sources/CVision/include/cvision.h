/// A plain C header over what reads and draws images, in parts, each loaded when it is needed:
///
/// - PNG and JPEG, by libpng and libjpeg: part of the program.
/// - Resizing and drawing of text, by OpenCV's core and imgproc: `vision_load`.
/// - TIFF and WebP, by libtiff and libwebp: `media_load`.
/// - Videos and their sound, by FFmpeg's libraries: `video_load`, `sound_load`.
/// - Cameras, by OpenCV's videoio, which brings GDAL and 240 libraries more: `camera_load`.
///
/// Every function that can fail returns VISION_OK or a failure; the message of the last failure
/// on the calling thread is the part's `last_error()`. Results come through the leading out-pointer
/// and are owned by the caller, who frees them. No C++ exception crosses this header.
///
/// Pixels are 8-bit, row after row from the top without padding: 1 channel (grey) or 3 (RGB).
#ifndef CVISION_H
#define CVISION_H

#include <stddef.h>
#include <stdint.h>
#include <sys/mman.h>

#ifdef __cplusplus
extern "C" {
#endif

typedef int vision_status;
enum {
    VISION_OK = 0,
    VISION_ERROR = 1,
    /// An image, but of a kind that is not read; the message says which.
    VISION_UNSUPPORTED = 2
};

/// A decoded image, width x height x channels bytes.
typedef struct {
    int width, height;
    /// 1 when the file is grey, else 3.
    int channels;
    /// Of malloc.
    uint8_t *pixels;
} vision_image;

/// Asks for large pages, where the system gives them to those who ask, for a block that is about to
/// be filled: to touch one for the first time costs about as much as to touch one of 512 small ones.
static inline void vision_ask_for_large_pages(void *block, size_t bytes) {
#ifdef MADV_HUGEPAGE
    const uintptr_t page = 2 << 20, start = (uintptr_t)block, end = start + bytes;
    const uintptr_t first = (start + page - 1) / page * page, last = end / page * page;
    if (first < last) madvise((void *)first, last - first, MADV_HUGEPAGE);
#else
    (void)block, (void)bytes;
#endif
}

/// A file in memory.
typedef struct {
    /// Of malloc.
    uint8_t *data;
    size_t count;
} vision_bytes;

// -- ImageCodec -----------------------------------------------------------------------------------

const char *codec_last_error(void);

/// Whether the bytes start as a PNG or a JPEG does, which are decoded here.
int codec_reads(const uint8_t *bytes, size_t count);

/// Decodes a whole PNG or JPEG file held in memory. EXIF orientation is applied, alpha is dropped
/// (the colour below it is kept), 16 bits are scaled to 8 by 255/65535. One of more than
/// `most_pixels` is refused before memory is asked for.
///
/// `reduction` 2, 4 or 8 decodes a JPEG at that part of its sides, rounded up, with less time and
/// memory; 1 decodes it whole.
vision_status codec_decode(
    vision_image *out, const uint8_t *bytes, size_t count, int reduction, int64_t most_pixels);

enum { VISION_PNG = 0, VISION_JPEG = 1 };

/// Encodes pixels as a file in memory. `quality` is 1 to 100 for JPEG and ignored for PNG.
vision_status codec_encode(
    vision_bytes *out, const uint8_t *pixels, int width, int height, int channels, int format,
    int quality);

// -- VisionEngine ---------------------------------------------------------------------------------

const char *vision_last_error(void);

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

/// Something that the face detector looks at: a part of an image, resized, with border around it.
typedef struct {
    /// The part, in pixels of the image; it lies inside.
    int left, top, width, height;
    /// The size that the part is given.
    int scaled_width, scaled_height;
    /// From the corner of its cell to the part; to the cell's edges the part's own edges go on.
    int padding;
    /// What it fills of the sheet.
    int cell_left, cell_top, cell_width, cell_height;
} vision_window;

/// Puts windows of an image on a sheet, which is RGB: the rest of it stays as it is.
vision_status vision_show_windows(
    uint8_t *sheet, int sheet_width, int sheet_height, const uint8_t *pixels, int width, int height,
    int channels, const vision_window *windows, int count);

/// How many threads OpenCV's functions may use, in the whole process.
vision_status vision_set_threads(int count);

// -- MediaEngine ----------------------------------------------------------------------------------

const char *media_last_error(void);

/// Decodes a whole TIFF or WebP file held in memory, as `codec_decode` does.
vision_status media_decode(
    vision_image *out, const uint8_t *bytes, size_t count, int64_t most_pixels);

// -- VideoEngine, CameraEngine --------------------------------------------------------------------

/// A video file or camera. To be used by one thread at a time.
typedef struct video_reader_s *video_reader;

/// Further results of a `video_functions.open` or `grab` that fails.
enum {
    /// The file holds sound or other tracks, but none of pictures.
    VIDEO_NO_PICTURES = 3,
    /// A video, but coded or coloured in a way that is not read; the message says which.
    VIDEO_UNSUPPORTED = 4,
    /// Of `sound_functions.open`: the file holds pictures or other tracks, but none of sound.
    VIDEO_NO_SOUND = 5
};

/// What reads videos or cameras.
typedef struct video_functions {
    const char *(*last_error)(void);
    /// Opens a file or a camera's device. Decoders are refused frames of clearly more than
    /// `most_pixels`.
    vision_status (*open)(video_reader *out, const char *path, int64_t most_pixels);
    /// In displayed pixels: of the frame grabbed last, or before the first of what the file says;
    /// 0 where unknown.
    int (*width)(video_reader video);
    int (*height)(video_reader video);
    /// As the file says; 0 where it does not.
    double (*frame_rate)(video_reader video);
    double (*frame_count)(video_reader video);
    double (*seconds)(video_reader video);
    /// Whether the file says that it is longer than it is.
    int (*is_cut)(video_reader video);
    /// Goes on to the next frame in the order of display; `has_frame` is 0 at the end.
    vision_status (*grab)(video_reader video, int *has_frame);
    /// When the frame grabbed last is shown, in milliseconds; NaN where unknown.
    double (*milliseconds)(video_reader video);
    /// The frame grabbed last as it is displayed: upright, of square pixels, grey or RGB.
    vision_status (*retrieve)(vision_image *out, video_reader video);
    /// What a user should know about what was read so far, a sentence a line.
    const char *(*notes)(video_reader video);
    void (*close)(video_reader video);
} video_functions;

/// The sound track of a video or sound file. To be used by one thread at a time.
typedef struct sound_reader_s *sound_reader;

/// What reads sound.
typedef struct sound_functions {
    const char *(*last_error)(void);
    /// Opens a file; its sound is given with `rate` samples a second.
    vision_status (*open)(sound_reader *out, const char *path, int rate);
    /// As the file says; 0 where it does not.
    double (*seconds)(sound_reader sound);
    /// Reads up to `count` samples, the mean of the channels, of which -1 to 1 is full scale;
    /// `read` is less than `count` at the end only.
    vision_status (*read)(sound_reader sound, float *samples, int count, int *read);
    /// Whether the file says that it is longer than it is.
    int (*is_cut)(sound_reader sound);
    /// What a user should know about what was read so far, a sentence a line.
    const char *(*notes)(sound_reader sound);
    void (*close)(sound_reader sound);
} sound_functions;

// -- The functions of the engines, as tables that their libraries give ----------------------------

#define VISION_FUNCTIONS(F) \
    F(last_error) F(resize) F(draw_text) F(text_size) F(show_windows) F(set_threads)

#define MEDIA_FUNCTIONS(F) F(last_error) F(decode)

typedef struct vision_functions {
#define VISION_MEMBER(name) __typeof__(vision_##name) *name;
    VISION_FUNCTIONS(VISION_MEMBER)
#undef VISION_MEMBER
} vision_functions;

typedef struct media_functions {
#define MEDIA_MEMBER(name) __typeof__(media_##name) *name;
    MEDIA_FUNCTIONS(MEDIA_MEMBER)
#undef MEDIA_MEMBER
} media_functions;

/// The functions: those linked into the program, or else those of the library beside it, which is
/// loaded at the first call. Ends the program with a sentence when there is none.
const vision_functions *vision_load(void);
const media_functions *media_load(void);
const video_functions *video_load(void);
const sound_functions *sound_load(void);
const video_functions *camera_load(void);

#ifdef __cplusplus
}
#endif

#endif
