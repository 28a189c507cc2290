// The sound track of a video or sound file, decoded to one channel.
#pragma once

#include "decoder.hpp"
#include "ffmpeg.hpp"

namespace video {

class sound {
public:
    /// Throws `refusal`, or std::runtime_error for what is damaged.
    sound(const char *path, int rate);

    /// Reads on: the mean of the channels at the rate, with silence where the file's clock leaves a
    /// gap. Returns fewer samples than `count` at the end only.
    int read(float *samples, int count);

    /// As the file says; 0 where it does not.
    double seconds() const;
    /// Whether the file ends within a part of it.
    bool is_cut() const { return is_cut_; }

    notes said;

private:
    void choose();
    bool next_frame();
    void place_frame();
    void convert(const AVFrame *frame);
    void start_resampler();
    double given_seconds() const;

    format_owner format_;
    decoder decoder_;
    frame_owner frame_;
    resampler_owner resampler_;
    AVStream *stream_ = nullptr;
    const int rate_;
    /// Of the resampler's input.
    int input_rate_ = 0, input_format_ = -1, channels_ = 0;
    /// Samples that are decoded and not yet read, from `taken_` on.
    std::vector<float> samples_;
    size_t taken_ = 0;
    /// Silence before the frame that is held, and samples at its start that are left out.
    int64_t silence_ = 0, excess_ = 0;
    /// So far: samples, and silence among them.
    int64_t given_ = 0, silent_ = 0;
    /// By the file's clock, where the recording begins.
    double origin_ = 0;
    bool has_origin_ = false, holds_frame_ = false, is_at_end_ = false;
    bool is_cut_ = false;
};

}  // namespace video
