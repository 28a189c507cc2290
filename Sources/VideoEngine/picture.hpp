// Decoded frames as pictures: RGB or grey, of square pixels, upright.
#pragma once

#include "ffmpeg.hpp"
#include "tone.hpp"
#include "turn.hpp"

namespace video {

/// What a frame becomes.
struct shape {
    /// Of square pixels, before it is turned.
    int width = 0, height = 0;
    video::turn turn;

    int shown_width() const { return turn.transposed ? height : width; }
    int shown_height() const { return turn.transposed ? width : height; }
};

/// Of a frame whose pixels are `pixel_aspect` times as wide as high: it keeps its height.
shape shape_of(const AVFrame *frame, double pixel_aspect, const turn &turn);

/// Numbers of colours that FFmpeg has no name for, as damaged files have them, become "unspecified".
void forget_unknown_colours(AVFrame *frame);

/// Throws `refusal` for colours that are not understood; notes what is lost.
void check_colours(const AVFrame *frame, notes &said);

/// Turns frames into pictures; keeps what frames of one kind share.
class picture_maker {
public:
    vision_image make(const AVFrame *frame, const shape &shape);

private:
    /// Scales to `width` x `height` pixels of `format` in `buffer_`; for RGB the colour matrix and
    /// the range are the frame's.
    const uint8_t *scaled(
        const AVFrame *frame, AVPixelFormat format, int width, int height, int *stride);
    const uint8_t *grey(const AVFrame *frame, int *stride);

    struct key {
        int width, height, format, colours, range, out_width, out_height, out_format;
        bool operator==(const key &) const = default;
    };
    key key_{};
    scaler_owner scaler_;
    std::vector<uint8_t> buffer_, grey_, toned_;
    tone_map tones_;
};

}  // namespace video
