// The picture track of a video file, decoded frame after frame.
#pragma once

#include "container.hpp"
#include "decoder.hpp"
#include "ffmpeg.hpp"
#include "turn.hpp"

namespace video {

class track {
public:
    /// Throws `refusal`, or std::runtime_error for what is damaged.
    track(const char *path, int64_t most_pixels);

    /// Decodes the next frame in the order of display; false at the end.
    bool next();
    /// The frame decoded last, cropped as file and codec say; before the first, of the size that
    /// the file says.
    AVFrame *frame() const { return frame_.get(); }
    /// Width of a pixel per height; 1 where nothing or nonsense is said.
    double pixel_aspect();
    /// How the frame is to be turned for display.
    turn display_turn();
    /// NaN where unknown.
    double milliseconds() const;

    double frame_rate() const;
    double frame_count() const;
    double seconds() const;
    /// Whether the file ends within a part of it.
    bool is_cut() const { return is_cut_; }

    notes said;

private:
    void choose();
    void describe_track();
    void read_aperture(const char *path);
    void cut();
    void describe();

    format_owner format_;
    decoder decoder_;
    frame_owner frame_;
    AVStream *stream_ = nullptr;
    aperture aperture_;
    /// What the aperture does to the pixels' aspect.
    double aperture_aspect_ = 1;
    bool is_cut_ = false;
};

}  // namespace video
